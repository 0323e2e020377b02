package packhorse.peer.hook;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import packhorse.peer.adapter.Programs;

/**
 * What a program says: its first words and its last ones, in memory that does not grow. Everything is read, so that a program that
 * says too much can end. Characters that would move a terminal's cursor are replaced.
 */
final class Captured {
    private static final int HALF = Programs.OUTPUT_BYTES_MAX / 2;
    private static final int BUFFER_BYTES = 16 << 10;

    private final byte[] first = new byte[HALF];
    /** The ring of what came after {@link #first}. */
    private final byte[] last = new byte[HALF];

    private long total;

    /** Reads to the end, which comes when nobody holds the other side any more. */
    void readAll(InputStream in) throws IOException {
        byte[] buffer = new byte[BUFFER_BYTES];
        for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
            add(buffer, count);
        }
    }

    synchronized void add(byte[] bytes, int count) {
        int at = 0;
        if (total < HALF) {
            at = (int) Math.min(count, HALF - total);
            System.arraycopy(bytes, 0, first, (int) total, at);
            total += at;
        }
        // Only the newest HALF bytes of a long portion can stay.
        int skipped = Math.max(0, count - at - HALF);
        total += skipped;
        at += skipped;
        while (at < count) {
            int place = (int) ((total - HALF) % HALF);
            int portion = Math.min(count - at, HALF - place);
            System.arraycopy(bytes, at, last, place, portion);
            at += portion;
            total += portion;
        }
    }

    synchronized String text() {
        if (total <= HALF) {
            return clean(Arrays.copyOf(first, (int) total));
        }
        long after = total - HALF;
        if (after <= HALF) {
            byte[] whole = Arrays.copyOf(first, (int) total);
            System.arraycopy(last, 0, whole, HALF, (int) after);
            return clean(whole);
        }
        int start = (int) (after % HALF);
        byte[] end = new byte[HALF];
        System.arraycopy(last, start, end, 0, HALF - start);
        System.arraycopy(last, 0, end, HALF - start, start);
        return clean(first) + "\n[" + (total - 2L * HALF) + " bytes left out]\n" + clean(end);
    }

    private static String clean(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        StringBuilder clean = new StringBuilder(text.length());
        text.codePoints().map(Captured::harmless).forEach(clean::appendCodePoint);
        return clean.toString();
    }

    private static int harmless(int c) {
        if (c == '\n' || c == '\t') {
            return c;
        }
        if (c == '\r') {
            return ' ';
        }
        return Character.isISOControl(c) || Character.getType(c) == Character.FORMAT ? '\uFFFD' : c;
    }
}
