package packhorse.peer.installer.engine;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.core.OperationException;
import packhorse.core.durable.DurableFiles;
import packhorse.core.message.FrameCodec;
import packhorse.core.message.FrameException;
import packhorse.peer.adapter.InstallDisk;
import packhorse.peer.install.Entry;

/**
 * The installer's write-ahead journal: one file of frames, each an {@link Entry}, each on the disk before {@link #append} returns.
 *
 * <p><b>Room.</b> The file is made longer with zeros ahead of time, and {@link #reserve} sees to it before a transaction begins; so on
 * a disk that others fill up a transaction that began can always say that it turns back, and a flush moves content alone, no
 * length. Zeros where a frame would begin are the end.
 *
 * <p><b>Sureness.</b> What is read when it is opened is put into a new file before anybody acts on it, as the process before may have been
 * ended, or refused by the disk, between writing an entry and its flush.
 *
 * <p><b>Damage.</b> One entry is written at a time. A frame at the end that does not add up is one that a crash tore: nothing happened
 * after it, it is wiped. One that has a whole frame anywhere behind it is the disk's doing: what was in progress cannot be known
 * any more, and guessing would be worse than a person's look, so it is refused in one line.
 *
 * <p>One thread's.
 */
final class InstallJournal implements AutoCloseable {
    /** How far the file is made longer at a time; some 800 entries. */
    static final int GROWTH_BYTES = 64 << 10;
    /** Years of open transactions have less; more is another file. */
    private static final long FILE_BYTES_MAX = 256L << 20;

    private static final int PRIVATE_FILE = 0600;

    private static final Logger LOG = LoggerFactory.getLogger(InstallJournal.class);

    private final Path file;
    private final InstallDisk disk;
    private final List<Entry> found = new ArrayList<>();
    private InstallDisk.Writer writer;
    /** Where the next frame goes. */
    private long end;
    /** How long the file is. */
    private long length;

    private InstallJournal(Path file, InstallDisk disk) throws IOException {
        this.file = file;
        this.disk = disk;
        if (!Files.exists(file)) {
            byte[] empty = content(new byte[0], 0);
            lay(empty);
            put();
        } else if (settled(read())) {
            put();
        }
        this.writer = disk.open(file);
        try {
            length = Files.size(file);
            wipe();
        } catch (IOException | RuntimeException e) {
            writer.close();
            throw e;
        }
    }

    /**
     * Lays what was read beside the file, to be put in its place: it may have been read from memory. A flush may have failed, or its
     * process ended between writing and flushing or before the directory was flushed; whoever acts on an entry has to know that it is
     * on the disk. On a disk without room for that the file itself is flushed once more.
     */
    private boolean settled(byte[] whole) throws IOException {
        try {
            lay(content(Arrays.copyOf(whole, (int) end), whole.length));
            return true;
        } catch (IOException e) {
            LOG.warn("{} stays the file it is: {}", file, DurableFiles.reason(e));
            forgetFresh();
            disk.force(file);
            disk.force(directory());
            return false;
        }
    }

    /**
     * Opens the journal, or makes one; its directory is there.
     *
     * @throws OperationException with one line when it is damaged, or its disk is
     */
    static InstallJournal open(Path file, InstallDisk disk) {
        try {
            return new InstallJournal(file, disk);
        } catch (IOException e) {
            throw unwritable(file, e);
        }
    }

    /** Finds the entries and the end of the last. */
    private byte[] read() throws IOException {
        long size = Files.size(file);
        if (size > FILE_BYTES_MAX) {
            throw new OperationException(file + " has " + size + " bytes and is no journal of an installer; move it"
                    + " away and look at what was in progress");
        }
        byte[] bytes = Files.readAllBytes(file);
        int at = 0;
        for (Optional<Integer> next = frame(bytes, at); next.isPresent(); next = frame(bytes, at)) {
            byte[] frame = Arrays.copyOfRange(bytes, at, at + next.get());
            try {
                found.add(EntryCodec.read(FrameCodec.decode(frame)));
            } catch (FrameException | IllegalArgumentException e) {
                throw new OperationException(
                        file + " holds an entry at byte " + at + " that cannot be meant: " + e.getMessage(), e);
            }
            at += next.get();
        }
        end = at;
        int rubbish = firstOther(bytes, at);
        if (rubbish == bytes.length) {
            return bytes;
        }
        for (int later = at + 1; later < bytes.length; later++) {
            if (frame(bytes, later).isPresent()) {
                throw new OperationException(file + " is damaged at byte " + at + " with whole entries after it (at "
                        + later + "): the disk lost something; bring the file back from a backup, or look by hand at"
                        + " what was in progress, and move the file away");
            }
        }
        LOG.warn("what a crash left unfinished at byte {} of {} is wiped", at, file);
        return bytes;
    }

    /** Where a file without what a crash left could not be put in its place. */
    private void wipe() throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        if (firstOther(bytes, (int) end) < bytes.length) {
            writer.write(ByteBuffer.allocate((int) (bytes.length - end)), end);
            writer.force();
        }
    }

    private static int firstOther(byte[] bytes, int from) {
        int at = from;
        while (at < bytes.length && bytes[at] == 0) {
            at++;
        }
        return at;
    }

    /** The length of the whole frame at a place, if there is one. */
    private static Optional<Integer> frame(byte[] bytes, int at) {
        if (bytes.length - at < FrameCodec.HEADER_BYTES + 1) {
            return Optional.empty();
        }
        int length = ByteBuffer.wrap(bytes, at, Integer.BYTES).getInt();
        if (length < 1 || length > bytes.length - at - FrameCodec.HEADER_BYTES) {
            return Optional.empty();
        }
        int whole = FrameCodec.HEADER_BYTES + length;
        try {
            return FrameCodec.decodeKnown(Arrays.copyOfRange(bytes, at, at + whole))
                            .isPresent()
                    ? Optional.of(whole)
                    : Optional.empty();
        } catch (FrameException e) {
            return Optional.empty();
        }
    }

    /** What stood in it when it was opened, oldest first. */
    List<Entry> found() {
        return List.copyOf(found);
    }

    /** Bytes of entries in it. */
    long bytes() {
        return end;
    }

    /**
     * Writes an entry down.
     *
     * @throws OperationException with one line when the disk does not take it; then it is unknown whether it stands there
     */
    void append(Entry entry) {
        byte[] frame = FrameCodec.encode(EntryCodec.write(entry));
        try {
            room(frame.length);
            writer.write(ByteBuffer.wrap(frame), end);
            writer.force();
        } catch (IOException e) {
            throw unwritable(file, e);
        }
        end += frame.length;
    }

    /**
     * Sees to it that so many bytes of entries can be written whatever else fills the disk.
     *
     * @throws IOException when there is no room
     */
    void reserve(long bytes) throws IOException {
        room(bytes);
    }

    private void room(long bytes) throws IOException {
        // One header of zeros stays at the end.
        long wanted = end + bytes + FrameCodec.HEADER_BYTES;
        if (wanted <= length) {
            return;
        }
        long fresh = (wanted / GROWTH_BYTES + 1) * GROWTH_BYTES;
        writer.write(ByteBuffer.allocate((int) (fresh - length)), length);
        writer.force();
        length = fresh;
    }

    /**
     * Puts other entries, which come to the same, in the place of all; in one step.
     *
     * @return whether it did; a disk without room for it keeps the longer file
     * @throws OperationException with one line when it is unknown which of both the next process finds
     */
    boolean rewrite(List<Entry> entries) {
        ByteArrayOutputStream frames = new ByteArrayOutputStream();
        entries.forEach(entry -> frames.writeBytes(FrameCodec.encode(EntryCodec.write(entry))));
        try {
            lay(content(frames.toByteArray(), 0));
        } catch (IOException e) {
            LOG.warn("{} is not made shorter: {}", file, DurableFiles.reason(e));
            forgetFresh();
            return false;
        }
        try {
            put();
            InstallDisk.Writer old = writer;
            writer = disk.open(file);
            old.close();
            length = Files.size(file);
            end = frames.size();
            return true;
        } catch (IOException e) {
            throw unwritable(file, e);
        }
    }

    /** Frames, and zeros for those that come. */
    private static byte[] content(byte[] frames, int lengthMin) {
        int length = (frames.length / GROWTH_BYTES + 1) * GROWTH_BYTES + FrameCodec.HEADER_BYTES;
        return Arrays.copyOf(frames, Math.max(length, lengthMin));
    }

    private Path fresh() {
        return InstallDisk.freshBeside(file);
    }

    private Path directory() {
        return Objects.requireNonNull(file.toAbsolutePath().getParent());
    }

    /** Brings a new file to the disk, beside this one. */
    private void lay(byte[] content) throws IOException {
        disk.delete(fresh());
        disk.create(fresh(), content, PRIVATE_FILE);
        disk.force(fresh());
        if (!Arrays.equals(Files.readAllBytes(fresh()), content)) {
            throw new IOException("the disk gives back something else than was written into " + fresh());
        }
    }

    private void forgetFresh() {
        try {
            disk.delete(fresh());
        } catch (IOException e) {
            LOG.warn("{} cannot be deleted: {}", fresh(), DurableFiles.reason(e));
        }
    }

    /** Puts the new file in the place of this one. */
    private void put() throws IOException {
        disk.rename(fresh(), file);
        disk.force(directory());
    }

    @Override
    public void close() {
        try {
            writer.close();
        } catch (IOException e) {
            LOG.warn("{} cannot be closed: {}", file, DurableFiles.reason(e));
        }
    }

    private static OperationException unwritable(Path file, IOException e) {
        return new OperationException(
                "the installer's journal " + file + " cannot be written: " + DurableFiles.reason(e)
                        + "; it goes on from there once its disk is well",
                e);
    }
}
