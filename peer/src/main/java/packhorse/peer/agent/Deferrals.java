package packhorse.peer.agent;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the user of this machine put off, and until when; one line for each in a file that is replaced as a whole, and on the disk
 * before it counts. How far an order lets him is decided where the order is looked at.
 *
 * <p>Owns the list. Only the owner thread enters.
 */
final class Deferrals {
    private static final Logger LOG = LoggerFactory.getLogger(Deferrals.class);

    private final Kept<Map<String, Instant>> until;

    Deferrals(Path file, Errands errands) {
        this.until = new Kept<>(file, read(file), Deferrals::bytes, errands);
    }

    private static Map<String, Instant> read(Path file) {
        Map<String, Instant> until = new TreeMap<>();
        try {
            for (String line : Files.readAllLines(file, StandardCharsets.UTF_8)) {
                int space = line.indexOf(' ');
                if (space > 0) {
                    until.put(
                            line.substring(space + 1), Instant.ofEpochMilli(Long.parseLong(line.substring(0, space))));
                }
            }
        } catch (NoSuchFileException e) {
            LOG.debug("nothing was put off: {} is not there", file);
        } catch (IOException | NumberFormatException e) {
            LOG.warn("what was put off cannot be read from {} ({}); it is to be put off again", file, e.getMessage());
        }
        return until;
    }

    private static byte[] bytes(Map<String, Instant> until) {
        return until.entrySet().stream()
                .map(entry -> entry.getValue().toEpochMilli() + " " + entry.getKey() + "\n")
                .collect(Collectors.joining())
                .getBytes(StandardCharsets.UTF_8);
    }

    /** By action. */
    Map<String, Instant> all() {
        return until.standing();
    }

    /**
     * Puts an action off; exactly one of the two follows, once it stands on the disk or cannot.
     *
     * @param when the present or before: not any longer
     * @param actions those that can be put off at all; the others are forgotten
     */
    void put(String action, Instant when, Instant now, Set<String> actions, Runnable then, Consumer<Refused> refused) {
        Map<String, Instant> next = new TreeMap<>(until.newest());
        next.keySet().retainAll(actions);
        if (when.isAfter(now)) {
            next.put(action, when);
        } else {
            next.remove(action);
        }
        until.put(next, then, refused);
    }
}
