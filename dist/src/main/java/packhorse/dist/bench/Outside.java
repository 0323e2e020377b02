package packhorse.dist.bench;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;

/** Programs that are not ours and that we are measured against. */
final class Outside {
    private Outside() {}

    /** The Debian package of a program, where it has another name. */
    private static final Map<String, String> PACKAGES = Map.of("aria2c", "aria2", "taskset", "util-linux");

    /** The program {@code name} on the path; where it is missing the report says so in one line. */
    static Optional<Path> find(String name, Report report) {
        Optional<Path> program = Arrays.stream(
                        System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                .map(folder -> Path.of(folder).resolve(name))
                .filter(Files::isExecutable)
                .findFirst();
        if (program.isEmpty()) {
            report.note(name + " is not installed and what needs it is missing here; Debian: apt-get install "
                    + PACKAGES.getOrDefault(name, name));
        }
        return program;
    }
}
