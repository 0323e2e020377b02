package packhorse.seeder.build;

import java.nio.ByteBuffer;

/** Hands out the content's bytes, once, front to back. Called by one thread at a time. */
interface ContentReader extends AutoCloseable {
    /**
     * Fills {@code target} to its limit; the caller never asks for more than the planned length in all.
     *
     * @throws packhorse.core.OperationException in one line, when the source cannot be read or is not what was planned
     */
    void fill(ByteBuffer target);

    /** Fails unless the source ended exactly where it was planned to; called once after the last byte. */
    void requireEnd();

    @Override
    void close();
}
