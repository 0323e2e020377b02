package packhorse.peer.adapter.archive;

import java.io.IOException;
import java.io.InputStream;
import packhorse.core.content.BadContentException;

/**
 * Turns whatever an archive's reader throws into the one line that says the archive is bad. What a visitor's disk throws is left
 * alone, so that a full disk is never taken for a bad archive.
 */
final class Reading {
    private Reading() {}

    /** A question to a reader. */
    interface Question<T> {
        T ask() throws IOException;
    }

    /**
     * Asks a reader.
     *
     * @param what is read, for the message
     * @throws BadContentException for everything that it throws
     */
    static <T> T of(String what, Question<T> question) {
        try {
            return question.ask();
        } catch (BadContentException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            throw new BadContentException("the " + what + " is malformed: " + oneLine(e) + "; pack it anew", e);
        }
    }

    /** A stream whose reader's troubles are the archive's. */
    static InputStream stream(String what, InputStream in) {
        return new InputStream() {
            @Override
            public int read() {
                return of(what, in::read);
            }

            @Override
            public int read(byte[] buffer, int offset, int length) {
                return of(what, () -> in.read(buffer, offset, length));
            }

            @Override
            public int available() {
                return of(what, in::available);
            }
        };
    }

    /** Reads to the end, and throws away what comes. */
    static void drain(InputStream in) throws IOException {
        byte[] buffer = new byte[64 << 10];
        int count;
        do {
            count = in.read(buffer, 0, buffer.length);
        } while (count >= 0);
    }

    private static String oneLine(Exception e) {
        String message = e.getMessage();
        return message == null ? e.getClass().getSimpleName() : message.replaceAll("\\s+", " ");
    }
}
