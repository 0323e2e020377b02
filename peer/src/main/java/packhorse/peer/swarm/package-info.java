/**
 * The BitTorrent engine: libtorrent behind messages. {@link packhorse.peer.swarm.SwarmCommand}s go in through a
 * {@link packhorse.peer.swarm.SwarmPort}, {@link packhorse.peer.swarm.SwarmEvent}s come out, and nothing else passes.
 * {@link packhorse.peer.swarm.ProcessSwarm} is the port that agents use: it runs
 * {@link packhorse.peer.swarm.SwarmProcess}, in which {@link packhorse.peer.swarm.LibtorrentSwarm} is the port's other
 * end. The only home of libtorrent4j.
 *
 * <p>Invariants: no torrent enters but one whose bytes were verified against a signed manifest; libtorrent finds no peer by
 * itself (no tracker, DHT, local discovery or peer exchange) and accepts none that was not named to it; no piece is claimed
 * to libtorrent that was not hashed a moment before; every index is checked here before native code sees it; an agent believes
 * nothing of its swarm process that it can know itself, least of all that content is what was signed.
 */
@NullMarked
package packhorse.peer.swarm;

import org.jspecify.annotations.NullMarked;
