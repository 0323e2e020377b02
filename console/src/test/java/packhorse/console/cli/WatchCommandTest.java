package packhorse.console.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** {@code packhorse wave watch} where there is no terminal, at a console that says one thing after the other. */
@Timeout(value = 1, unit = TimeUnit.MINUTES)
final class WatchCommandTest {
    /** What the console answers, in order; the last one again and again. */
    private final ConcurrentLinkedQueue<String> answers = new ConcurrentLinkedQueue<>();

    @TempDir
    private Path folder = Path.of("");

    private HttpServer console = server();

    @BeforeEach
    void start() {
        console.createContext("/api/v1/deployments/CO-2026-0001/D1/progress", this::answer);
        console.start();
    }

    @AfterEach
    void stop() {
        console.stop(0);
    }

    private static HttpServer server() {
        try {
            return HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private void answer(HttpExchange exchange) throws IOException {
        String said = answers.size() > 1 ? answers.remove() : String.valueOf(answers.peek());
        byte[] body = said.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(said.isEmpty() ? 503 : 200, body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    private static String progress(String state, int ended, String question) {
        return "{\"id\":\"CO-2026-0001/D1\",\"state\":\"" + state
                + "\",\"since\":\"2026-11-22T08:00:00Z\",\"holds\":[],\"waves\":[{\"id\":\"CO-2026-0001/D1/W1\",\"name\":\"first\","
                + "\"state\":\"ACTIVE\",\"members\":4,\"ended\":" + ended + ",\"succeeded\":" + ended
                + ",\"failed\":0,\"underWay\":1}]" + (question.isEmpty() ? "" : ",\"question\":\"" + question + "\"")
                + "}";
    }

    /** Each answer comes after a second, as {@code wave watch} looks. */
    private List<String> watch(String... more) {
        StringWriter out = new StringWriter();
        CommandLine watch = new CommandLine(new WatchCommand()).setOut(new PrintWriter(out));
        String[] words = new String[5 + more.length];
        System.arraycopy(
                new String[] {
                    "CO-2026-0001/D1",
                    "--server",
                    "http://127.0.0.1:" + console.getAddress().getPort(),
                    "--profile",
                    folder.resolve("nobody.json").toString()
                },
                0,
                words,
                0,
                5);
        System.arraycopy(more, 0, words, 5, more.length);
        assertEquals(0, watch.execute(words), out.toString());
        return out.toString().lines().toList();
    }

    @Test
    void aLineIsPrintedForEachChangeUntilAPersonIsAsked() {
        answers.addAll(List.of(
                progress("ROLLING", 1, ""),
                progress("ROLLING", 1, ""),
                progress("ROLLING", 3, "the gate cannot tell: judge it")));

        assertEquals(
                List.of(
                        "CO-2026-0001/D1  ROLLING  since 2026-11-22T08:00:00Z",
                        "  W1 first  ACTIVE  [#####...............] 1 of 4 ended: 1 succeeded, 0 failed; 1 under way",
                        "  W1 first  ACTIVE  [###############.....] 3 of 4 ended: 3 succeeded, 0 failed; 1 under way",
                        "  a person has to decide: the gate cannot tell: judge it"),
                watch());
    }

    @Test
    void whatTheGateSeesStandsBesideAVerdictOfAPerson() {
        String wave = "\"state\":\"DRAINING\",\"gate\":[\"1/3 succeeded, 33.3 %; goal 95 %: missed\"";
        answers.add(progress("ROLLING", 3, "judge it").replace("\"state\":\"ACTIVE\"", wave + "]"));
        assertEquals("     1/3 succeeded, 33.3 %; goal 95 %: missed", watch().get(2));

        String judged = "PASS by cora: two are away | the gate says FAIL: 1/3 succeeded, 33.3 %; goal 95 %: missed";
        answers.clear();
        answers.add(
                progress("CLOSED", 3, "").replace("\"state\":\"ACTIVE\"", wave + "],\"evidence\":\"" + judged + "\""));
        List<String> lines = watch();
        assertEquals(
                judged,
                String.join(
                        " ",
                        lines.subList(2, lines.size()).stream()
                                .map(String::strip)
                                .toList()));
    }

    @Test
    void scriptsGetAnObjectForEachChange() {
        answers.addAll(List.of(
                progress("ROLLING", 1, ""),
                progress("ROLLING", 1, ""),
                progress("ROLLING", 2, ""),
                progress("CLOSED", 4, "")));

        assertEquals(
                List.of(progress("ROLLING", 1, ""), progress("ROLLING", 2, ""), progress("CLOSED", 4, "")),
                watch("--json"));
    }

    @Test
    void itGoesOnWhereTheConsoleWasAwayAndWhereAStandstillWasNone() {
        answers.addAll(List.of(
                progress("ROLLING", 1, ""),
                "",
                "",
                progress("ANALYSIS", 4, ""),
                progress("BACKOUT", 4, ""),
                progress("RECOVERY_CHECK", 4, "")));

        List<String> lines = watch();
        assertEquals(
                1,
                lines.stream().filter(line -> line.contains("does not answer")).count(),
                lines.toString());
        assertTrue(lines.getLast().startsWith("CO-2026-0001/D1  RECOVERY_CHECK"), lines.toString());
    }

    @Test
    void onceIsOnce() {
        answers.add(progress("ROLLING", 1, ""));

        assertEquals(2, watch("--once").size());
    }
}
