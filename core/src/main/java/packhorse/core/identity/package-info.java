/**
 * Who a machine is: certificates of the deployment's own authority, the TLS both ends speak with them, and how a machine
 * gets and renews one.
 *
 * <p>A {@link packhorse.core.identity.MachineIdentity} is what every role holds: a private key made on this machine, its
 * certificate, and the deployment's root. Its contexts serve both directions and present the newest certificate in each new
 * handshake. A {@link packhorse.core.identity.RemoteIdentity} is what the other end proved to be; only this package makes
 * one from a session. {@code Joining} and {@code Renewal} speak EST
 * (RFC 7030) to an authority; the authority's keys and books are kept elsewhere.
 *
 * <p>Invariants: a private key never leaves the machine that made it and is readable by its owner only; a certificate counts
 * only when it leads to this deployment's root and names endpoint, role and site in our form; who is denied is not decided
 * here, since a resumed session never asks for a certificate again: whoever opens a session asks a
 * {@link packhorse.core.identity.DenyList}. Bouncy Castle is used here for certificates and requests; TLS and the ciphers
 * are the JDK's.
 */
@NullMarked
package packhorse.core.identity;

import org.jspecify.annotations.NullMarked;
