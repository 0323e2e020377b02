package packhorse.peer.channel;

import java.nio.ByteBuffer;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Direct buffers shared by all connections, each held while bytes are under way in it. A connection on which little happens soon holds
 * none, so memory follows the traffic and not the number of peers; however many there are, direct memory stays below 52 MiB.
 */
final class Buffers {
    /** What is read, encrypted and written at once: 4 TLS records. Larger ones were measured and are no faster. */
    static final int BATCH = 64 << 10;
    /** What JSSE wants to see free before it makes a record, and more than the largest record. */
    static final int RECORD_ROOM = 17 << 10;

    /** 640 × 81 KiB: what 160 connections hold that are busy both ways at once; more of them share heap memory in smaller pieces. */
    static final int DIRECT_MAX = 640;
    /** Room for one record's plain bytes beside the record. */
    static final int SMALL_BATCH = 16 << 10;

    private final ConcurrentLinkedQueue<ByteBuffer> free = new ConcurrentLinkedQueue<>();
    private final AtomicInteger made = new AtomicInteger();

    /** An empty buffer of at least one batch and one record. */
    ByteBuffer take() {
        ByteBuffer buffer = free.poll();
        if (buffer != null) {
            return buffer.clear();
        }
        if (made.incrementAndGet() <= DIRECT_MAX) {
            return ByteBuffer.allocateDirect(BATCH + RECORD_ROOM);
        }
        made.decrementAndGet();
        return ByteBuffer.allocate(SMALL_BATCH + RECORD_ROOM);
    }

    void give(ByteBuffer buffer) {
        if (buffer.isDirect()) {
            free.add(buffer);
        }
    }

    /** How many direct buffers there are, held or free. */
    int made() {
        return made.get();
    }
}
