package packhorse.dist.rules;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The project's own source files, found from the directory that Maven runs the tests in. */
final class Sources {
    private Sources() {}

    /** The top of the checkout. */
    static Path top() {
        Path here = Path.of("").toAbsolutePath();
        while (!Files.exists(here.resolve("packhorse")) || !Files.isDirectory(here.resolve("core"))) {
            Path parent = here.getParent();
            if (parent == null) {
                throw new IllegalStateException(
                        "the tests run outside a checkout: " + Path.of("").toAbsolutePath());
            }
            here = parent;
        }
        return here;
    }

    /** Every Java file under {@code src}, main and test. */
    static List<Path> java() {
        return under("src/main/java", "src/test/java").stream()
                .filter(file -> file.toString().endsWith(".java"))
                .toList();
    }

    /** Every Java file under {@code src/main}. */
    static List<Path> mainJava() {
        return under("src/main/java").stream()
                .filter(file -> file.toString().endsWith(".java"))
                .toList();
    }

    private static List<Path> under(String... folders) {
        try (Stream<Path> modules = Files.list(top())) {
            return modules.filter(Files::isDirectory)
                    .flatMap(module -> Stream.of(folders).map(module::resolve))
                    .filter(Files::isDirectory)
                    .flatMap(Sources::walk)
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Stream<Path> walk(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile).toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String shown(Path file) {
        return top().relativize(file).toString();
    }
}
