package packhorse.dist.demo;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import packhorse.core.OperationException;

/**
 * A class-data archive for the roles that tests start, for the loading of classes is the greater part of a start.
 *
 * <p>It is made once for each build, from what the roles of a small deployment wrote down that they loaded: one test process makes
 * it, the others wait. A virtual machine uses it only with the same Java and with jars of the same sizes and times, and starts
 * without where anything differs; where it is made, jars that are newer make it anew. Directories of classes cannot be archived: where
 * the class path has any, roles start without.
 */
final class RoleArchive {
    private static final Path TARGET = Path.of("target").toAbsolutePath();
    private static final Path ARCHIVE = TARGET.resolve("roles-" + Runtime.version() + ".jsa");
    private static final long DUMP_SECONDS_MAX = 120;

    /** Classes of a loader of its own, which the list names by number; numbers of several lists cannot be merged. */
    private static final String OTHER_LOADER = "source:";

    private static boolean asked;

    private RoleArchive() {}

    /** From now on roles that are started use it. */
    static synchronized void use() throws InterruptedException {
        if (asked) {
            return;
        }
        asked = true;
        List<Path> places = places();
        if (!places.stream().allMatch(Files::isRegularFile)) {
            return;
        }
        try (FileChannel channel = FileChannel.open(
                        TARGET.resolve("roles.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock alone = channel.lock()) {
            if (!alone.isValid() || (isOlderThan(places) && !make())) {
                return;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        addOption("-XX:SharedArchiveFile=" + ARCHIVE);
    }

    /** Of a role's class path. */
    static List<Path> places() {
        List<String> words = RoleProcess.java("128m");
        return Stream.of(words.get(words.indexOf("-cp") + 1).split(File.pathSeparator, -1))
                .map(Path::of)
                .toList();
    }

    private static boolean isOlderThan(List<Path> places) throws IOException {
        if (!Files.exists(ARCHIVE)) {
            return true;
        }
        FileTime made = Files.getLastModifiedTime(ARCHIVE);
        for (Path place : places) {
            if (Files.getLastModifiedTime(place).compareTo(made) >= 0) {
                return true;
            }
        }
        return false;
    }

    /** Whether it was made; where this Java cannot, it is done without. */
    private static boolean make() throws IOException, InterruptedException {
        Path lists = Files.createTempDirectory(TARGET, "roles-");
        try {
            String before = System.getProperty(RoleProcess.MORE_OPTIONS, "");
            addOption("-XX:DumpLoadedClassList=" + lists.resolve("%p"));
            try (Lab lab = Lab.startPlainly()) {
                Path content = Files.write(lists.resolve("content"), new byte[1 << 16]);
                lab.publish(content, "1.0", true);
            } catch (OperationException e) {
                // Whatever it is, the tests themselves will say it better.
                System.out.println("roles start without an archive of classes: " + e.getMessage());
                return false;
            } finally {
                System.setProperty(RoleProcess.MORE_OPTIONS, before);
            }
            Path merged = Files.write(lists.resolve("merged"), merged(lists));
            Path nascent = lists.resolve("nascent");
            List<String> dump = RoleProcess.java("512m");
            dump.removeLast();
            dump.remove("-Xlog:disable");
            dump.addAll(
                    1,
                    List.of("-Xshare:dump", "-XX:SharedClassListFile=" + merged, "-XX:SharedArchiveFile=" + nascent));
            // Only this one writes the archive's heap, which all of them read.
            dump.replaceAll(word -> word.equals("-XX:+UseSerialGC") ? "-XX:+UseG1GC" : word);
            Process process = new ProcessBuilder(dump)
                    .redirectErrorStream(true)
                    .redirectOutput(TARGET.resolve("roles.log").toFile())
                    .start();
            if (!process.waitFor(DUMP_SECONDS_MAX, TimeUnit.SECONDS) || process.exitValue() != 0) {
                process.destroyForcibly().waitFor();
                System.out.println("roles start without an archive of classes; target/roles.log says why");
                return false;
            }
            Files.move(nascent, ARCHIVE, StandardCopyOption.ATOMIC_MOVE);
            return true;
        } finally {
            new ScratchFolder(lists).close();
        }
    }

    private static void addOption(String option) {
        System.setProperty(RoleProcess.MORE_OPTIONS, System.getProperty(RoleProcess.MORE_OPTIONS, "") + " " + option);
    }

    /** What any of them loaded, each line once. */
    private static Set<String> merged(Path lists) throws IOException {
        List<Path> all;
        try (Stream<Path> found = Files.list(lists)) {
            all = found.filter(file -> file.getFileName().toString().matches("pid[0-9]+"))
                    .sorted()
                    .toList();
        }
        Set<String> lines = new LinkedHashSet<>();
        for (Path list : all) {
            for (String line : Files.readAllLines(list)) {
                if (!line.contains(OTHER_LOADER)) {
                    lines.add(line.replaceFirst(" id: [0-9]+$", ""));
                }
            }
        }
        return lines;
    }
}
