package packhorse.tracker.reports;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import packhorse.core.OperationException;
import packhorse.core.UsageException;

/**
 * Reads a store from its beginning and goes on where it stopped, also while a tracker writes it: what is not {@linkplain FlushMark
 * flushed} yet is looked at again the next time.
 */
public final class ReportReader {
    static final byte[] MAGIC = "PHREPS1\n".getBytes(StandardCharsets.US_ASCII);
    static final String SUFFIX = ".reports";

    private static final int BUFFER_BYTES = 256 << 10;

    private final Path directory;
    private String segment = "";
    private long offset;

    private ReportReader(Path directory) {
        this.directory = directory;
    }

    /**
     * Of the store in a tracker's data directory.
     *
     * @throws UsageException when there is none
     */
    public static ReportReader of(Path data) {
        Path directory = ReportStore.directory(data);
        if (!Files.isDirectory(directory)) {
            throw new UsageException(
                    directory + ": there are no reports; is " + data + " the \"data\" directory of a tracker?");
        }
        return new ReportReader(directory);
    }

    /** Hands on every report that was stored for good since the last time, in the order in which they were stored. */
    public void poll(Consumer<StoredReport> reader) {
        try {
            // The mark before the files, and no file beyond it: what is flushed meanwhile, also in the last one, is of
            // the next time.
            Optional<FlushMark.Flushed> flushed = FlushMark.read(directory);
            for (Path file : segments(directory)) {
                if (flushed.map(mark -> mark.segment() < number(file)).orElse(false)) {
                    break;
                }
                String name = String.valueOf(file.getFileName());
                if (name.compareTo(segment) < 0) {
                    continue;
                }
                if (!name.equals(segment)) {
                    segment = name;
                    offset = 0;
                }
                long end = flushed.map(mark -> mark.of(number(file))).orElse(Long.MAX_VALUE);
                offset = scan(file, offset, end, reader).end();
            }
        } catch (IOException e) {
            throw new OperationException(directory + " cannot be read: " + e, e);
        }
    }

    /** Files of the store, oldest first. */
    static List<Path> segments(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> String.valueOf(file.getFileName()).matches("[0-9]{10}\\.reports"))
                    .sorted()
                    .toList();
        }
    }

    /**
     * Where a scan stopped.
     *
     * @param end offset of the first byte that was not understood, the file's length where all was
     * @param broken why it stopped there; empty at the file's end
     */
    record Scan(long end, Optional<String> broken) {}

    static long number(Path file) {
        return Long.parseLong(String.valueOf(file.getFileName()).replace(SUFFIX, ""));
    }

    /** Reads the records of one file from {@code offset} on. */
    static Scan scan(Path file, long offset, Consumer<StoredReport> reader) throws IOException {
        return scan(file, offset, Long.MAX_VALUE, reader);
    }

    /** Reads the records of one file that begin from {@code offset} on and before {@code limit}. */
    private static Scan scan(Path file, long offset, long limit, Consumer<StoredReport> reader) throws IOException {
        if (offset >= limit) {
            return new Scan(offset, Optional.empty());
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long at = offset;
            if (at == 0) {
                ByteBuffer magic = ByteBuffer.allocate(MAGIC.length);
                while (magic.hasRemaining() && channel.read(magic) >= 0) {}
                if (magic.position() < MAGIC.length || !Arrays.equals(magic.array(), MAGIC)) {
                    return new Scan(0, Optional.of("it does not begin as a file of reports does"));
                }
                at = MAGIC.length;
            }
            channel.position(at);
            InputStream in = new BufferedInputStream(Channels.newInputStream(channel), BUFFER_BYTES);
            while (at < limit) {
                switch (ReportRecord.read(in)) {
                    case ReportRecord.Read.Whole whole -> {
                        at += whole.bytes();
                        reader.accept(whole.report());
                    }
                    case ReportRecord.Read.End end -> {
                        return new Scan(at, Optional.empty());
                    }
                    case ReportRecord.Read.Broken broken -> {
                        return new Scan(at, Optional.of(broken.why()));
                    }
                }
            }
            return new Scan(at, Optional.empty());
        } catch (NoSuchFileException e) {
            return new Scan(offset, Optional.empty());
        }
    }
}
