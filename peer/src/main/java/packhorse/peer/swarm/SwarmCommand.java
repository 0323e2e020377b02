package packhorse.peer.swarm;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import packhorse.core.content.Sha256;
import packhorse.core.content.VerifiedTorrent;
import packhorse.core.topology.IpAddress;
import packhorse.core.topology.PeerAddress;
import packhorse.core.topology.Subnet;
import packhorse.core.unit.ByteRate;

/** What the engine can be told. A pack is named by its content's SHA-256. Commands about an unknown pack do nothing. */
public sealed interface SwarmCommand {
    /**
     * Takes a torrent up. The file is {@code directory/<sha256 of the content, hex>}. A file that is there in part is hashed
     * piece by piece first ({@link SwarmEvent.Checking}), and exactly the good pieces count as had: the partial file is its own
     * resume data. Adding a pack that is there already does nothing.
     *
     * @param torrent what is carried
     * @param directory where the file is or will be; must exist
     * @param complete whether the file is whole and was verified by SHA-256; libtorrent still hashes each piece on first read
     */
    record Add(VerifiedTorrent torrent, Path directory, boolean complete) implements SwarmCommand {}

    /**
     * The pack's peers, replacing what was said before. Seeds only allow; who lacks pieces connects. Connected peers no pack
     * allows are dropped.
     *
     * @param connect whom to connect to (they are allowed too)
     * @param allow who else may connect
     */
    record Peers(Sha256 pack, List<PeerAddress> connect, List<IpAddress> allow) implements SwarmCommand {
        public Peers {
            connect = List.copyOf(connect);
            allow = List.copyOf(allow);
        }
    }

    /**
     * Which part of a pack this puller fetches from outside its site: piece p belongs to puller p mod count. Other pieces come
     * from local peers only. A count of 0 or 1 means everything from everyone.
     *
     * @param index 0 to count - 1
     * @param count how many pullers the site has
     */
    record Shares(Sha256 pack, int index, int count) implements SwarmCommand {
        public Shares {
            if (count < 0 || index < 0 || index >= Math.max(1, count)) {
                throw new IllegalArgumentException("puller " + index + " of " + count);
            }
        }
    }

    /**
     * Somebody waits for these pieces (a streaming reader): fetch them first.
     *
     * @param first index of the first piece
     * @param last index of the last piece, inclusive
     */
    record Hurry(Sha256 pack, int first, int last) implements SwarmCommand {}

    /** Rates; takes effect at once. */
    record Limits(RateLimits rates) implements SwarmCommand {}

    /** The prefixes of the own site: peers there are never slowed by the WAN limits. Decides when a connection begins. */
    record LocalPrefixes(List<Subnet> subnets) implements SwarmCommand {
        public LocalPrefixes {
            subnets = List.copyOf(subnets);
        }
    }

    /**
     * The pack's file now stands (also) in another directory under the same name, as a hard link or after a rename: serve it
     * from there. Answered by {@link SwarmEvent.Relocated}, after which the old directory is no longer read.
     */
    record Relocate(Sha256 pack, Path directory) implements SwarmCommand {}

    /** Lets go of a pack; files stay. Answered by {@link SwarmEvent.Removed}, after which the file is no longer touched. */
    record Remove(Sha256 pack) implements SwarmCommand {}

    /**
     * Serves a whole pack to plain clients too, where the engine was given an address for them. Doing it again changes nothing.
     *
     * @param torrent of a pack with an open swarm
     * @param directory where its file is
     */
    record ServeOpen(VerifiedTorrent torrent, Path directory) implements SwarmCommand {
        public ServeOpen {
            if (torrent.pack().openSwarm().isEmpty()) {
                throw new IllegalArgumentException(torrent.pack().data().sha256() + " is not for outsiders");
            }
        }
    }

    /** No longer serves a pack to plain clients. */
    record WithdrawOpen(Sha256 pack) implements SwarmCommand {}

    /** Forgets the bans of a pack's peers, but see {@link SwarmEvent.Starved}. */
    record Forgive(Sha256 pack) implements SwarmCommand {}

    /**
     * How fast.
     *
     * @param wanDown from all peers outside the own site together; absent: unlimited
     * @param wanUp to all peers outside the own site together; absent: unlimited
     * @param eachPackDown of one pack from everybody, local or not; absent: unlimited
     * @param eachPackUp of one pack to everybody, local or not; absent: unlimited
     */
    record RateLimits(
            Optional<ByteRate> wanDown,
            Optional<ByteRate> wanUp,
            Optional<ByteRate> eachPackDown,
            Optional<ByteRate> eachPackUp) {
        public static final RateLimits NONE =
                new RateLimits(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

        /** Without those of the WAN, which somebody else keeps. */
        public RateLimits ofPacks() {
            return new RateLimits(Optional.empty(), Optional.empty(), eachPackDown, eachPackUp);
        }

        public static RateLimits wan(Optional<ByteRate> down, Optional<ByteRate> up) {
            return new RateLimits(down, up, Optional.empty(), Optional.empty());
        }
    }
}
