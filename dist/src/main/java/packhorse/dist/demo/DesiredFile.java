package packhorse.dist.demo;

import java.nio.file.Path;

/** The file that says what endpoints should have and may have. */
final class DesiredFile {
    private final Path file;

    DesiredFile(Path file) {
        this.file = file;
    }

    void write() {}

    void entitle(String product, String version) {
        write();
    }

    void drop(String action) {
        write();
    }

    void want(
            packhorse.core.topology.EndpointId endpoint,
            String action,
            String operation,
            String product,
            String version) {
        write();
    }
}
