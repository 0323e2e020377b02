package packhorse.peer.journal;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.core.message.FrameCodec;
import packhorse.core.message.FrameException;
import packhorse.core.message.StateCodec;
import packhorse.core.message.v1.Envelope;
import packhorse.core.message.v1.StatusReports;
import packhorse.core.state.StatusEntry;

/**
 * One file of the journal: frames of {@link FrameCodec}, each with its check sum and one {@code StatusReports}.
 *
 * <pre>
 * frame         reports  oldest                     means
 * the first     none     first sequence here        the head
 * remembered    one      that first sequence again  the last state of an action from a file before; not to be sent
 * report        one      0                          a report
 * acknowledged  none     a sequence                 everything before it is stored for good; a hint that may be lost
 * </pre>
 *
 * <p>Head and remembered states are made whole under another name that is then changed, so a file always has a head.
 */
final class Segment {
    private static final Logger LOG = LoggerFactory.getLogger(Segment.class);
    private static final String SUFFIX = ".reports";
    private static final String FORMER = ".former";

    /**
     * What a file held.
     *
     * @param journal the journal's number
     * @param first the first sequence that belongs here
     * @param remembered last states of actions, not to be sent
     * @param entries in the order they were written
     * @param oldest everything before it is stored for good; 0 where nothing says so
     * @param headLength bytes of the head and what is remembered
     * @param length bytes that are right
     * @param torn whether something follows them that is no whole record
     * @param damaged whether a whole record follows what is torn: the disk's fault and no crash's
     */
    record Content(
            long journal,
            long first,
            List<StatusEntry> remembered,
            List<StatusEntry> entries,
            long oldest,
            long headLength,
            long length,
            boolean torn,
            boolean damaged) {}

    private Segment() {}

    /** A file's name says its place in the row: the files' order is that of their names. */
    static Path file(Path directory, long place) {
        return directory.resolve(String.format(Locale.ROOT, "%016x%s", place, SUFFIX));
    }

    /** The place that a name says. */
    static long place(Path file) {
        return Long.parseLong(String.valueOf(file.getFileName()).replace(SUFFIX, ""), 16);
    }

    /** The journal's files in their order. */
    static List<Path> list(Path directory) throws IOException {
        return list(directory, SUFFIX);
    }

    /** Files that newer journals replaced, in the order of their places. */
    static List<Path> formers(Path directory) throws IOException {
        return list(directory, SUFFIX + FORMER);
    }

    private static List<Path> list(Path directory, String ending) throws IOException {
        try (var files = Files.list(directory)) {
            return files.filter(
                            file -> String.valueOf(file.getFileName()).matches("[0-9a-f]{16}" + Pattern.quote(ending)))
                    .sorted()
                    .toList();
        }
    }

    /** Where a file goes that a newer journal replaced. */
    static Path former(Path file) {
        return file.resolveSibling(file.getFileName() + FORMER);
    }

    /**
     * A file just made.
     *
     * @param channel at its end
     * @param headLength bytes of the head and what is remembered
     * @param length bytes of all of it
     */
    record Made(FileChannel channel, long headLength, long length) {}

    /** Makes a file with its head and first reports; all of it is on the disk under its name when this returns, or nothing. */
    static Made create(
            Disk disk,
            Path file,
            long journal,
            long first,
            Collection<StatusEntry> remembered,
            Collection<StatusEntry> reports)
            throws IOException {
        Path nascent = file.resolveSibling(file.getFileName() + ".new");
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(acknowledged(journal, first));
        for (StatusEntry entry : remembered) {
            bytes.writeBytes(frame(StatusReports.newBuilder()
                    .setJournal(journal)
                    .setOldest(first)
                    .addReports(StateCodec.write(entry))
                    .build()));
        }
        int headLength = bytes.size();
        for (StatusEntry entry : reports) {
            bytes.writeBytes(record(journal, entry));
        }
        FileChannel channel = FileChannel.open(
                nascent, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE);
        try {
            disk.write(channel, bytes.toByteArray());
            disk.flush(channel);
            disk.move(nascent, file);
            flush(disk, file.resolveSibling("."));
            return new Made(channel, headLength, bytes.size());
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    static void flush(Disk disk, Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            disk.flush(channel);
        }
    }

    static byte[] record(long journal, StatusEntry entry) {
        return frame(StatusReports.newBuilder()
                .setJournal(journal)
                .addReports(StateCodec.write(entry))
                .build());
    }

    static byte[] acknowledged(long journal, long oldest) {
        return frame(
                StatusReports.newBuilder().setJournal(journal).setOldest(oldest).build());
    }

    private static byte[] frame(StatusReports reports) {
        return FrameCodec.encode(Envelope.newBuilder()
                .setVersion(FrameCodec.VERSION)
                .setStatusReports(reports)
                .build());
    }

    /** What is in a file; empty when not even its head can be read. */
    static Optional<Content> read(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        ByteArrayInputStream in = new ByteArrayInputStream(bytes);
        List<StatusEntry> entries = new ArrayList<>();
        Optional<StatusReports> head = Optional.empty();
        List<StatusEntry> remembered = new ArrayList<>();
        long oldest = 0;
        long headLength = 0;
        long right = 0;
        try {
            for (Optional<Envelope> next = FrameCodec.read(in); next.isPresent(); next = FrameCodec.read(in)) {
                StatusReports reports = next.get().getStatusReports();
                if (head.isEmpty()) {
                    head = Optional.of(reports).filter(first -> first.getJournal() != 0 && first.getOldest() > 0);
                    if (head.isEmpty()) {
                        return Optional.empty();
                    }
                    headLength = bytes.length - (long) in.available();
                } else if (reports.getReportsCount() == 0) {
                    oldest = Math.max(oldest, reports.getOldest());
                } else if (reports.getOldest() > 0) {
                    remembered.add(StateCodec.read(reports.getReports(0)));
                    headLength = bytes.length - (long) in.available();
                } else {
                    entries.add(StateCodec.read(reports.getReports(0)));
                }
                right = bytes.length - (long) in.available();
            }
        } catch (FrameException | IllegalArgumentException e) {
            LOG.warn("{} cannot be read after byte {}: {}", file, right, e.getMessage());
        }
        if (head.isEmpty()) {
            return Optional.empty();
        }
        boolean torn = right < bytes.length;
        return Optional.of(new Content(
                head.get().getJournal(),
                head.get().getOldest(),
                remembered,
                entries,
                oldest,
                headLength,
                right,
                torn,
                torn && anyWhole(bytes, (int) right + 1)));
    }

    /** Whether a record of this journal begins anywhere from {@code from} on. */
    private static boolean anyWhole(byte[] bytes, int from) {
        for (int at = from; at + FrameCodec.HEADER_BYTES < bytes.length; at++) {
            int length = ByteBuffer.wrap(bytes, at, Integer.BYTES).getInt();
            if (length > 0 && length <= bytes.length - at - FrameCodec.HEADER_BYTES) {
                try {
                    if (FrameCodec.decode(
                                    java.util.Arrays.copyOfRange(bytes, at, at + FrameCodec.HEADER_BYTES + length))
                            .hasStatusReports()) {
                        return true;
                    }
                } catch (FrameException e) {
                    LOG.trace("no record at byte {}: {}", at, e.getMessage());
                }
            }
        }
        return false;
    }
}
