package packhorse.console.rest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import packhorse.console.change.Actor;
import packhorse.console.evidence.EvidenceVerification;
import packhorse.console.fleet.Group;
import packhorse.console.fleet.GroupName;
import packhorse.console.json.Records;
import packhorse.console.office.OfficeKinds;
import packhorse.console.scheduler.PlayedOrder;
import packhorse.core.json.JsonFields;
import packhorse.core.json.JsonReader;
import packhorse.core.trust.VerifyingKey;

/** Reports and evidence of an order that was carried out, over HTTP. */
final class RetrospectRoutesTest {
    private static final String ORDER = "/api/v1/orders/" + PlayedOrder.ORDER;
    private static final int ATTEMPTS = 2 * PlayedOrder.MEMBERS + PlayedOrder.AGAIN;

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

    private RestWorld.Reply report(String path, String accept) {
        return world.get(path).as("viewer").with("Accept", accept).send();
    }

    @Test
    void everyReportIsHadInEveryFormatAndAPageRunsNothing() {
        for (String name : List.of("status", "evaluation", "record", "savings", "distribution-log")) {
            String path = ORDER + "/reports/" + name;
            RestWorld.Reply html = report(path, "text/html,application/xhtml+xml,*/*;q=0.8");
            assertEquals(200, html.status(), html.body());
            assertEquals(
                    "text/html;charset=utf-8",
                    html.header("Content-Type").orElse("").replace(" ", ""));
            String policy = html.header("Content-Security-Policy").orElse("");
            assertTrue(policy.startsWith("default-src 'none'; style-src 'sha256-"), policy);
            assertFalse(policy.contains("unsafe") || policy.contains("script"), policy);
            assertFalse(html.body().contains("<script"), name);
            assertEquals(Optional.empty(), html.header("Content-Disposition"));

            RestWorld.Reply csv = report(path, "text/csv");
            assertEquals(
                    "text/csv;charset=utf-8",
                    csv.header("Content-Type").orElse("").replace(" ", ""));
            assertTrue(csv.header("Content-Disposition").orElse("").endsWith(name + ".csv\""), csv.toString());
            assertTrue(csv.body().endsWith("\r\n"), name);

            RestWorld.Reply json = world.get(path).as("viewer").send();
            assertEquals(
                    "application/json", json.header("Content-Type").orElse("").replace(" ", ""));
            assertTrue(JsonReader.parse(json.body().getBytes(java.nio.charset.StandardCharsets.UTF_8)) != null, name);

            RestWorld.Reply text = report(path + "?format=text&columns=100", "text/html");
            assertEquals(
                    "text/plain;charset=utf-8",
                    text.header("Content-Type").orElse("").replace(" ", ""));
            assertTrue(text.body().contains(PlayedOrder.ORDER), text.body());
        }
    }

    @Test
    void theNumbersAreThoseOfTheOrder() {
        String csv =
                report(ORDER + "/reports/distribution-log?format=csv", "*/*").body();
        assertEquals(ATTEMPTS + 1, csv.lines().count());
        JsonFields savings = JsonFields.of(
                JsonReader.parse(report(ORDER + "/reports/savings", "application/json")
                        .body()
                        .getBytes(java.nio.charset.StandardCharsets.UTF_8)),
                "the savings");
        assertEquals(0, savings.object("facts").integer("difference"));
        assertEquals(
                PlayedOrder.SIZE * PlayedOrder.MEMBERS, savings.object("facts").integer("delivered"));
        String waves =
                report(ORDER + "/reports/status?format=csv&table=waves", "*/*").body();
        assertEquals(4, waves.lines().count());
        assertTrue(waves.contains(",beta group,CLOSED,PASS,3,3,0,0,0,0,"), waves);
    }

    @Test
    void evidenceIsProvedByTheKeyThatTheConsoleShows() throws IOException, InterruptedException {
        RetrospectRoutes.EvidenceKey key = Records.read(
                RetrospectRoutes.EvidenceKey.class,
                world.get("/api/v1/reports/evidence-key").as("viewer").send().body(),
                "the key");
        Path file = folder.resolve("evidence.zip");
        HttpResponse<Path> answer = world.client()
                .send(
                        HttpRequest.newBuilder(world.uri(ORDER + "/evidence"))
                                .header("Authorization", "Bearer viewer")
                                .build(),
                        HttpResponse.BodyHandlers.ofFile(file));
        assertEquals(200, answer.statusCode());
        assertEquals(
                "attachment; filename=\"" + PlayedOrder.ORDER + "-evidence.zip\"",
                answer.headers().firstValue("Content-Disposition").orElse(""));
        assertEquals(
                List.of(),
                EvidenceVerification.of(file, VerifyingKey.parse(key.key())).faults());
        assertTrue(Files.size(file) > 1_000);
    }

    @Test
    void whatIsOfNoOrderIsReportedToo() {
        world.books().write(Actor.product(), pages -> {
            GroupName pilots = new GroupName("pilots");
            return pages.add(
                    OfficeKinds.GROUP, "pilots", new Group(pilots, "who goes first", "site==berlin", List.of()));
        });
        assertEquals(
                200, report("/api/v1/reports/compliance/pilots", "text/html").status());
        RestWorld.Reply measured =
                report("/api/v1/reports/measurements?since=2026-01-01T00:00:00Z", "application/json");
        assertTrue(measured.body().contains("\"about\":\"requests since 2026-01-01T00:00:00Z\""), measured.body());
    }

    @Test
    void whoSignsWhatTheProductReportsKeepsItAsTheirs() {
        RestWorld.Reply signed = world.post(
                        ORDER + "/reports/signature", "{\"form\":\"STATUS\",\"remarks\":\"as agreed\"}")
                .as("change-coordinator")
                .send();
        assertEquals(200, signed.status(), signed.body());
        assertTrue(signed.body().contains(PlayedOrder.ORDER), signed.body());
        assertTrue(signed.body().contains("as agreed"), signed.body());
        assertTrue(
                world.get(ORDER + "/reports").as("viewer").send().body().contains("as agreed"),
                "it is one of the order's");
        assertEquals(
                "400 form=ANALYSIS: the product draws no analysis of its own; its counts stand in the EVALUATION, and a"
                        + " person writes what they mean",
                world.post(ORDER + "/reports/signature", "{\"form\":\"ANALYSIS\",\"remarks\":\"\"}")
                        .as("change-coordinator")
                        .send()
                        .detail());
    }

    @Test
    void whatIsAskedWronglyIsSaidInOneLine() {
        Map<String, String> wrong = Map.of(
                ORDER + "/reports/status?format=pdf",
                "400 format=pdf: \"pdf\" is no format; write one of html, csv, json, text",
                ORDER + "/reports/savings?format=csv&table=waves",
                "400 table=waves: the report savings has no table \"waves\"; write one of sites",
                "/api/v1/orders/CO-2026-0099/reports/status",
                "404 there is no order CO-2026-0099",
                "/api/v1/orders/CO-2026-0099/reports/distribution-log",
                "404 there is no order CO-2026-0099",
                "/api/v1/orders/CO-2026-0099/evidence",
                "404 there is no order CO-2026-0099",
                "/api/v1/reports/compliance/nobody",
                "404 there is no group nobody",
                "/api/v1/reports/measurements?since=yesterday",
                "400 since=yesterday is no moment; write 2026-11-22T08:00:00Z");
        wrong.forEach((path, line) ->
                assertEquals(line, world.get(path).as("viewer").send().detail(), path));
        assertEquals(
                Optional.empty(),
                world.get("/api/v1/orders/CO-2026-0099/evidence")
                        .as("viewer")
                        .send()
                        .whole()
                        .headers()
                        .firstValue("Content-Disposition"),
                "a refusal is no file to be kept");
        RestWorld.Reply picture = report(ORDER + "/reports/status", "image/png");
        assertEquals(400, picture.status());
        assertTrue(picture.detail().contains("text/html, text/csv"), picture.detail());
        assertEquals(
                403,
                world.get(ORDER + "/reports/status").as("endpoint-user").send().status());
        assertEquals(401, world.get(ORDER + "/evidence").send().status());
    }
}
