package packhorse.seeder.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.OperationException;
import packhorse.core.UsageException;
import packhorse.core.testing.TestDeployment;
import packhorse.seeder.Deployment;
import packhorse.seeder.origin.Origin;
import picocli.CommandLine;

/** The command with its options, against an origin; the exceptions it ends with decide its exit code: 2 or 3. */
@Timeout(120)
final class PublishCommandTest {
    @TempDir
    private Path dir;

    private int publish(String to, String... more) throws Exception {
        List<String> args = new ArrayList<>(List.of(
                dir.resolve("app.bin").toString(),
                "--name",
                "acme/app",
                "--version",
                "1",
                "--quiet",
                "--to",
                to,
                "--passphrase-file",
                dir.resolve("phrase").toString()));
        args.addAll(List.of(more));
        PublishCommand command = new PublishCommand();
        CommandLine line = new CommandLine(command).setOut(new PrintWriter(new StringWriter()));
        line.parseArgs(args.toArray(String[]::new));
        return command.call();
    }

    @Test
    void anOriginIsPublishedToByTlsAndTheRightRootOnly() throws Exception {
        Files.write(dir.resolve("app.bin"), new byte[] {1, 2, 3});
        Files.write(
                dir.resolve("phrase"),
                new String(Deployment.passphrase()).getBytes(java.nio.charset.StandardCharsets.UTF_8));
        Deployment deployment = new Deployment(dir, InstantSource.system(), "127.40.7.1");
        try (Origin origin = deployment.start()) {
            String keys = deployment.keys().path().toString();
            String right = deployment.machines().rootFile().toString();
            String wrong =
                    TestDeployment.create(dir.resolve("other")).rootFile().toString();
            String url = "https://127.40.7.1:" + origin.port();

            UsageException plain = assertThrows(
                    UsageException.class,
                    () -> publish("http://127.40.7.1:" + origin.port(), "--keys", keys, "--ca", right));
            assertTrue(line(plain).contains("--to https://192.0.2.10:7400 --ca deployment-ca.crt"), line(plain));
            UsageException bare = assertThrows(UsageException.class, () -> publish(url, "--keys", keys));
            assertTrue(line(bare).contains("--to needs --ca FILE"), line(bare));
            UsageException absent = assertThrows(
                    UsageException.class,
                    () -> publish(
                            url, "--keys", keys, "--ca", dir.resolve("none").toString()));
            assertTrue(line(absent).contains("no such file"), line(absent));
            OperationException foreign =
                    assertThrows(OperationException.class, () -> publish(url, "--keys", keys, "--ca", wrong));
            assertTrue(line(foreign).contains("is not trusted"), line(foreign));

            assertEquals(0, publish(url, "--keys", keys, "--ca", right));
        }
    }

    @Test
    void publishingSaysHowItIsPutInPlaceAndWhatCannotBeTakenBack() throws Exception {
        Path tree = Files.createDirectory(dir.resolve("app"));
        Path hook = Files.writeString(tree.resolve("stop.sh"), "#!/bin/sh\n");
        Files.setPosixFilePermissions(hook, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path install =
                Files.writeString(dir.resolve("app.install.yaml"), "adapter: crate\nhooks: {pre: {run: [stop.sh]}}\n");
        Files.write(
                dir.resolve("phrase"),
                new String(Deployment.passphrase()).getBytes(java.nio.charset.StandardCharsets.UTF_8));
        Deployment deployment = new Deployment(dir, InstantSource.system(), "127.40.7.2");
        Path config = Files.writeString(dir.resolve("origin.yaml"), """
            data: origin
            listen: 127.40.7.2:0
            swarm: [127.40.7.2:0]
            keys: keys
            """);
        List<String> args = List.of(
                tree.toString(),
                "--name",
                "acme/app",
                "--version",
                "1",
                "--install",
                install.toString(),
                "--config",
                config.toString(),
                "--passphrase-file",
                dir.resolve("phrase").toString());
        assertEquals(deployment.keys().path(), dir.resolve("keys"));

        UsageException unknown = assertThrows(UsageException.class, () -> say(args));
        assertTrue(line(unknown).contains(":1:10: there is no adapter \"crate\" here"), line(unknown));
        UsageException bundle = assertThrows(
                UsageException.class,
                () -> say(
                        List.of("--bundle", "b.yaml", "--install", install.toString(), "--config", config.toString())));
        assertTrue(line(bundle).contains("leave --install out"), line(bundle));

        List<String> allowed = new ArrayList<>(args);
        allowed.addAll(List.of("--allow-adapter", "crate"));
        String said = say(allowed);
        assertTrue(said.contains("put in place by the adapter crate"), said);
        assertTrue(said.contains("irreversible: the hook pre changes the machine and declares no undo"), said);
        allowed.add("--json");
        String json = say(allowed);
        assertTrue(json.contains("\"adapter\":\"crate\""), json);
        assertTrue(json.contains("\"irreversible\":true"), json);
        assertTrue(json.contains("\"new\":false"), json);
    }

    private static String say(List<String> args) {
        StringWriter out = new StringWriter();
        PublishCommand command = new PublishCommand();
        CommandLine line = new CommandLine(command).setOut(new PrintWriter(out));
        line.parseArgs(args.toArray(String[]::new));
        assertEquals(0, command.call());
        return out.toString();
    }

    private static String line(RuntimeException e) throws IOException {
        String said = String.valueOf(e.getMessage());
        assertEquals(1, said.lines().count(), said);
        return said;
    }
}
