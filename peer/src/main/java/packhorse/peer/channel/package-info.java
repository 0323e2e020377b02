/**
 * What stands between libtorrent and the network: it authenticates every remote agent with mutual TLS, lets in only whom the
 * tracker named in the swarm asked for, names each to libtorrent by a loopback address of its own, counts what flows by
 * peer and link, and holds traffic outside the site to its rates. The agent enters by {@link
 * packhorse.peer.channel.PeerChannel}; nobody else does.
 *
 * <p>Invariants: no byte reaches libtorrent from a peer that has not proved to be the endpoint the tracker named in that swarm; an
 * alias stands for one endpoint as long as the process lives; every wait, buffer and list has a bound.
 */
@NullMarked
package packhorse.peer.channel;

import org.jspecify.annotations.NullMarked;
