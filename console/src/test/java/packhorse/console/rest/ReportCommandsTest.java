package packhorse.console.rest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import packhorse.console.cli.ConsoleCommands;
import packhorse.console.scheduler.PlayedOrder;
import packhorse.core.OperationException;
import packhorse.core.UsageException;
import packhorse.core.json.JsonFields;
import packhorse.core.json.JsonReader;
import picocli.CommandLine;

/** {@code packhorse report} as people type it, against a console over HTTP. */
final class ReportCommandsTest {
    @TempDir
    private Path folder = Path.of("");

    private RestWorld world;

    @BeforeEach
    void open() {
        PlayedOrder.good(folder);
        world = new RestWorld(folder);
    }

    @AfterEach
    void close() {
        world.close();
    }

    /** What a command line came to; the program gives 2 for bad usage and 3 for what failed. */
    private record Said(int code, String out, String err) {}

    private Said run(String... words) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine program =
                new CommandLine(CommandLine.Model.CommandSpec.create().name("packhorse"));
        ConsoleCommands.addTo(program);
        int code = program.setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .setExecutionExceptionHandler((e, command, parsed) -> {
                    command.getErr().println(e.getMessage());
                    return e instanceof UsageException ? 2 : e instanceof OperationException ? 3 : 1;
                })
                .setParameterExceptionHandler((e, given) -> {
                    e.getCommandLine().getErr().println(e.getMessage());
                    return 2;
                })
                .execute(words);
        return new Said(code, out.toString(), err.toString());
    }

    private Said asked(String... words) throws IOException {
        Path token = Files.writeString(folder.resolve("token"), "viewer\n");
        List<String> all = new ArrayList<>(List.of("report"));
        all.addAll(List.of(words));
        all.addAll(List.of("--server", world.uri("").toString(), "--token-file", token.toString()));
        return run(all.toArray(String[]::new));
    }

    private static void refused(int code, String line, Said said) {
        assertEquals(code, said.code(), said.toString());
        assertEquals(1, said.err().lines().count(), said.err());
        assertTrue(said.err().contains(line), said.err());
    }

    @Test
    void aReportIsPrintedAsLinesThatFitTheScreen() throws IOException {
        Said status = asked("status", PlayedOrder.ORDER);
        assertEquals(0, status.code(), status.err());
        assertTrue(status.out().startsWith("Status report: " + PlayedOrder.ORDER), status.out());
        assertTrue(status.out().contains("12 of 12 (100.0 %)"), status.out());
        Said savings = asked("savings", PlayedOrder.ORDER);
        assertTrue(savings.out().contains("It balances"), savings.out());
        Said log = asked("distribution-log", PlayedOrder.ORDER, "--format", "csv");
        assertEquals(
                1 + 2 * PlayedOrder.MEMBERS + PlayedOrder.AGAIN,
                log.out().lines().count());
        Said measured = asked("measurements", "--json");
        assertEquals(
                "measurements",
                JsonFields.of(
                                JsonReader.parse(
                                        measured.out().strip().getBytes(java.nio.charset.StandardCharsets.UTF_8)),
                                "it")
                        .string("report"));
    }

    @Test
    void aFileIsWrittenAsItsNameEndsAndNeverOverAnother() throws IOException {
        for (String report : List.of("status", "evaluation", "record", "savings", "distribution-log")) {
            Path page = folder.resolve(report + ".html");
            Said said = asked(report, PlayedOrder.ORDER, "--out", page.toString());
            assertEquals(0, said.code(), said.err());
            assertEquals("written to " + page, said.out().strip());
            assertTrue(Files.readString(page).toLowerCase(Locale.ROOT).startsWith("<!doctype html>"), report);
        }
        Path there = folder.resolve("status.html");
        refused(2, "is there already", asked("status", PlayedOrder.ORDER, "--out", there.toString()));
        assertEquals(
                0,
                asked("status", PlayedOrder.ORDER, "--out", there.toString(), "--replace", "--format", "csv")
                        .code());
        assertTrue(Files.readString(there).startsWith("wave,name,state"));
        refused(2, "is a directory", asked("status", PlayedOrder.ORDER, "--out", folder.toString()));
        refused(2, "does not exist", asked("status", PlayedOrder.ORDER, "--out", folder + "/none/status.html"));
    }

    @Test
    void whatIsTypedWronglyIsSaidInOneLine() throws IOException {
        refused(2, "\"yesterday\" is no order", asked("status", "yesterday"));
        refused(2, "there is no order CO-2026-0099", asked("status", "CO-2026-0099"));
        refused(2, "\"pdf\" is no format; write one of html", asked("status", PlayedOrder.ORDER, "--format", "pdf"));
        refused(
                2,
                "has no table \"cakes\"; write one of waves",
                asked("status", PlayedOrder.ORDER, "--format", "csv", "--table", "cakes"));
        refused(2, "there is no group nobody", asked("compliance", "nobody"));
        refused(2, "is no moment", asked("measurements", "--since", "yesterday"));
        refused(
                2,
                "there is no order CO-2026-0099",
                asked(
                        "evidence",
                        "CO-2026-0099",
                        "--out",
                        folder.resolve("none.zip").toString()));
        assertFalse(Files.exists(folder.resolve("none.zip")));
    }

    @Test
    void evidenceIsFetchedAndProvedByWhoeverHasTheKey() throws IOException {
        Path pack = folder.resolve("evidence.zip");
        Said fetched = asked("evidence", PlayedOrder.ORDER, "--out", pack.toString());
        assertEquals(0, fetched.code(), fetched.err());
        Said key = asked("evidence-key");
        assertEquals(RestWorld.KEY.publicKey().hex(), key.out().strip());
        assertTrue(fetched.out().contains(key.out().strip()), fetched.out());
        Path published = Files.writeString(folder.resolve("evidence.pub"), key.out());

        Said proved = run("report", "verify-evidence", pack.toString(), "--key", published.toString());
        assertEquals(0, proved.code(), proved.err());
        assertTrue(proved.out().contains("is proved: the evidence of " + PlayedOrder.ORDER), proved.out());

        String other = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
        refused(
                3,
                "the pack is signed with the key",
                run("report", "verify-evidence", pack.toString(), "--key", other));
        refused(
                2,
                "is no public key, and no file with one",
                run("report", "verify-evidence", pack.toString(), "--key", "abc"));
        refused(
                2,
                "there is no file",
                run("report", "verify-evidence", folder.resolve("gone.zip").toString(), "--key", other));
        Path none = Files.writeString(folder.resolve("none.zip"), "this is no archive");
        refused(
                3,
                "cannot be read as an archive",
                run("report", "verify-evidence", none.toString(), "--key", published.toString()));
        byte[] bytes = Files.readAllBytes(pack);
        bytes[bytes.length / 2] ^= 1;
        Files.write(pack, bytes);
        refused(3, "is not proved: ", run("report", "verify-evidence", pack.toString(), "--key", published.toString()));
    }
}
