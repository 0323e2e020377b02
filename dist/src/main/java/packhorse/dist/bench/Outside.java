package packhorse.dist.bench;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/** Programs that are not ours and that we are measured against. */
final class Outside {
    private Outside() {}

    /** The program {@code name} on the path; where it is missing the report says so in one line. */
    static Optional<Path> find(String name, Report report) {
        Optional<Path> program = Arrays.stream(
                        System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                .map(folder -> Path.of(folder).resolve(name))
                .filter(Files::isExecutable)
                .findFirst();
        if (program.isEmpty()) {
            report.note(name + " is not installed, its rows are missing; the README's apt-get line installs it");
        }
        return program;
    }
}
