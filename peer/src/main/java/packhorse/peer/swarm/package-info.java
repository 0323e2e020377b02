/**
 * The BitTorrent engine: libtorrent behind messages. {@link packhorse.peer.swarm.SwarmCommand}s go in through a
 * {@link packhorse.peer.swarm.SwarmPort}, {@link packhorse.peer.swarm.SwarmEvent}s come out, and nothing else passes, so
 * that the engine can live in this process or in one of its own. The only home of libtorrent4j.
 *
 * <p>Invariants: no torrent enters but one whose bytes were verified against a signed manifest; libtorrent finds no peer by
 * itself (no tracker, DHT, local discovery or peer exchange) and accepts none that was not named to it; no piece is claimed
 * to libtorrent that was not hashed a moment before; every index is checked here before native code sees it.
 */
@NullMarked
package packhorse.peer.swarm;

import org.jspecify.annotations.NullMarked;
