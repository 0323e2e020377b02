package packhorse.peer.agent;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HexFormat;
import java.util.random.RandomGenerator;
import packhorse.core.OperationException;

/**
 * Who an agent is, whatever its address: 128 random bits kept on its disk, and how many times it has started.
 *
 * @param id 16 bytes as 32 hexadecimal digits
 * @param incarnation grows with each start
 */
record Identity(String id, long incarnation) {
    private static final int ID_BYTES = 16;

    /** Reads the identity in {@code directory}, or makes one, and counts this start; durable when it returns. */
    static Identity begin(Path directory, RandomGenerator random) {
        Path file = directory.resolve("identity");
        try {
            Identity before = read(file, random);
            Identity now = new Identity(before.id, before.incarnation + 1);
            DurableFile.write(file, (now.id + " " + now.incarnation + "\n").getBytes(StandardCharsets.US_ASCII));
            return now;
        } catch (IOException e) {
            throw new OperationException(
                    "cannot keep the agent's identity in " + file + ": " + e.getMessage()
                            + "; is the data directory writable?",
                    e);
        }
    }

    private static Identity read(Path file, RandomGenerator random) throws IOException {
        String text;
        try {
            text = Files.readString(file, StandardCharsets.US_ASCII).strip();
        } catch (NoSuchFileException e) {
            byte[] id = new byte[ID_BYTES];
            random.nextBytes(id);
            return new Identity(HexFormat.of().formatHex(id), 0);
        }
        String[] words = text.split(" ", -1);
        if (words.length != 2 || !words[0].matches("[0-9a-f]{32}") || !words[1].matches("[0-9]{1,18}")) {
            throw new IOException("it does not hold an identity; remove it to become a new agent");
        }
        return new Identity(words[0], Long.parseLong(words[1]));
    }

    byte[] bytes() {
        return HexFormat.of().parseHex(id);
    }

    /** Small files that are replaced as a whole and survive a crash of the machine. */
    static final class DurableFile {
        private DurableFile() {}

        static void write(Path file, byte[] content) throws IOException {
            Path next = file.resolveSibling(file.getFileName() + ".new");
            try (FileChannel channel = FileChannel.open(
                    next, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
                ByteBuffer bytes = ByteBuffer.wrap(content);
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                channel.force(true);
            }
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
            Path parent = file.toAbsolutePath().getParent();
            if (parent != null) {
                try (FileChannel directory = FileChannel.open(parent, StandardOpenOption.READ)) {
                    directory.force(true);
                }
            }
        }
    }
}
