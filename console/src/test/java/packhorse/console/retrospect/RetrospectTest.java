package packhorse.console.retrospect;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import packhorse.console.Proves;
import packhorse.console.change.Actor;
import packhorse.console.change.OrderId;
import packhorse.console.change.Role;
import packhorse.console.evidence.EvidenceVerification;
import packhorse.console.fleet.rsql.RsqlReader;
import packhorse.console.gate.Verdict;
import packhorse.console.ledger.AuditBook;
import packhorse.console.ledger.Books;
import packhorse.console.ledger.Ledger;
import packhorse.console.ledger.LedgerConfig;
import packhorse.console.ledger.Refusal;
import packhorse.console.ledger.Vandal;
import packhorse.console.notice.Notifier;
import packhorse.console.notice.Quiet;
import packhorse.console.notice.Templates;
import packhorse.console.office.AttachmentOffice;
import packhorse.console.office.BoundsForecast;
import packhorse.console.office.ComplianceOffice;
import packhorse.console.office.FleetFacts;
import packhorse.console.office.OrderFiller;
import packhorse.console.office.OrderOffice;
import packhorse.console.office.PlanOffice;
import packhorse.console.office.RequestOffice;
import packhorse.console.office.Teller;
import packhorse.console.report.DistributionLine;
import packhorse.console.report.Format;
import packhorse.console.report.OrderStory;
import packhorse.console.report.Savings;
import packhorse.console.report.WaveStory;
import packhorse.console.retrospect.Retrospect.Telling;
import packhorse.console.scheduler.PlayedOrder;
import packhorse.console.wave.Sorting;
import packhorse.console.wave.WaveState;
import packhorse.core.content.Sha256;
import packhorse.core.json.JsonFields;
import packhorse.core.json.JsonReader;
import packhorse.core.state.ActionState;
import packhorse.core.trust.SigningKey;

/** Looks back at orders that a real scheduler carried out on a real ledger. */
final class RetrospectTest {
    private static final OrderId ORDER = new OrderId(PlayedOrder.ORDER);
    private static final Instant LATER = Instant.parse("2026-03-03T08:00:00Z");
    private static final SigningKey KEY = SigningKey.generate(new SecureRandom());

    @TempDir
    private Path folder = Path.of("");

    private final List<Books> opened = new ArrayList<>();

    @AfterEach
    void close() {
        opened.forEach(Books::close);
    }

    private Books books() {
        Books books = new Books(Ledger.open(new LedgerConfig.Embedded(folder.resolve("ledger.db"))), () -> LATER);
        opened.add(books);
        return books;
    }

    private static Retrospect retrospect(Books books) {
        OrderFiller filler = new OrderFiller();
        FleetFacts facts = new FleetFacts(new RsqlReader());
        RequestOffice requests = new RequestOffice(
                books, filler, new Teller(new Notifier(Templates.builtIn(), Quiet.never(), List.of())));
        OrderOffice orders = new OrderOffice(books, filler, plan -> List.of());
        PlanOffice plans = new PlanOffice(books, filler, facts, new BoundsForecast());
        return new Retrospect(books, filler, facts, new ComplianceOffice(books, facts, requests, orders, plans), KEY);
    }

    private <T> T look(Function<Looking, T> look) {
        return books().read(pages ->
                look.apply(new Looking(pages, new FleetFacts(new RsqlReader()), new OrderFiller(), ORDER)));
    }

    private OrderStory story() {
        return look(Looking::story);
    }

    private List<DistributionLine> log() {
        return look(looking -> {
            List<DistributionLine> lines = new ArrayList<>();
            looking.log().forEachRemaining(lines::add);
            return lines;
        });
    }

    private static long sum(OrderStory story, Sorting sorting) {
        return story.waves().stream()
                .mapToLong(wave -> wave.sorted().getOrDefault(sorting, 0L))
                .sum();
    }

    @Test
    @Proves("PROCESS 4 status report")
    void anOrderThatWentWellIsToldInNumbersThatAreKnown() {
        PlayedOrder.good(folder);
        OrderStory story = story();
        assertEquals(3, story.waves().size());
        assertEquals(
                List.of(3L, 4L, 5L),
                story.waves().stream().map(WaveStory::members).toList());
        assertEquals(PlayedOrder.MEMBERS, sum(story, Sorting.SUCCEEDED));
        assertEquals(0, sum(story, Sorting.REDISTRIBUTE) + sum(story, Sorting.ROLLBACK) + sum(story, Sorting.PENDING));
        // Each is sent the content and then told to use it; three have to be told once more.
        assertEquals(
                2L * PlayedOrder.MEMBERS + PlayedOrder.AGAIN,
                story.waves().stream().mapToLong(WaveStory::attempts).sum());
        Map<String, Long> failures = new java.util.TreeMap<>();
        story.waves().forEach(wave -> wave.failures().forEach((code, count) -> failures.merge(code, count, Long::sum)));
        assertEquals(Map.of("5 failed, may work later", (long) PlayedOrder.AGAIN), failures);
        for (WaveStory wave : story.waves()) {
            assertEquals(Optional.of(Verdict.PASS), wave.verdict());
            assertEquals("the gate", wave.decidedBy());
            assertEquals(WaveState.CLOSED, wave.state());
            assertTrue(wave.evidence().getFirst().contains(wave.members() + "/" + wave.members() + " succeeded"));
            assertTrue(wave.began().orElseThrow().isBefore(wave.ended().orElseThrow()), wave.toString());
        }
        assertEquals("beta group", story.waves().getFirst().name());
        assertEquals("rest", story.waves().getLast().name());
        assertTrue(
                story.told().stream().anyMatch(line -> line.outcome().equals("waiting")),
                story.told().toString());
    }

    @Test
    void savingsBalanceWhereAgentsSayAllAndSayWhereTheyDoNot() {
        PlayedOrder.good(folder);
        List<Savings.Site> sites = story().sites();
        assertEquals(
                List.of("berlin", "tokyo"),
                sites.stream().map(Savings.Site::name).toList());
        for (Savings.Site site : sites) {
            assertEquals(PlayedOrder.MEMBERS / 2, site.endpoints());
            assertEquals(PlayedOrder.SIZE * PlayedOrder.MEMBERS / 2, site.delivered());
            assertEquals(0, site.difference());
            assertEquals(
                    PlayedOrder.SIZE / 10 * PlayedOrder.MEMBERS / 2,
                    site.bytes().wan());
        }
    }

    @Test
    void whatWasNeverHeardOfIsSaidAndTheSavingsDoNotBalanceThere() throws IOException {
        PlayedOrder.silent(folder);
        Savings.Site total = Savings.total(story().sites());
        // Everybody got it before two went silent; one said less by nine tenths.
        assertEquals(PlayedOrder.MEMBERS, total.endpoints());
        assertEquals(-9 * PlayedOrder.SIZE / 10, total.difference());
        String text = Format.TEXT.of(retrospect(books()).report(Telling.SAVINGS, ORDER), Optional.empty(), 80);
        assertTrue(text.contains("! It does not balance: 12000 bytes were delivered and 11100"), text);

        List<DistributionLine> log = log();
        List<DistributionLine> unheard = log.stream()
                .filter(line -> line.state() == ActionState.UNREACHABLE)
                .toList();
        assertEquals(1, unheard.size());
        unheard.forEach(line -> assertEquals("nothing was heard", line.meaning()));
        DistributionLine silent = log.stream()
                .filter(line -> line.state() == ActionState.TIMED_OUT)
                .findFirst()
                .orElseThrow();
        assertEquals("nothing more was heard in time", silent.meaning());
        assertTrue(silent.last().isAfter(silent.began()));
    }

    @Test
    void aWaveThatFailedIsToldWithWhatBecameOfItAndOfTheRest() {
        PlayedOrder.failed(folder);
        OrderStory story = story();
        assertEquals(
                List.of(Optional.of(Verdict.PASS), Optional.of(Verdict.FAIL), Optional.<Verdict>empty()),
                story.waves().stream().map(WaveStory::verdict).toList());
        WaveStory failed = story.waves().get(1);
        assertEquals(4L, failed.sorted().get(Sorting.REDISTRIBUTE));
        assertEquals(Map.of("5 failed for good", 3L), failed.failures());
        WaveStory left = story.waves().get(2);
        assertEquals(WaveState.SKIPPED, left.state());
        assertEquals("left out by the product", left.decidedBy());
        assertEquals(0, left.attempts());
        List<DistributionLine> back = log().stream()
                .filter(line -> line.state() == ActionState.UNDONE)
                .toList();
        assertEquals(1, back.size());
        assertEquals("taken back", back.getFirst().meaning());
    }

    @Test
    @Proves("PROCESS 4 distribution log")
    void theLogHasALineForEachAttemptInEachFormat() throws IOException {
        PlayedOrder.good(folder);
        int attempts = 2 * PlayedOrder.MEMBERS + PlayedOrder.AGAIN;
        List<DistributionLine> log = log();
        assertEquals(attempts, log.size());
        assertEquals(
                attempts, log.stream().map(DistributionLine::action).distinct().count());
        DistributionLine again = log.stream()
                .filter(line -> line.state() == ActionState.FAILED)
                .findFirst()
                .orElseThrow();
        assertEquals(5, again.code());
        assertEquals("failed, may work later", again.meaning());
        assertEquals("acme/app@2.0 (linux-amd64)", again.release());

        Retrospect retrospect = retrospect(books());
        Path file = folder.resolve("log");
        retrospect.distributionLog(ORDER, Format.CSV, 80, file);
        assertEquals(attempts + 1, Files.readAllLines(file).size());
        retrospect.distributionLog(ORDER, Format.JSON, 80, file);
        JsonFields json = JsonFields.of(JsonReader.parse(Files.readAllBytes(file)), "the log");
        assertEquals(attempts, json.object("facts").integer("attempts"));
        assertEquals(attempts, json.object("tables").objects("attempts").size());
        retrospect.distributionLog(ORDER, Format.HTML, 80, file);
        assertTrue(Files.readString(file).contains(again.action()));
    }

    @Test
    void anEndpointsNonsenseAboutBytesKeepsNobodyFromTheEvidence() throws IOException {
        PlayedOrder.good(folder);
        Books books = books();
        // As ledgers have it from before counts were bounded.
        for (String table : List.of("action_now", "status")) {
            String ids = "(SELECT DISTINCT endpoint FROM action_now ORDER BY endpoint LIMIT ";
            Vandal.change(
                    books.ledger(),
                    "UPDATE " + table + " SET bytes_wan = 9223372036854775807, bytes_lan = 9223372036854775807"
                            + " WHERE endpoint IN " + ids + "4)");
            Vandal.change(
                    books.ledger(),
                    "UPDATE " + table + " SET bytes_wan = -9223372036854775807 - 1 WHERE endpoint IN " + ids + "1)");
        }
        Path file = folder.resolve("evidence.zip");
        retrospect(books).evidence(ORDER, file);
        assertEquals(List.of(), EvidenceVerification.of(file, KEY.publicKey()).faults());
    }

    @Test
    @Proves("PROCESS 4 evidence pack")
    void theEvidenceIsProvedAndHoldsTheLinksOfTheOrderOnly() throws IOException {
        PlayedOrder.failed(folder);
        Books books = books();
        byte[] photograph = {1, 2, 3};
        AttachmentOffice attachments = new AttachmentOffice(books, new OrderFiller());
        attachments.attach(
                Actor.person("olga", Role.CHANGE_COORDINATOR),
                ORDER,
                Optional.of("the größe.jpg"),
                Optional.of("image/jpeg"),
                photograph);
        Path file = folder.resolve("evidence.zip");
        retrospect(books).evidence(ORDER, file);
        EvidenceVerification.Verdict verdict = EvidenceVerification.of(file, KEY.publicKey());
        assertEquals(List.of(), verdict.faults());
        assertEquals(PlayedOrder.ORDER, verdict.order());
        assertEquals(
                new AuditBook(books.ledger()).newest(),
                verdict.head().orElseThrow().number());
        try (java.util.zip.ZipFile zip = new java.util.zip.ZipFile(file.toFile())) {
            String audit = new String(
                    zip.getInputStream(zip.getEntry("audit.jsonl")).readAllBytes(),
                    java.nio.charset.StandardCharsets.UTF_8);
            assertTrue(audit.contains("\"what\":\"wave.judge\""), audit);
            assertTrue(
                    audit.contains("\"sha256\":\"" + Sha256.of(photograph).hex() + "\""),
                    "what was attached is in the trail by its digest");
            assertArrayEquals(
                    photograph,
                    zip.getInputStream(zip.getEntry("attachments/A01-the_gr__e.jpg"))
                            .readAllBytes());
            assertTrue(new String(
                            zip.getInputStream(zip.getEntry("attachments/attachments.json"))
                                    .readAllBytes(),
                            java.nio.charset.StandardCharsets.UTF_8)
                    .contains("the größe.jpg"));
            assertTrue(audit.lines().allMatch(line -> line.contains(PlayedOrder.ORDER)), audit);
        }
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 1;
        Files.write(file, bytes);
        assertFalse(EvidenceVerification.of(file, KEY.publicKey()).isProved());
    }

    @Test
    void evidenceOfATrailWithAGapIsWrittenAndNotProved() {
        PlayedOrder.good(folder);
        Books books = books();
        assertEquals(1, Vandal.change(books.ledger(), "DELETE FROM audit WHERE number = 3"));
        Path file = folder.resolve("evidence.zip");

        retrospect(books).evidence(ORDER, file);

        List<String> faults = EvidenceVerification.of(file, KEY.publicKey()).faults();
        assertTrue(faults.getFirst().startsWith("audit.jsonl"), faults.toString());
    }

    @Test
    void everyReportIsWrittenInEveryFormat() {
        PlayedOrder.good(folder);
        Retrospect retrospect = retrospect(books());
        for (Telling telling : Telling.values()) {
            for (Format format : Format.values()) {
                String text = format.of(retrospect.report(telling, ORDER), Optional.empty(), 80);
                assertFalse(text.isBlank(), telling + " " + format);
            }
        }
        String status = Format.TEXT.of(retrospect.report(Telling.STATUS, ORDER), Optional.empty(), 80);
        assertTrue(status.contains("SUCCEEDED") && status.contains("12 of 12 (100.0 %)"), status);
        assertTrue(
                status.lines()
                        .allMatch(line -> line.length() <= 80 || !line.strip().contains(" ")),
                status);
        assertTrue(Format.TEXT
                .of(retrospect.measurements(Optional.empty()), Optional.empty(), 80)
                .contains("all requests"));
    }

    @Test
    void anOrderThatIsNotThereIsRefused() {
        PlayedOrder.good(folder);
        Retrospect retrospect = retrospect(books());
        Refusal refusal = assertThrows(Refusal.class, () -> retrospect.known(OrderId.of(2026, 99)));
        assertEquals("there is no order CO-2026-0099", refusal.getMessage());
    }
}
