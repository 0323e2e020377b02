package packhorse.peer.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import packhorse.core.durable.Durably;

/** The steps by which the journal changes what is on the disk; tests stop it before any one of them. */
interface Disk {
    Disk REAL = new Disk() {};

    /** Adds all of {@code bytes}. */
    default void write(FileChannel channel, byte[] bytes) throws IOException {
        Durably.writeAll(channel, ByteBuffer.wrap(bytes));
    }

    /** Returns when what was written to a file, or what a directory names, outlives a loss of power. */
    default void flush(FileChannel channel) throws IOException {
        channel.force(true);
    }

    /** Gives a file another name; whatever had it is gone. */
    default void move(Path from, Path to) throws IOException {
        Durably.rename(from, to);
    }

    default void delete(Path file) throws IOException {
        Files.deleteIfExists(file);
    }
}
