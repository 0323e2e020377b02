package packhorse.dist;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import packhorse.dist.role.RoleProcess;

/** {@code packhorse up} as a process: made from nothing, gone on with after it was killed, refused what contradicts. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
final class UpCommandTest {
    private static final Duration READY_MAX = Duration.ofMinutes(2);

    @TempDir
    private Path folder = Path.of("");

    private record Outcome(int exitCode, String out, String err) {}

    private static Outcome run(String... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exitCode = Main.run(args, new PrintWriter(out, true), new PrintWriter(err, true));
        return new Outcome(exitCode, out.toString().strip(), err.toString().strip());
    }

    private static void refused(String line, String... args) {
        Outcome outcome = run(args);
        assertEquals(2, outcome.exitCode(), outcome.err());
        assertEquals(1, outcome.err().lines().count(), outcome.err());
        assertTrue(outcome.err().contains(line), outcome.err());
    }

    private RoleProcess up(String log, String... more) {
        List<String> words = new ArrayList<>(List.of("up", "--dir", home().toString()));
        words.addAll(List.of(more));
        return RoleProcess.start(log, List.of(), folder, "128m", words);
    }

    private Path home() {
        // A name that YAML and shells would take apart.
        return folder.resolve("it's a \"trial\"");
    }

    private static String ready(RoleProcess up) {
        await().atMost(READY_MAX).until(() -> {
            up.requireAlive();
            return up.output().contains("Next, in another terminal:");
        });
        return up.output();
    }

    private static String consoleIn(String output) {
        Matcher console = Pattern.compile("(?m)^console   (\\S+)$").matcher(output);
        assertTrue(console.find(), output);
        return console.group(1);
    }

    @Test
    void aDeploymentIsMadeFromNothingAndGoneOnWithAfterAKill() throws Exception {
        // Of 127/8 a part that no demo takes.
        String address = "127.99.0.1";
        RoleProcess first = up("first", "--address", address, "--site", "berlin", "--subnet", "127.98.0.0/16");
        String console;
        try {
            console = consoleIn(ready(first));
            assertEquals("https://127.99.0.1:7600", console);
        } finally {
            // As a power cut would: the roles end when the pipe that we held does.
            first.kill();
        }

        RoleProcess second = up("second");
        try {
            assertEquals(console, consoleIn(ready(second)), "later starts go on with what the first was made with");
            assertFalse(second.output().contains("127.0.0.1"), second.output());
            signIn(console);
            Outcome another = run("up", "--dir", home().toString());
            assertEquals(3, another.exitCode(), another.err());
            assertTrue(another.err().contains("is used by another packhorse up; name another --dir"), another.err());
        } finally {
            second.close();
        }
        refused(
                "was made with --address 127.99.0.1 --site berlin --subnet 127.98.0.0/16 --wan 100Mbit; leave these"
                        + " options out",
                "up",
                "--dir",
                home().toString(),
                "--address",
                "127.99.0.2");
    }

    private void signIn(String console) throws IOException {
        Path password = Files.writeString(folder.resolve("password"), "the words of the first one\n");
        Files.setPosixFilePermissions(password, PosixFilePermissions.fromString("rw-------"));
        Path profile = folder.resolve("profile.json");
        Outcome in = run(
                "login",
                console,
                "--ca",
                home().resolve("ca").resolve("deployment-ca.crt").toString(),
                "--first",
                home().resolve("data")
                        .resolve("console")
                        .resolve("first-administrator")
                        .toString(),
                "--name",
                "adam",
                "--passphrase-file",
                password.toString(),
                "--profile",
                profile.toString());
        assertEquals(0, in.exitCode(), in.err());
        Outcome list = run("account", "list", "--profile", profile.toString(), "--json");
        assertEquals(0, list.exitCode(), list.err());
        assertTrue(list.out().contains("adam"), list.out());
    }

    @Test
    void whatNoTrackerCouldReadLeavesNothingThatALaterStartTripsOver() {
        refused("a b", "up", "--dir", home().toString(), "--site", "a b", "--address", "127.99.1.1");
        refused("--wan", "up", "--dir", home().toString(), "--wan", "fast");
        refused("300.1.1.1", "up", "--dir", home().toString(), "--address", "300.1.1.1");
        assertFalse(Files.exists(home().resolve("up.yaml")), "what was not made is not gone on with");
    }
}
