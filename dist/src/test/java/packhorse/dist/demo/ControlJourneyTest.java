package packhorse.dist.demo;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import packhorse.dist.role.RoleProcess;

/**
 * The README's first hour by its own command lines: authority, tokens, desired states, entitlements, revocation. Each command is a
 * process of its own, as people run them.
 */
@Timeout(value = 8, unit = TimeUnit.MINUTES)
final class ControlJourneyTest {
    private static final Duration SOON = Duration.ofSeconds(90);
    private static final long COMMAND_SECONDS_MAX = 120;
    private static final int CONTENT_BYTES = 3 << 20;

    /** Of the tests' part of the loopback network, beside the nets that laboratories take. */
    private static final String NET = "127.50.7";

    @TempDir
    private Path folder = Path.of("");

    private final List<RoleProcess> roles = new ArrayList<>();

    /** What one command came to. */
    private record Outcome(int exitCode, String out, String err) {}

    @BeforeEach
    void configure() throws IOException {
        write("phrase", "a long passphrase\n");
        write("online", "another one\n");
        for (String secret : List.of("phrase", "online")) {
            Files.setPosixFilePermissions(
                    folder.resolve(secret), java.nio.file.attribute.PosixFilePermissions.fromString("rw-------"));
        }
        write("sites.yaml", """
            origins: [NET.1]
            sites:
              - name: berlin
                subnets: [NET.0/24]
                wan: {down: 100Mbit, up: 20Mbit}
                sitePeers: [NET.5]
            """);
        desire("[]", "[]");
        write("tracker.yaml", """
            listen: [NET.1:17300]
            agents: [NET.1:17301]
            secure: [NET.1:17302]
            ca: ca
            caPassphraseFile: online
            sites: sites.yaml
            origin: https://NET.1:17400
            data: tracker
            trustedRoot: keys/root.json
            """);
        write("origin.yaml", """
            data: origin
            listen: NET.1:17400
            swarm: [NET.1:17401]
            tracker: [NET.1:17301]
            keys: keys
            passphraseFile: online
            """);
        write("peer.yaml", """
            data: peer
            tracker: [NET.1:17301]
            repository: [https://NET.1:17302/repository/]
            listen: [NET.5:17100]
            """);
        byte[] content = new byte[CONTENT_BYTES];
        new Random(7).nextBytes(content);
        Files.write(folder.resolve("content"), content);
    }

    @AfterEach
    void end() {
        roles.reversed().forEach(RoleProcess::close);
    }

    private void write(String name, String text) throws IOException {
        Files.writeString(folder.resolve(name), text.replace("NET", NET));
    }

    private void desire(String desired, String entitlements) throws IOException {
        write("desired.yaml", "desired: " + desired + "\nentitlements: " + entitlements + "\n");
    }

    private Outcome run(String... words) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(RoleProcess.java("256m"));
        command.addAll(List.of(words));
        Path out = Files.createTempFile(folder, "out", "");
        Path err = Files.createTempFile(folder, "err", "");
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
        assertTrue(process.waitFor(COMMAND_SECONDS_MAX, TimeUnit.SECONDS), () -> List.of(words) + " does not end");
        return new Outcome(process.exitValue(), Files.readString(out), Files.readString(err));
    }

    /** Runs a command that succeeds and returns what it printed. */
    private String packhorse(String... words) throws IOException, InterruptedException {
        Outcome outcome = run(words);
        assertEquals(0, outcome.exitCode(), () -> List.of(words) + ": " + outcome.err());
        return outcome.out();
    }

    /** Runs a command against the agent. */
    private Outcome ask(String... words) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(List.of(words));
        all.addAll(List.of("--socket", folder.resolve("peer/agent.sock").toString()));
        return run(all.toArray(String[]::new));
    }

    private void start(String name, String... words) {
        List<String> all = new ArrayList<>(List.of(words));
        all.addAll(1, List.of("--config", folder.resolve(name + ".yaml").toString()));
        RoleProcess process = RoleProcess.start(name, List.of(), folder, "256m", all);
        roles.add(process);
        await(name + " is ready").atMost(SOON).until(() -> {
            process.requireAlive();
            return process.output().contains("ready");
        });
    }

    private String token(String... words) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(List.of(
                "ca", "token", "--ca", "ca", "--url", "https://" + NET + ".1:17302", "--root", "keys/root.json"));
        all.addAll(List.of(words));
        return packhorse(all.toArray(String[]::new)).strip();
    }

    @Test
    void fromATokenToAReleaseAndOut() throws Exception {
        packhorse("keys", "new", "keys", "--passphrase-file", "phrase", "--online-passphrase-file", "online");
        packhorse("ca", "init", "ca", "--passphrase-file", "phrase", "--issuing-passphrase-file", "online");
        start("tracker", "tracker", "--desired", folder.resolve("desired.yaml").toString());
        packhorse(
                "origin",
                "join",
                token("--site", "centre", "--role", "origin", "--names", NET + ".1"),
                "--config",
                "origin.yaml");
        start("origin", "origin");
        packhorse(
                "publish",
                "content",
                "--name",
                "acme/editor",
                "--version",
                "2.0",
                "--config",
                "origin.yaml",
                "--keys",
                "keys",
                "--passphrase-file",
                "phrase");
        String used = token("--site", "berlin");
        Outcome early = run("peer", "--config", "peer.yaml");
        assertEquals(2, early.exitCode(), early::err);
        assertTrue(early.err().contains("join"), early::err);
        packhorse("peer", "join", used, "--config", "peer.yaml");
        start("peer", "peer");

        desire("\n  - {release: acme/editor@2.0, sites: [berlin]}", "[]");
        await("the release is here")
                .atMost(SOON)
                .until(() -> ask("status", "--json").out().contains("\"STAGED\"")
                        || ask("status").out().contains("STAGED")
                        || ask("status").out().contains("staged"));
        assertTrue(ask("why", "acme/editor").out().contains("origin"), "where each byte came from");
        String reports = packhorse("tracker", "reports", "--data", "tracker");
        assertTrue(reports.contains("STAGED") || reports.contains("staged"), reports);

        desire("[]", "[]");
        await("what is cached is refused too").atMost(SOON).until(() -> {
            Outcome refused = ask("pull", "acme/editor");
            return refused.exitCode() != 0 && refused.err().contains("entitle");
        });
        desire("[]", "\n  - {release: \"acme/*\", sites: [berlin]}");
        Path out = folder.resolve("editor");
        await("whoever is entitled has it")
                .atMost(SOON)
                .until(() -> ask("pull", "acme/editor", "--out", out.toString()).exitCode() == 0);
        assertEquals(-1, Files.mismatch(folder.resolve("content"), out));
        assertTrue(ask("available").out().contains("acme/editor"));

        String id = java.util.regex.Pattern.compile("[0-9a-f]{32}")
                .matcher(ask("status", "--json").out())
                .results()
                .findFirst()
                .orElseThrow()
                .group();
        assertTrue(packhorse("ca", "list", "--ca", "ca").contains(id));
        packhorse("ca", "revoke", "--ca", "ca", id);
        await("a revoked machine knows that it is")
                .atMost(SOON)
                .until(() -> ask("status").out().matches("(?s).*(revoked|denied).*"));
        Outcome again =
                run("peer", "join", used, "--data", folder.resolve("second").toString());
        assertFalse(again.exitCode() == 0, "a token works once");
        assertEquals(
                1,
                again.err().getBytes(StandardCharsets.UTF_8).length == 0
                        ? 0
                        : again.err().lines().count());
    }
}
