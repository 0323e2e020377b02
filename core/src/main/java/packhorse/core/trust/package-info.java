/**
 * Keys, signatures and the catalogue: a TUF repository (specification 1.0.34), its client workflow and its writer. Everybody who
 * needs a signature made or checked comes here; certificates are {@code core.identity}'s.
 *
 * <p>A client holds a {@code TrustedStore} with the one root it was given, and a {@code TufClient} that brings it up to date
 * from any {@code MetadataSource}, trusted or not. What comes out is a {@code Catalogue}; what it says about a path is
 * proof. A {@code CatalogueWriter} keeps the directory that the source serves. Offline keys (root, targets) answer a
 * {@code SigningRequest}; online keys (snapshot, timestamp) sign by themselves and can add nothing.
 *
 * <p>Invariants: a {@code Verified…} value can only be made here, after its signature or digest was checked; metadata is on
 * the disk before it is used; a crash at any line leaves the old state or the new one; no source makes this package read
 * more than a named bound.
 *
 * <p>Left for later, with a place: delegations are read past and warned about ({@code TargetsMetadata}); members this version
 * does not know stay under the signature, so a second signature scheme can travel beside the first.
 */
@NullMarked
package packhorse.core.trust;

import org.jspecify.annotations.NullMarked;
