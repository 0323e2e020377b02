package packhorse.peer.hook;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A process as {@code /proc/N/stat} tells it.
 *
 * @param dead it only waits for its parent to take notice
 * @param session the number of the process that opened its session
 * @param startTicks when it began, on the machine's own count since its start, which no clock's correction moves
 */
record ProcessLine(boolean dead, long session, long startTicks) {
    /** Places after the name's closing bracket; the name may hold anything. */
    private static final int STATE = 0;

    private static final int SESSION = 3;
    private static final int START = 19;

    static Optional<ProcessLine> of(long pid) {
        try {
            String line = Files.readString(Path.of("/proc", Long.toString(pid), "stat"), StandardCharsets.ISO_8859_1);
            String[] fields = line.substring(line.lastIndexOf(')') + 2).split(" ", -1);
            return Optional.of(new ProcessLine(
                    fields[STATE].equals("Z") || fields[STATE].equals("X"),
                    Long.parseLong(fields[SESSION]),
                    Long.parseLong(fields[START])));
        } catch (IOException | IndexOutOfBoundsException e) {
            return Optional.empty();
        }
    }
}
