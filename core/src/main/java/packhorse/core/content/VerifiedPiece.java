package packhorse.core.content;

/** Proof that some bytes were a pack's piece. Only {@link VerifiedTorrent#verify} makes it. */
public final class VerifiedPiece {
    private final Pack pack;
    private final int index;

    VerifiedPiece(Pack pack, int index) {
        this.pack = pack;
        this.index = index;
    }

    public Pack pack() {
        return pack;
    }

    public int index() {
        return index;
    }
}
