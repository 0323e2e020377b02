package packhorse.peer.agent;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import packhorse.core.OperationException;
import packhorse.core.durable.Durably;

/** How many times an agent has started, kept on its disk: a tracker tells by it an old report from a new agent's. */
final class Incarnation {
    private Incarnation() {}

    /** Counts this start; durable when it returns. */
    static long next(Path directory) {
        Path file = directory.resolve("incarnation");
        try {
            long now = read(file) + 1;
            Durably.replace(file, (now + "\n").getBytes(StandardCharsets.US_ASCII));
            return now;
        } catch (IOException e) {
            throw new OperationException(
                    "cannot count the agent's starts in " + file + ": " + e.getMessage()
                            + "; is the data directory writable?",
                    e);
        }
    }

    private static long read(Path file) throws IOException {
        String text;
        try {
            text = Files.readString(file, StandardCharsets.US_ASCII).strip();
        } catch (NoSuchFileException e) {
            return 0;
        }
        if (!text.matches("[0-9]{1,18}")) {
            throw new IOException("it holds no number; write a number there that is higher than any before");
        }
        return Long.parseLong(text);
    }
}
