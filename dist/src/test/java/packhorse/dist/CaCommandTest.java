package packhorse.dist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.identity.JoinToken;

/** The authority from the command line: what each command says, as a line or as JSON, and how bad input is answered. */
final class CaCommandTest {
    private static final String URL = "https://tracker.example.org:7302";

    @TempDir
    private Path folder = Path.of("");

    private String ca = "";
    private String root = "";

    private record Outcome(int exitCode, String out, String err) {}

    private static Outcome run(String... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exitCode = Main.run(args, new PrintWriter(out, true), new PrintWriter(err, true));
        return new Outcome(exitCode, out.toString().strip(), err.toString().strip());
    }

    private static String fine(String... args) {
        Outcome outcome = run(args);
        assertEquals(0, outcome.exitCode(), outcome.err());
        assertEquals("", outcome.err());
        return outcome.out();
    }

    private static void refused(String line, String... args) {
        Outcome outcome = run(args);
        assertEquals(2, outcome.exitCode(), outcome.err());
        assertEquals("", outcome.out());
        assertEquals(1, outcome.err().lines().count(), outcome.err());
        assertTrue(outcome.err().contains(line), outcome.err());
    }

    @BeforeEach
    void init() throws IOException {
        ca = folder.resolve("ca").toString();
        root = Files.writeString(folder.resolve("root.json"), "{\"signed\":{\"_type\":\"root\"}}")
                .toString();
        Files.writeString(folder.resolve("phrase"), "a root phrase\n");
        Files.writeString(folder.resolve("issuing"), "an issuing phrase\n");
        String said = fine(
                "ca",
                "init",
                ca,
                "--passphrase-file",
                folder + "/phrase",
                "--issuing-passphrase-file",
                folder + "/issuing");
        assertTrue(said.contains("carry " + ca + "/root.key away now"), said);
    }

    private String token(String... more) {
        return fine(Stream.concat(
                        Stream.of("ca", "token", "--ca", ca, "--site", "north", "--url", URL, "--root", root),
                        Arrays.stream(more))
                .toArray(String[]::new));
    }

    @Test
    void aTokenIsPrintedListedAndBoundToWhatItIsFor() {
        JoinToken token = JoinToken.parse(token());
        assertEquals("north", token.site());
        assertEquals(URL, token.url().toString());
        String list = fine("ca", "list", "--ca", ca);
        assertTrue(list.contains(token.id()), list);
        assertTrue(list.contains("for one agent"), list);
        assertTrue(!list.contains(token.secret()), "a list shows no secret");
        String json = token("--role", "origin", "--names", "origin.example.org,192.0.2.7", "--life", "2h", "--json");
        assertTrue(json.startsWith("{\"expiry\":"), json);
        assertTrue(json.contains("\"role\":\"origin\""), json);
        assertTrue(fine("ca", "list", "--ca", ca, "--json").contains("\"machines\":[]"));
    }

    @Test
    void theIssuingAuthorityIsRenewedFromWhereverTheRootIs() throws IOException {
        Path safe = Files.move(Path.of(ca, "root.key"), folder.resolve("safe"));
        String[] renew = {
            "ca",
            "renew-issuing",
            "--ca",
            ca,
            "--root-key",
            safe.toString(),
            "--passphrase-file",
            folder + "/phrase",
            "--issuing-passphrase-file",
            folder + "/issuing"
        };
        assertTrue(fine(renew).contains("carry " + safe + " away again"));
        renew[7] = folder + "/issuing";
        refused("the passphrase is wrong", renew);
        renew[5] = ca + "/root.key";
        refused("may have been carried away", renew);
    }

    @Test
    void badInputIsOneLineAndChangesNothing() throws IOException {
        refused("what about the authority?", "ca");
        refused(
                "is not empty",
                "ca",
                "init",
                ca,
                "--passphrase-file",
                folder + "/phrase",
                "--issuing-passphrase-file",
                folder + "/issuing");
        refused("no terminal to ask", "ca", "init", folder + "/other");
        byte[] before = Files.readAllBytes(Path.of(ca, "journal"));
        for (List<String> each : List.of(
                List.of("\"North\" is not a site name", "--site", "North", "--url", URL, "--root", root),
                List.of("is not where an authority is", "--site", "n", "--url", "http://t:7302", "--root", root),
                List.of("is no role", "--site", "n", "--url", URL, "--root", root, "--role", "boss"),
                List.of("is not a duration", "--site", "n", "--url", URL, "--root", root, "--life", "soon"),
                List.of("lives up to 7 days", "--site", "n", "--url", URL, "--root", root, "--life", "30d"),
                List.of("is no endpoint id", "--site", "n", "--url", URL, "--root", root, "--endpoint", "me"),
                List.of("there is no such file", "--site", "n", "--url", URL, "--root", root + "x"),
                List.of("is no root.json", "--site", "n", "--url", URL, "--root", folder + "/phrase"),
                List.of("has no host names", "--site", "n", "--url", URL, "--root", root, "--names", "a.b"))) {
            List<String> args = new ArrayList<>(List.of("ca", "token", "--ca", ca));
            args.addAll(each.subList(1, each.size()));
            refused(each.getFirst(), args.toArray(String[]::new));
        }
        refused("Missing required option", "ca", "token", "--ca", ca);
        refused("does not exist; name the directory that packhorse ca init made", "ca", "list", "--ca", folder + "/x");
        refused("neither an endpoint nor a serial", "ca", "revoke", "--ca", ca, "him");
        refused("nobody here has", "ca", "revoke", "--ca", ca, "0123456789abcdef0123456789abcdef");
        assertEquals(new String(before, StandardCharsets.UTF_8), Files.readString(Path.of(ca, "journal")));
    }

    @Test
    void whoJoinsWithABadTokenIsToldWhyBeforeAnythingIsAsked() {
        String data = folder.resolve("data").toString();
        String token = token();
        refused("copy it whole", "peer", "join", token.substring(0, token.length() - 3), "--data", data);
        refused("of version 2", "peer", "join", "phj2" + token.substring(4), "--data", data);
        refused("--config FILE or --data DIR is needed", "peer", "join", token);
        refused("only agent makes sense", "peer", "join", token("--role", "origin"), "--data", data);
        assertTrue(!Files.exists(Path.of(data)));
    }
}
