package packhorse.peer.installer.engine;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * What the process is told once, at its start.
 *
 * @param data the installer's own directory: journal, homes, undo, staging, kept manifests, trusted catalogue
 * @param store where the agent keeps packs; read only
 * @param metadata what the agent has of the catalogue; proven again
 * @param root of the machine, {@code /} outside tests
 * @param reboot the command that starts the machine again; empty: somebody else does
 * @param drift between two looks at what is in place; zero: only when asked to
 */
public record InstallerSettings(Path data, Path store, Path metadata, Path root, List<String> reboot, Duration drift) {
    public InstallerSettings {
        reboot = List.copyOf(reboot);
        for (Path place : List.of(data, store, metadata, root)) {
            if (!place.isAbsolute()) {
                throw new IllegalArgumentException(place + " is not absolute");
            }
        }
        if (drift.isNegative()) {
            throw new IllegalArgumentException("a look every " + drift);
        }
    }
}
