package packhorse.dist.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import packhorse.core.topology.EndpointId;

/**
 * The file that says what endpoints should have and may have. Every change replaces the whole file by a rename, so that the tracker
 * never reads half of one.
 */
final class DesiredFile {
    private final Path file;
    private final Object lock = new Object();

    /** Guarded by {@link #lock}; by action. */
    private final Map<String, String> items = new LinkedHashMap<>();

    /** Guarded by {@link #lock}. */
    private final List<String> entitlements = new ArrayList<>();

    DesiredFile(Path file) {
        this.file = file;
    }

    /** Everybody may have {@code releases}, as the file writes them: {@code acme/editor@2.0}, or {@code *}. */
    void entitle(String releases) {
        synchronized (lock) {
            entitlements.add("  - {release: \"" + releases + "\", all: true}\n");
            write();
        }
    }

    /** {@code endpoint} should come to {@code operation} of {@code release}. */
    void want(EndpointId endpoint, String action, String operation, String release) {
        want(endpoint, action, operation, "release: \"" + release + "\"", "");
    }

    /**
     * The same, in the file's own words.
     *
     * @param subject such as {@code bundle: "acme/suite@1.0"}
     * @param more further keys, each with a comma before it
     */
    void want(EndpointId endpoint, String action, String operation, String subject, String more) {
        synchronized (lock) {
            items.put(
                    action,
                    "  - {action: %s, %s, operation: %s, endpoints: [\"%s\"]%s}\n"
                            .formatted(action, subject, operation, endpoint, more));
            write();
        }
    }

    /** That action is nobody's concern any more. */
    void drop(String action) {
        synchronized (lock) {
            items.remove(action);
            write();
        }
    }

    /** Writes it as it is, also where nothing changed. */
    void write() {
        synchronized (lock) {
            String text = "desired:"
                    + (items.isEmpty()
                            ? " []\n"
                            : "\n" + lines(items.values().stream().toList())) + "entitlements:"
                    + (entitlements.isEmpty() ? " []\n" : "\n" + lines(entitlements));
            try {
                Path next = file.resolveSibling(file.getFileName() + ".next");
                Files.writeString(next, text);
                Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static String lines(List<String> lines) {
        return lines.stream().collect(Collectors.joining());
    }
}
