package packhorse.peer.swarm;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import packhorse.core.content.ContentHasher;
import packhorse.core.content.ContentHashes;
import packhorse.core.content.Pack;
import packhorse.core.content.Sha256;
import packhorse.core.content.Torrents;
import packhorse.core.content.VerifiedTorrent;

/** Content made from a seed, and its torrent. */
final class Sample {
    private final byte[] bytes;
    private final VerifiedTorrent torrent;

    private Sample(byte[] bytes, VerifiedTorrent torrent) {
        this.bytes = bytes;
        this.torrent = torrent;
    }

    byte[] bytes() {
        return bytes;
    }

    VerifiedTorrent torrent() {
        return torrent;
    }

    static Sample of(long seed, int length) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return of(bytes);
    }

    static Sample of(byte[] bytes) {
        ContentHasher hasher = new ContentHasher(bytes.length);
        hasher.update(bytes);
        ContentHashes hashes = hasher.finish();
        Pack pack = Torrents.pack(hashes, true);
        return new Sample(bytes, Torrents.check(pack, Torrents.hybrid(hashes).bytes()));
    }

    Sha256 id() {
        return torrent.pack().data().sha256();
    }

    /** Writes the whole file where a swarm looks for it. */
    Path writeTo(Path directory) throws IOException {
        Files.createDirectories(directory);
        return Files.write(directory.resolve(id().hex()), bytes);
    }
}
