package packhorse.peer.adapter;

import java.io.InputStream;
import java.util.Iterator;

/** A stream of portions that are made one after the other as they are asked for, so that a long file is written without being in memory. */
public final class PortionsInput extends InputStream {
    private final Iterator<byte[]> portions;
    private byte[] portion = {};
    private int at;

    /** What the iterator throws, the reader gets. */
    public PortionsInput(Iterator<byte[]> portions) {
        this.portions = portions;
    }

    private boolean more() {
        while (at == portion.length && portions.hasNext()) {
            portion = portions.next();
            at = 0;
        }
        return at < portion.length;
    }

    @Override
    public int read() {
        return more() ? portion[at++] & 0xff : -1;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) {
        int done = 0;
        while (done < length && more()) {
            int some = Math.min(length - done, portion.length - at);
            System.arraycopy(portion, at, buffer, offset + done, some);
            at += some;
            done += some;
        }
        return done == 0 && length > 0 ? -1 : done;
    }
}
