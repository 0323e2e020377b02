package packhorse.peer.agent;

import packhorse.core.content.Pack;
import packhorse.core.content.ReleaseId;
import packhorse.core.content.VerifiedTorrent;

/**
 * A release's content as it comes: what it is, what of it is there, and how to ask for a part first.
 *
 * @param release which release led here
 * @param contentName the published file's own name
 * @param torrent digest, length and pieces, and what proves each of them
 * @param pieces what of it may be read
 * @param hurry asks the swarm for pieces first
 */
public record ContentSource(
        ReleaseId release, String contentName, VerifiedTorrent torrent, PieceWatch pieces, Hurry hurry) {
    /** Digest, length and pieces. */
    public Pack pack() {
        return torrent.pack();
    }

    /** Asks for pieces {@code first} to {@code last}, inclusive, before others. Never blocks. */
    @FunctionalInterface
    public interface Hurry {
        void pieces(int first, int last);
    }
}
