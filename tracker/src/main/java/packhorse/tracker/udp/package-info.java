/**
 * The BitTorrent tracker over UDP (BEP 15, BEP 41) on MINA, whose only home in the tracker this is. Invariants: nobody is
 * answered at length whose address is not proven by a connection id; a datagram that is malformed is dropped and counted,
 * never answered; what MINA keeps per remote address has a bound.
 */
@NullMarked
package packhorse.tracker.udp;

import org.jspecify.annotations.NullMarked;
