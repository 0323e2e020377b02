package packhorse.peer.swarm;

import java.nio.file.Path;
import java.util.BitSet;
import java.util.Map;
import packhorse.core.content.Sha256;
import packhorse.core.topology.IpAddress;
import packhorse.core.topology.PeerAddress;

/** What the engine tells. Called on the engine's own thread: take it, queue it, return. */
public sealed interface SwarmEvent {
    /** The engine listens; its real port. Once per address. */
    record Listening(PeerAddress address) implements SwarmEvent {}

    /** Where plain clients are served; before the first {@link Listening}, where there is such an address. */
    record OpenListening(PeerAddress address) implements SwarmEvent {}

    /** A partial file is being hashed; pieces hashed so far. */
    record Checking(Sha256 pack, int pieces, int pieceCount) implements SwarmEvent {}

    /** The pack is in the swarm: its connections may begin. */
    record Added(Sha256 pack, int piecesHad, int pieceCount) implements SwarmEvent {}

    /** These pieces arrived and passed both hashes; they are in the file. */
    record PiecesVerified(Sha256 pack, BitSet pieces) implements SwarmEvent {
        public PiecesVerified {
            pieces = (BitSet) pieces.clone();
        }
    }

    /**
     * How far a pack is; a few times per second while something changes.
     *
     * @param had every piece that is in the file and verified
     * @param connected peers connected now
     * @param payloadIn all payload bytes received since the engine started, useful or not
     * @param payloadOut all payload bytes sent since the engine started
     */
    record Progress(
            Sha256 pack,
            BitSet had,
            int pieceCount,
            java.util.Set<IpAddress> connected,
            long payloadIn,
            long payloadOut)
            implements SwarmEvent {
        public Progress {
            had = (BitSet) had.clone();
            connected = java.util.Set.copyOf(connected);
        }
    }

    /** All pieces are in the file, each verified; the whole still wants its SHA-256. */
    record Complete(Sha256 pack) implements SwarmEvent {}

    /**
     * Payload bytes by remote address since the engine started; sums of this map equal the pack's totals. Sent when they
     * changed.
     */
    record Counters(Sha256 pack, Map<IpAddress, Bytes> byPeer) implements SwarmEvent {
        public Counters {
            byPeer = Map.copyOf(byPeer);
        }
    }

    /** Payload bytes by plain client since the engine started; sent when they changed. */
    record OpenCounters(Sha256 pack, Map<IpAddress, Bytes> byClient) implements SwarmEvent {
        public OpenCounters {
            byClient = Map.copyOf(byClient);
        }
    }

    /** A peer took part in a piece that failed its hashes, and libtorrent refuses it. A hint: honest peers are hit too. */
    record Banned(Sha256 pack, IpAddress peer, int times) implements SwarmEvent {}

    /** No progress while peers are banned: bans were forgotten and the pack taken up anew. */
    record Starved(Sha256 pack, int times) implements SwarmEvent {}

    /** Bans were forgotten on request. */
    record Forgiven(Sha256 pack) implements SwarmEvent {}

    /** This puller's share is in; it no longer fetches the pack from outside its site. */
    record ShareComplete(Sha256 pack) implements SwarmEvent {}

    /** The pack is served from here now. */
    record Relocated(Sha256 pack, Path directory) implements SwarmEvent {}

    /** The pack is out of the swarm and its file no longer touched. */
    record Removed(Sha256 pack) implements SwarmEvent {}

    /** A seeded file is damaged on disk; the engine found a piece that fails its hashes and stopped claiming it. */
    record Damaged(Sha256 pack) implements SwarmEvent {}

    /** The pack cannot go on: disk full, file unreadable, torrent refused. One line: what, where, how to mend it. The pack is out. */
    record Failed(Sha256 pack, String reason) implements SwarmEvent {}

    /** The torrent's two hash families contradict each other: the publisher's fault, never to be tried again. The pack is out. */
    record PublisherFault(Sha256 pack) implements SwarmEvent {}

    /** The engine ended by itself. */
    record Died(String reason) implements SwarmEvent {}

    /**
     * Payload in both directions.
     *
     * @param in bytes received
     * @param out bytes sent
     */
    record Bytes(long in, long out) {
        public static final Bytes ZERO = new Bytes(0, 0);

        public Bytes plus(Bytes other) {
            return new Bytes(in + other.in, out + other.out);
        }
    }
}
