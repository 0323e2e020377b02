package packhorse.seeder.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.UsageException;
import packhorse.seeder.Deployment;
import packhorse.seeder.build.Progress;
import packhorse.seeder.publish.Destinations;
import picocli.CommandLine;

/** The command with its options, on the origin's machine. */
@Timeout(120)
final class RetireCommandTest {
    @TempDir
    private Path dir;

    private String say(String... more) {
        List<String> args = new ArrayList<>(
                List.of("acme/app", "--passphrase-file", dir.resolve("phrase").toString()));
        args.addAll(List.of(more));
        StringWriter out = new StringWriter();
        RetireCommand command = new RetireCommand();
        CommandLine line = new CommandLine(command).setOut(new PrintWriter(out));
        line.parseArgs(args.toArray(String[]::new));
        assertEquals(0, command.call());
        return out.toString();
    }

    @Test
    void aReleaseIsRetiredOnceAndSaysWhatWentWithIt() throws IOException {
        Files.write(dir.resolve("app.bin"), new byte[] {1, 2, 3});
        Files.writeString(dir.resolve("phrase"), new String(Deployment.passphrase()), StandardCharsets.UTF_8);
        Deployment deployment = new Deployment(dir, InstantSource.system(), "127.40.7.3");
        String config = Files.writeString(dir.resolve("origin.yaml"), """
            data: origin
            listen: 127.40.7.3:0
            swarm: [127.40.7.3:0]
            keys: keys
            """).toString();
        for (String version : List.of("1", "2")) {
            try (Destinations.Session session = deployment.local(deployment.targetsKeys(), Progress.none())) {
                var unused =
                        session.publisher().publish(Deployment.request(dir.resolve("app.bin"), "acme/app", version));
            }
        }
        UsageException where = assertThrows(UsageException.class, () -> say("--version", "2"));
        assertTrue(String.valueOf(where.getMessage()).contains("--config FILE is needed"));
        UsageException unknown = assertThrows(UsageException.class, () -> say("--version", "3", "--config", config));
        assertTrue(String.valueOf(unknown.getMessage()).contains("acme/app@3 (any) is not in the catalogue"));
        String all = say("--version", "1", "--config", config);
        assertTrue(all.contains("retired acme/app/1/any.json, acme/app/2/any.json"), all);
        String again = say("--version", "1", "--config", config);
        assertTrue(again.contains("was retired before; nothing changed"), again);
        String json = say("--version", "1", "--config", config, "--json");
        assertTrue(json.contains("\"new\":false") && json.contains("\"retired\":[]"), json);
        assertEquals(Optional.empty(), deployment.directory().document("acme/app/1/any.json"));
    }
}
