package packhorse.dist.bench;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import packhorse.core.OperationException;

/**
 * Starts Packhorse as its users do: by the launcher script of the distribution that is running here, which gives each role its
 * own options and becomes the Java process itself.
 *
 * @param script the launcher
 * @param classPath of this program, for other programs made of its parts
 */
record Launcher(Path script, String classPath) {
    /** As small as the product's own roles have it. */
    private static final String HEAP = "-Xmx128m";

    /** The launcher beside the {@code lib} folder that this program was loaded from. */
    static Launcher ofThisProgram() {
        String classPath = System.getProperty("java.class.path", "");
        Path home = Path.of(classPath.split(File.pathSeparator, 2)[0]).toAbsolutePath();
        for (Path folder = home.getParent(); folder != null; folder = folder.getParent()) {
            Path script = folder.resolve("packhorse");
            if (Files.isRegularFile(script) && Files.isExecutable(script)) {
                return new Launcher(script, classPath);
            }
        }
        throw new OperationException(
                "no launcher beside " + home + "; start the benchmark as ./packhorse bench, in a checkout");
    }

    /** The command line of {@code packhorse ARGUMENTS}. */
    List<String> packhorse(String... arguments) {
        List<String> command = new ArrayList<>(List.of(script.toString()));
        command.addAll(Arrays.asList(arguments));
        return command;
    }

    /** The command line of {@code packhorse ARGUMENTS} in a heap of its own size, {@code -Xmx} and a number. */
    List<String> withHeap(String heap, String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                heap,
                "-XX:+UseSerialGC",
                "-XX:-UsePerfData",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                classPath,
                "packhorse.dist.Main"));
        command.addAll(Arrays.asList(arguments));
        return command;
    }

    /** The command line of another program, with {@code more} before the class path. */
    List<String> java(Path more, String main, String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                HEAP,
                "-XX:+UseSerialGC",
                "-XX:-UsePerfData",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                more + File.pathSeparator + classPath,
                main));
        command.addAll(Arrays.asList(arguments));
        return command;
    }

    /**
     * The compiled tests of this module, which hold the bare harness: they stand in the tree that this program was built in, not
     * in an installed one.
     */
    Optional<Path> tests() {
        for (Path folder = script.getParent(); folder != null; folder = folder.getParent()) {
            Path tests = folder.resolve("test-classes");
            if (Files.exists(tests.resolve("packhorse/dist/bench/BareLibrary.class"))) {
                return Optional.of(tests);
            }
        }
        return Optional.empty();
    }
}
