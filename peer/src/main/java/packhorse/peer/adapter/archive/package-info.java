/**
 * The adapter {@code archive}: unpacks a tree, tar or zip into a directory per version and switches a link from one to the other.
 * Only {@link packhorse.peer.adapter.archive.ArchiveAdapter} may be used from outside.
 *
 * <p>Invariants: an archive is read to its end and every entry of it is judged before the first byte is written. What is unpacked is
 * compared with nothing the archive itself brings a second time: the list made while it was written says what {@code verify} expects.
 * A version's directory appears by one rename and the link by another, so whoever looks through the link sees one whole version.
 */
@NullMarked
package packhorse.peer.adapter.archive;

import org.jspecify.annotations.NullMarked;
