package packhorse.peer.agent;

import java.nio.file.Path;
import java.util.BitSet;

/** Lets tests elsewhere play the agent to readers. */
public final class Watches {
    private Watches() {}

    /** Nothing is there yet. */
    public static PieceWatch empty(Path file, int pieceCount) {
        return new PieceWatch(file, pieceCount);
    }

    /** A piece is verified. */
    public static void add(PieceWatch watch, int piece) {
        BitSet pieces = new BitSet();
        pieces.set(piece);
        watch.add(pieces);
    }

    /** The file is promoted. */
    public static void move(PieceWatch watch, Path file) {
        watch.movedTo(file);
    }

    /** It will not come. */
    public static void fail(PieceWatch watch, String reason) {
        watch.failed(reason);
    }
}
