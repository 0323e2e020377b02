package packhorse.peer.journal;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.core.OperationException;
import packhorse.core.state.StatusEntry;

/**
 * The journal's files: a row of {@link Segment}s, of which the newest is added to.
 *
 * <p>A segment that is long enough is followed by the next. One goes when all in it is acknowledged, and never in part. What a crash
 * tore off the end was never flushed and so never sent; it is cut away. The first segment of a journal that takes over from another
 * is made whole and takes its name at the end of the row: the newest name decides whose row it is, so a crash leaves the one
 * journal or the other. Files of journals that were replaced are set aside under other names.
 *
 * <p>Only who holds the journal's disk lock enters.
 */
final class SegmentRow {
    /** Files of replaced journals that are kept for whoever wants to look: the largest that a journal comes to, and more. */
    static final int FORMER_FILES_MAX = 64;

    private static final Logger LOG = LoggerFactory.getLogger(SegmentRow.class);

    private final ReportJournal.Ground ground;
    private final Path directory;
    /** By the first sequence in them. */
    private final TreeMap<Long, Path> segments = new TreeMap<>();

    private @Nullable FileChannel file;
    /** What the place of a file in the row is above the first sequence in it: where the journal before had come to. */
    private long base;

    private long length;
    private long headLength;
    private String broken = "";

    SegmentRow(ReportJournal.Ground ground) {
        this.ground = ground;
        this.directory = ground.directory();
    }

    static OperationException unwritable(Path directory, IOException e) {
        return new OperationException(
                "the report journal " + directory + " cannot be kept: " + e.getMessage()
                        + "; is there space, and may this user write there?",
                e);
    }

    /**
     * What the files of the newest journal hold.
     *
     * @param files those that can be read, in order
     * @param contents theirs
     * @param unreadable files of which not even the head can be read
     */
    record Reading(List<Path> files, List<Segment.Content> contents, List<Path> unreadable) {
        /** Whether there is a journal, and nothing speaks against going on with it. */
        boolean whole() {
            boolean damaged = contents.stream().anyMatch(Segment.Content::damaged)
                    || contents.stream().limit(Math.max(0, contents.size() - 1)).anyMatch(Segment.Content::torn);
            return !contents.isEmpty() && !damaged && unreadable.isEmpty();
        }

        List<Path> everyFile() {
            List<Path> all = new ArrayList<>(files);
            all.addAll(unreadable);
            return all;
        }
    }

    /** The newest file that can be read says which journal it is; files before it of another one are what that one replaced. */
    Reading read() throws IOException {
        Reading reading = new Reading(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        for (Path path : Segment.list(directory)) {
            Optional<Segment.Content> content = Segment.read(path);
            if (content.isEmpty()) {
                reading.unreadable().add(path);
                continue;
            }
            if (!reading.contents().isEmpty()
                    && reading.contents().getLast().journal() != content.get().journal()) {
                setAside(reading.files());
                setAside(reading.unreadable());
                reading = new Reading(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
            }
            reading.files().add(path);
            reading.contents().add(content.get());
        }
        return reading;
    }

    /** Adds to what was read. */
    void goOn(Reading reading) throws IOException {
        for (int i = 0; i < reading.files().size(); i++) {
            segments.put(reading.contents().get(i).first(), reading.files().get(i));
        }
        Path newest = reading.files().getLast();
        Segment.Content content = reading.contents().getLast();
        base = Segment.place(newest) - content.first();
        FileChannel channel = FileChannel.open(newest, StandardOpenOption.WRITE);
        if (content.torn()) {
            LOG.warn("what a crash left unfinished at the end of {} is cut away", newest);
            channel.truncate(content.length());
            ground.disk().flush(channel);
        }
        channel.position(content.length());
        file = channel;
        length = content.length();
        headLength = content.headLength();
    }

    /** Begins another journal's row behind the {@code former} one's files, with its first reports. */
    void begin(List<Path> former, long journal, List<StatusEntry> remembered, List<StatusEntry> reports)
            throws IOException {
        long place = 1 + former.stream().mapToLong(Segment::place).max().orElse(0);
        Path path = Segment.file(directory, place);
        Segment.Made made = made(path, journal, remembered, reports);
        segments.clear();
        base = place - 1;
        take(made, 1, path);
    }

    private Segment.Made made(Path path, long journal, List<StatusEntry> remembered, List<StatusEntry> reports)
            throws IOException {
        try {
            return Segment.create(ground.disk(), path, journal, 1, remembered, reports);
        } catch (IOException e) {
            if (Files.exists(path)) {
                // The next start may find that name or not: what went to the former journal from now on could be lost.
                broken = "the report journal " + directory + " cannot be begun anew: " + e.getMessage()
                        + "; check the disk and start the agent again";
            }
            throw e;
        }
    }

    /** Follows the newest segment with the next. */
    void roll(long journal, long first, List<StatusEntry> remembered) throws IOException {
        Path path = Segment.file(directory, base + first);
        take(Segment.create(ground.disk(), path, journal, first, remembered, List.of()), first, path);
    }

    private void take(Segment.Made made, long first, Path path) {
        close();
        segments.put(first, path);
        file = made.channel();
        length = made.length();
        headLength = made.headLength();
    }

    /** Gives files of a journal that was replaced their other names. */
    void setAside(List<Path> former) throws IOException {
        for (Path path : former) {
            ground.disk().move(path, Segment.former(path));
        }
        if (!former.isEmpty()) {
            removeOldest();
        }
    }

    /** What waited in them is in the journals that replaced theirs, so they may go. */
    private void removeOldest() {
        try {
            List<Path> aside = Segment.formers(directory);
            List<Path> oldest = aside.subList(0, Math.max(0, aside.size() - FORMER_FILES_MAX));
            for (Path path : oldest) {
                ground.disk().delete(path);
                LOG.info(
                        "{} is removed: of report journals that were replaced, {} files are kept",
                        path,
                        FORMER_FILES_MAX);
            }
        } catch (IOException e) {
            LOG.warn("old files of replaced report journals cannot be removed from {}: {}", directory, e.getMessage());
        }
    }

    /** Every file of the row. */
    List<Path> files() {
        return List.copyOf(segments.values());
    }

    /** Whether the newest segment is long enough. */
    boolean full() {
        return length - headLength >= ground.segmentBytesMax();
    }

    /** Whether it is open, and what is on the disk is known. */
    boolean sound() {
        return file != null && broken.isEmpty();
    }

    /** @throws OperationException when nobody knows what is on the disk */
    void requireSound() {
        if (!broken.isEmpty()) {
            throw new OperationException(broken);
        }
    }

    /** Adds reports, all of them or none, and returns when they are on the disk. */
    void append(long journal, List<StatusEntry> entries) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (StatusEntry entry : entries) {
            bytes.writeBytes(Segment.record(journal, entry));
        }
        put(bytes.toByteArray());
        flush();
    }

    /** Says that everything before a sequence is stored. Not flushed: without it, some reports are sent once more. */
    void acknowledge(long journal, long oldest) throws IOException {
        if (file != null) {
            put(Segment.acknowledged(journal, oldest));
        }
    }

    /** Removes the segments in which there is nothing from {@code oldest} on. */
    void dropBefore(long oldest) throws IOException {
        boolean gone = false;
        while (segments.size() > 1 && segments.higherKey(segments.firstKey()) <= oldest) {
            ground.disk().delete(segments.pollFirstEntry().getValue());
            gone = true;
        }
        if (gone) {
            Segment.flush(ground.disk(), directory);
        }
    }

    /** Adds to the file, all of it or nothing. */
    private void put(byte[] bytes) throws IOException {
        FileChannel channel = opened();
        try {
            ground.disk().write(channel, bytes);
            length += bytes.length;
        } catch (IOException e) {
            channel.truncate(length);
            channel.position(length);
            throw e;
        }
    }

    /** What a failed flush left on the disk is unknown: only reading it back, at the next start, can tell. */
    private void flush() throws IOException {
        try {
            ground.disk().flush(opened());
        } catch (IOException e) {
            broken = "the report journal " + directory + " cannot be flushed: " + e.getMessage()
                    + "; check the disk and start the agent again";
            throw e;
        }
    }

    private FileChannel opened() {
        FileChannel channel = file;
        if (channel == null) {
            throw new OperationException("the report journal " + directory + " is closed");
        }
        return channel;
    }

    /** Lets go of the file; nothing can be added from then on. */
    void close() {
        FileChannel channel = file;
        file = null;
        if (channel != null) {
            try {
                channel.close();
            } catch (IOException e) {
                LOG.warn("closing the report journal {}: {}", directory, e.getMessage());
            }
        }
    }
}
