package packhorse.peer.swarm;

import packhorse.core.topology.IpAddress;

/**
 * What libtorrent says by itself, copied out of its memory. Only hints to look sooner, except those that polling cannot see. A
 * torrent is named by its inner name, which for every pack is the content's SHA-256.
 */
sealed interface Notice {
    record Listening(IpAddress ip, int port) implements Notice {}

    record ListenFailed(String where, String why) implements Notice {}

    record Banned(String torrent, IpAddress peer) implements Notice {}

    record Disconnected(String torrent, IpAddress peer) implements Notice {}

    /** Something is worth a poll. */
    record Stirred(String torrent) implements Notice {}

    record TorrentFailed(String torrent, int code, String why, String file) implements Notice {}

    record Moved(String torrent) implements Notice {}

    record MoveFailed(String torrent, String why) implements Notice {}
}
