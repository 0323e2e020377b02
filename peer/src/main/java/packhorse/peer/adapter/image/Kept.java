package packhorse.peer.adapter.image;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import packhorse.core.content.CodeClass;
import packhorse.core.content.Sha256;
import packhorse.core.json.CanonicalJson;
import packhorse.core.json.Json;
import packhorse.core.json.Json.JsonArray;
import packhorse.core.json.Json.JsonInteger;
import packhorse.core.json.Json.JsonObject;
import packhorse.core.json.Json.JsonString;
import packhorse.core.json.JsonFields;
import packhorse.core.json.JsonReader;
import packhorse.peer.adapter.AdapterException;
import packhorse.peer.adapter.InstallDisk;
import packhorse.peer.adapter.OwnRecord;
import packhorse.peer.adapter.Way;

/**
 * What a target had in the ranges that are to be changed: one file with the bytes, one with their places and digests. Ranges of zeros
 * take no room. The second is written last; without it nothing was kept.
 *
 * @param ranges in the order of their places
 */
record Kept(List<Range> ranges) {
    private static final String BYTES = "old.bin";
    private static final String INDEX = "old.json";
    private static final int MODE = 0600;

    /**
     * One, no longer than a portion.
     *
     * @param digest of its bytes; empty: they are zeros, and not in the file
     */
    record Range(long at, int length, Optional<Sha256> digest) {}

    Kept {
        ranges = List.copyOf(ranges);
    }

    /** Bytes that keeping takes. */
    static long needed(Bytes wanted, Path target, long length) throws IOException {
        AtomicLong bytes = new AtomicLong();
        try (FileChannel channel = Way.read(target)) {
            Ranges.walk(wanted, Bytes.of(channel), 0, length, Ranges.COMPARED, new Old((at, old) -> {
                if (!Ranges.isZero(old)) {
                    bytes.addAndGet(old.remaining());
                }
            }));
        }
        return bytes.get();
    }

    /** Keeps them, durably, and reads back what was kept. */
    static Kept keep(InstallDisk disk, Bytes wanted, Path target, long length, Path directory, LongConsumer progress)
            throws IOException {
        forget(disk, directory);
        List<Range> ranges = new ArrayList<>();
        try (FileChannel channel = Way.read(target);
                InputStream old = new OldBytes(wanted, Bytes.of(channel), length, ranges, progress)) {
            disk.create(directory.resolve(BYTES), old, MODE, done -> {});
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        disk.force(directory.resolve(BYTES));
        disk.replace(directory.resolve(INDEX), encode(ranges), MODE);
        Kept kept = new Kept(ranges);
        kept.each(directory, (range, bytes) -> {});
        return kept;
    }

    static Optional<Kept> find(Path directory) throws IOException {
        Path index = directory.resolve(INDEX);
        return Files.exists(index)
                ? Optional.of(OwnRecord.read(index, OwnRecord.Use.UNDO, Kept::decode))
                : Optional.empty();
    }

    static void forget(InstallDisk disk, Path directory) throws IOException {
        for (String name : List.of(INDEX, BYTES)) {
            disk.delete(InstallDisk.freshBeside(directory.resolve(name)));
            disk.delete(directory.resolve(name));
        }
        disk.force(directory);
    }

    /** Writes the kept bytes back, as far as they are not there; then compares all of them. */
    void restore(InstallDisk disk, Path directory, Path target, LongConsumer progress) throws IOException {
        // All digests first: a damaged copy is found before anything is written.
        each(directory, (range, bytes) -> {});
        AtomicLong done = new AtomicLong();
        try (InstallDisk.Writer writer = disk.open(target)) {
            each(directory, (range, bytes) -> {
                // Also what reads as it should: after a flush that failed, memory may hold what the disk lost.
                if (range.digest().isPresent()) {
                    writer.write(bytes, range.at());
                } else {
                    writer.zero(range.at(), range.length());
                }
                progress.accept(done.addAndGet(range.length()));
            });
            writer.force();
        }
        try (FileChannel present = Way.read(target)) {
            ByteBuffer now = ByteBuffer.allocateDirect(Ranges.PORTION_BYTES);
            each(directory, (range, bytes) -> {
                now.clear().limit(range.length());
                Bytes.of(present).read(now, range.at());
                if (now.flip().mismatch(bytes) >= 0) {
                    throw new AdapterException(
                            CodeClass.ENVIRONMENT,
                            target + " does not give back what was written at byte " + range.at()
                                    + "; replace the disk");
                }
            });
        }
    }

    private interface RangeVisitor {
        /** @param bytes the range's, read only */
        void visit(Range range, ByteBuffer bytes) throws IOException;
    }

    private void each(Path directory, RangeVisitor visitor) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(Ranges.PORTION_BYTES);
        long place = 0;
        try (FileChannel kept = FileChannel.open(directory.resolve(BYTES), StandardOpenOption.READ)) {
            for (Range range : ranges) {
                buffer.clear().limit(range.length());
                if (range.digest().isEmpty()) {
                    Bytes.ZEROS.read(buffer, 0);
                } else {
                    if (place + range.length() > kept.size()) {
                        throw damaged(directory);
                    }
                    Bytes.of(kept).read(buffer, place);
                    place += range.length();
                    if (!range.digest().get().equals(digest(buffer.duplicate().flip()))) {
                        throw damaged(directory);
                    }
                }
                visitor.visit(range, buffer.flip());
            }
        }
    }

    private static AdapterException damaged(Path directory) {
        return new AdapterException(
                CodeClass.ENVIRONMENT,
                directory.resolve(BYTES)
                        + " is not what was kept there; look after that disk, it gives back wrong bytes");
    }

    private static Sha256 digest(ByteBuffer bytes) {
        java.security.MessageDigest digest = Sha256.newDigest();
        digest.update(bytes);
        return Sha256.ofDigest(digest.digest());
    }

    // ---- going through ----

    private interface OldRange {
        void seen(long at, ByteBuffer old) throws IOException;
    }

    /** Only what is there counts. */
    private record Old(OldRange range) implements Ranges.Visitor {
        @Override
        public void data(long at, ByteBuffer wanted, ByteBuffer present) throws IOException {
            range.seen(at, present);
        }

        @Override
        public void zeros(long at, int length, ByteBuffer present) throws IOException {
            range.seen(at, present);
        }
    }

    /** The old bytes of all ranges behind each other, read portion by portion while somebody writes them down. */
    private static final class OldBytes extends InputStream {
        private final Bytes wanted;
        private final Bytes present;
        private final long length;
        private final List<Range> ranges;
        private final LongConsumer progress;
        private final Ranges.Portions portions = new Ranges.Portions();
        private final byte[] portion = new byte[Ranges.PORTION_BYTES];
        private int filled;
        private int given;
        private long at;

        OldBytes(Bytes wanted, Bytes present, long length, List<Range> ranges, LongConsumer progress) {
            this.wanted = wanted;
            this.present = present;
            this.length = length;
            this.ranges = ranges;
            this.progress = progress;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int offset, int count) throws IOException {
            while (given == filled) {
                if (at >= length) {
                    return -1;
                }
                next();
            }
            int some = Math.min(count, filled - given);
            System.arraycopy(portion, given, into, offset, some);
            given += some;
            return some;
        }

        /** At most what is still to be compared; whoever writes it down chooses the size of his portions by it. */
        @Override
        public int available() {
            return (int) Math.min(Integer.MAX_VALUE, filled - given + length - at);
        }

        private void next() throws IOException {
            long to = Math.min(length, at + Ranges.PORTION_BYTES);
            filled = 0;
            given = 0;
            Ranges.walk(wanted, present, at, to, Ranges.COMPARED, portions, new Old((place, old) -> {
                if (Ranges.isZero(old)) {
                    ranges.add(new Range(place, old.remaining(), Optional.empty()));
                    return;
                }
                ranges.add(new Range(place, old.remaining(), Optional.of(digest(old.duplicate()))));
                int count = old.remaining();
                old.duplicate().get(portion, filled, count);
                filled += count;
            }));
            at = to;
            progress.accept(at);
        }
    }

    // ---- on disk ----

    private static byte[] encode(List<Range> ranges) {
        List<Json> out = new ArrayList<>();
        for (Range range : ranges) {
            out.add(JsonObject.of(Map.of(
                    "at", new JsonInteger(range.at()),
                    "length", new JsonInteger(range.length()),
                    "sha256", new JsonString(range.digest().map(Sha256::hex).orElse("")))));
        }
        return CanonicalJson.encode(new JsonArray(out));
    }

    private static Kept decode(byte[] bytes) {
        if (!(JsonReader.parse(bytes) instanceof JsonArray array)) {
            throw new IllegalArgumentException(INDEX + " is a list");
        }
        List<Range> ranges = new ArrayList<>();
        for (Json json : array.elements()) {
            JsonFields fields = JsonFields.of(json, INDEX);
            String digest = fields.string("sha256");
            ranges.add(new Range(
                    fields.integer("at", 0, Long.MAX_VALUE),
                    (int) fields.integer("length", 1, Ranges.PORTION_BYTES),
                    digest.isEmpty() ? Optional.empty() : Optional.of(Sha256.parse(digest))));
        }
        return new Kept(ranges);
    }
}
