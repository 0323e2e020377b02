package packhorse.dist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The launcher, run for real among JDKs and a Maven that only say what they were asked. */
final class LauncherTest {
    private static final Path LAUNCHER =
            Path.of("").toAbsolutePath().resolveSibling("packhorse").normalize();

    @TempDir
    private Path folder = Path.of("");

    private Path distribution = Path.of("");
    private final Map<String, String> environment = new HashMap<>();

    private record Outcome(int exitCode, String out, String err) {}

    @BeforeEach
    void makeADistributionFolder() throws IOException {
        distribution = Files.createDirectories(folder.resolve("a distribution"));
        Files.createDirectories(distribution.resolve("lib"));
        Files.copy(LAUNCHER, distribution.resolve("packhorse"));
        // Where nothing else is said, a path with the tools of a system and no Java.
        Path bin = Files.createDirectories(folder.resolve("bin"));
        for (String tool :
                List.of("sh", "find", "touch", "mv", "rm", "mkdir", "tail", "flock", "readlink", "dirname", "sed")) {
            script(bin.resolve(tool), "exec " + systemTool(tool) + " \"$@\"");
        }
        environment.put("PATH", bin.toString());
        environment.put("HOME", folder.resolve("home").toString());
    }

    private static Path systemTool(String name) {
        return List.of("/bin/", "/usr/bin/").stream()
                .map(place -> Path.of(place + name))
                .filter(Files::exists)
                .findFirst()
                .orElseThrow();
    }

    /** A JDK that prints its name and what it was asked to run. */
    private Path jdk(String place, int version) throws IOException {
        Path home = Files.createDirectories(folder.resolve(place));
        script(home.resolve("bin/java"), "echo \"java " + version + " $*\"");
        Files.writeString(home.resolve("release"), "IMPLEMENTOR=\"Test\"\nJAVA_VERSION=\"" + version + ".0.1\"\n");
        return home;
    }

    private static void script(Path file, String body) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, "#!/bin/sh\n" + body + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private Outcome run(Path launcher, String... arguments) throws IOException, InterruptedException {
        Path out = folder.resolve("out");
        Path err = folder.resolve("err");
        ProcessBuilder builder = new ProcessBuilder();
        builder.command().add(launcher.toString());
        builder.command().addAll(List.of(arguments));
        builder.environment().clear();
        builder.environment().putAll(environment);
        Process process = builder.directory(Path.of("/").toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
        int exitCode = process.waitFor();
        return new Outcome(exitCode, Files.readString(out), Files.readString(err));
    }

    @Test
    void takesTheJdkItIsTold() throws Exception {
        environment.put("PACKHORSE_JAVA_HOME", jdk("told", 22).toString());
        environment.put("JAVA_HOME", jdk("other", 25).toString());

        Outcome outcome = run(distribution.resolve("packhorse"), "status", "--json");

        assertEquals(0, outcome.exitCode(), outcome.err());
        assertTrue(outcome.out().startsWith("java 22 "), outcome.out());
        assertTrue(outcome.out().endsWith("packhorse.dist.Main status --json\n"), outcome.out());
        assertEquals("", outcome.err());
    }

    @Test
    void passesOverAnOlderJavaHomeAndFindsANewerOneAmongTheUsualPlaces() throws Exception {
        environment.put("JAVA_HOME", jdk("old", 17).toString());
        jdk("home/.jdks/temurin-93", 93);
        jdk("home/.jdks/temurin-92", 92);

        Outcome outcome = run(distribution.resolve("packhorse"), "status");

        assertTrue(outcome.out().startsWith("java 93 "), outcome.out() + outcome.err());
    }

    @Test
    void findsTheJavaOnThePathBehindItsLink() throws Exception {
        Path home = jdk("linked", 23);
        Files.createSymbolicLink(folder.resolve("bin/java"), home.resolve("bin/java"));

        assertTrue(run(distribution.resolve("packhorse"), "status").out().startsWith("java 23 "));
    }

    @Test
    void everyRoleGetsItsOwnHeap() throws Exception {
        environment.put("JAVA_HOME", jdk("jdk", 25).toString());

        assertTrue(run(distribution.resolve("packhorse"), "peer").out().contains("-Xmx128m"));
        assertTrue(run(distribution.resolve("packhorse"), "publish").out().contains("-Xmx160m"));
        environment.put("PACKHORSE_JAVA_OPTS", "-Xmx1g -Da=b");
        assertTrue(run(distribution.resolve("packhorse"), "peer").out().matches("(?s).*-Xmx128m .*-Xmx1g -Da=b .*"));
    }

    @Test
    void runsThroughASymbolicLink() throws Exception {
        environment.put("JAVA_HOME", jdk("jdk", 25).toString());
        Path link = Files.createSymbolicLink(folder.resolve("ph"), Path.of("a distribution/packhorse"));

        Outcome outcome = run(link, "status");

        assertTrue(outcome.out().contains(distribution.toRealPath() + "/lib/*"), outcome.out() + outcome.err());
    }

    @Test
    void anIncompleteFolderIsOneLine() throws Exception {
        environment.put("JAVA_HOME", jdk("jdk", 25).toString());
        Files.delete(distribution.resolve("lib"));

        Outcome outcome = run(distribution.resolve("packhorse"), "status");

        assertEquals(3, outcome.exitCode());
        assertEquals(1, outcome.err().lines().count(), outcome.err());
        assertTrue(outcome.err().contains("lib is missing"), outcome.err());
    }

    /** A checkout as far as the launcher looks at it, with a Maven that counts. */
    private Path checkout() throws IOException {
        Path checkout = Files.createDirectories(folder.resolve("checkout"));
        Files.copy(LAUNCHER, checkout.resolve("packhorse"));
        Files.writeString(checkout.resolve("pom.xml"), "<project/>");
        Files.createDirectories(checkout.resolve("core/src/main/java"));
        Files.writeString(checkout.resolve("core/pom.xml"), "<project/>");
        Files.writeString(checkout.resolve("core/src/main/java/A.java"), "class A {}");
        script(
                folder.resolve("bin/mvn"),
                "echo \"mvn $*\" >>'" + folder.resolve("builds") + "'; mkdir -p dist/target/packhorse/lib");
        environment.put("JAVA_HOME", jdk("jdk", 25).toString());
        for (Path file :
                List.of(checkout.resolve("packhorse"), checkout.resolve("pom.xml"), checkout.resolve("core/pom.xml"))) {
            Files.setLastModifiedTime(file, FileTime.from(Instant.parse("2026-01-01T00:00:00Z")));
        }
        return checkout;
    }

    private List<String> builds() throws IOException {
        Path builds = folder.resolve("builds");
        return Files.exists(builds) ? Files.readAllLines(builds) : List.of();
    }

    @Test
    void aCheckoutIsBuiltOnceAndAgainWhenASourceIsNewerOrGone() throws Exception {
        Path checkout = checkout();
        Outcome first = run(checkout.resolve("packhorse"), "status");
        assertEquals(0, first.exitCode(), first.err());
        assertEquals(1, first.err().lines().count(), first.err());
        assertEquals(List.of("mvn -q -DskipTests package"), builds());

        assertEquals("", run(checkout.resolve("packhorse"), "status").err());
        assertEquals(1, builds().size());

        FileTime later = FileTime.from(Instant.parse("2099-01-01T00:00:00Z"));
        Path source = checkout.resolve("core/src/main/java/A.java");
        Files.setLastModifiedTime(source, later);
        run(checkout.resolve("packhorse"), "status");
        assertEquals(2, builds().size());

        Files.delete(source);
        Files.setLastModifiedTime(source.getParent(), later);
        run(checkout.resolve("packhorse"), "status");
        assertEquals(3, builds().size());
    }

    @Test
    void aFailedBuildShowsTheEndOfItsLogAndRunsNothing() throws Exception {
        Path checkout = checkout();
        script(folder.resolve("bin/mvn"), "echo 'ERROR A.java is broken'; exit 1");

        Outcome outcome = run(checkout.resolve("packhorse"), "status");

        assertEquals(3, outcome.exitCode());
        assertTrue(outcome.err().contains("ERROR A.java is broken"), outcome.err());
        assertEquals("", outcome.out());
        assertFalse(Files.exists(checkout.resolve("dist/target/built")));
    }

    @Test
    void aCheckoutWithoutMavenSaysSo() throws Exception {
        Path checkout = checkout();
        Files.delete(folder.resolve("bin/mvn"));

        Outcome outcome = run(checkout.resolve("packhorse"), "status");

        assertEquals(3, outcome.exitCode());
        assertTrue(outcome.err().contains("there is no mvn on the path"), outcome.err());
    }
}
