package packhorse.peer.store;

import java.nio.file.Path;
import packhorse.core.content.Pack;
import packhorse.core.content.Sha256;
import packhorse.core.content.VerifiedTorrent;

/** A pack that is arriving. Its file is written by whoever fetches it; {@link Store#promote} makes it a pack. */
public final class Partial {
    private final Holding holding;
    private final VerifiedTorrent torrent;

    Partial(Holding holding, VerifiedTorrent torrent) {
        this.holding = holding;
        this.torrent = torrent;
    }

    public Sha256 id() {
        return holding.id();
    }

    public Pack pack() {
        return torrent.pack();
    }

    public VerifiedTorrent torrent() {
        return torrent;
    }

    /** What a torrent calls its save path. */
    public Path directory() {
        return holding.directory();
    }

    /** The file that the content arrives in; may not be there yet. */
    public Path file() {
        return holding.content();
    }

    Holding holding() {
        return holding;
    }
}
