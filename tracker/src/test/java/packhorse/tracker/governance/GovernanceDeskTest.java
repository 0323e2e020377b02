package packhorse.tracker.governance;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.UsageException;
import packhorse.core.content.Manifest;
import packhorse.core.content.Sha256;
import packhorse.core.message.ReportCheck;
import packhorse.core.message.v1.DesiredStateUpdate;
import packhorse.core.message.v1.EntitlementAnswer;
import packhorse.core.message.v1.EntitlementQuestion;
import packhorse.core.message.v1.InventoryDelta;
import packhorse.core.message.v1.InventoryItem;
import packhorse.core.message.v1.ReportsStored;
import packhorse.core.message.v1.StatusReport;
import packhorse.core.message.v1.StatusReports;
import packhorse.core.message.v1.Subject;
import packhorse.core.topology.EndpointId;
import packhorse.tracker.catalogue.Mirror;
import packhorse.tracker.catalogue.MirrorConfig;
import packhorse.tracker.catalogue.Repository;

/** A desk over a real file, a real mirror of a real repository and real stores. */
final class GovernanceDeskTest {
    private static final EndpointId ONE = EndpointId.parse("00000000000000000000000000000001");
    private static final EndpointId TWO = EndpointId.parse("00000000000000000000000000000002");
    private static final Optional<String> BERLIN = Optional.of("berlin");
    private static final Optional<String> PARIS = Optional.of("paris");

    private static final String EDITOR = """
        desired:
          - release: acme/editor@1.0
            sites: [berlin]
        """;

    @TempDir
    Path folder;

    private Path file;
    private Repository repository;
    private Mirror mirror;
    private final List<GovernanceDesk> started = new java.util.ArrayList<>();

    @BeforeEach
    void publish() throws IOException {
        file = folder.resolve("desired.yaml");
        repository = new Repository(folder);
        mirror = Mirror.start(
                new MirrorConfig(
                        java.net.URI.create("https://127.20.0.1:1"),
                        folder.resolve("mirror"),
                        repository.trustedRoot(),
                        Duration.ofMillis(100)),
                repository,
                InstantSource.system(),
                manifests -> {});
    }

    @AfterEach
    void close() {
        started.forEach(GovernanceDesk::close);
        mirror.close();
    }

    private Sha256 published(String name) {
        Manifest manifest = repository.publish(name, name.getBytes(StandardCharsets.UTF_8), false);
        await().until(() -> mirror.manifests().stream()
                .anyMatch(verified -> verified.manifest().id().equals(manifest.id())));
        return manifest.pack().data().sha256();
    }

    /** As configuration tools do: another file under the same name. */
    private void write(String text) {
        try {
            Path next = folder.resolve("desired.next");
            Files.writeString(next, text);
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private GovernanceDesk start() {
        return start(new GovernanceConfig(folder.resolve("data"), Optional.of(file), Duration.ofMillis(20)));
    }

    private GovernanceDesk start(GovernanceConfig config) {
        GovernanceDesk desk = GovernanceDesk.start(config, mirror::contents, InstantSource.system());
        started.add(desk);
        return desk;
    }

    private static List<String> actions(GovernanceDesk desk, Optional<String> site) {
        return desk.desiredOf(ONE, site).getItemsList().stream()
                .map(item -> item.getAction())
                .toList();
    }

    @Test
    void anEditActsWithoutARestartAndOnlyItsEndpointsGetAnotherRevision() {
        published("acme/editor");
        write(EDITOR);
        GovernanceDesk desk = start();
        AtomicInteger changes = new AtomicInteger();
        desk.onChange(changes::incrementAndGet);
        DesiredStateUpdate berlin = desk.desiredOf(ONE, BERLIN);
        DesiredStateUpdate paris = desk.desiredOf(TWO, PARIS);
        assertEquals("distribute:acme/editor@1.0:any", berlin.getItems(0).getAction());
        assertEquals(32, berlin.getItems(0).getSubject().getDigest().size());
        assertEquals(0, paris.getItemsCount());
        assertTrue(berlin.getRevision() > 0 && paris.getRevision() > 0, "nothing is said with a number too");

        write(EDITOR.replace("[berlin]", "[berlin]\n    priority: user"));
        await().until(() -> desk.desiredOf(ONE, BERLIN).getRevision() > berlin.getRevision());
        assertEquals(paris, desk.desiredOf(TWO, PARIS));
        assertTrue(changes.get() >= 1);
    }

    @Test
    void revisionsSurviveARestart() {
        published("acme/editor");
        write(EDITOR);
        GovernanceDesk desk = start();
        DesiredStateUpdate before = desk.desiredOf(ONE, BERLIN);
        desk.close();
        desk = start();
        assertEquals(before, desk.desiredOf(ONE, BERLIN));
    }

    @Test
    void aBadEditLeavesTheOneBeforeInForceAndIsSaidUntilItIsMended() {
        published("acme/editor");
        write(EDITOR);
        GovernanceDesk desk = start();
        DesiredStateUpdate before = desk.desiredOf(ONE, BERLIN);
        write(EDITOR + "    color: red\n");
        await().until(() -> desk.trouble().isPresent());
        assertTrue(
                desk.trouble().orElseThrow().contains("desired.yaml:4:5: unknown key \"color\""),
                desk.trouble().orElseThrow());
        assertEquals(before, desk.desiredOf(ONE, BERLIN));
        write(EDITOR);
        await().until(() -> desk.trouble().isEmpty());
        assertEquals(before, desk.desiredOf(ONE, BERLIN));
        file.toFile().delete();
        await().until(() -> desk.trouble().isPresent());
        assertEquals(before, desk.desiredOf(ONE, BERLIN));
    }

    @Test
    void aBadFileAtTheStartIsRefused() {
        write("desired: yes");
        UsageException refused = assertThrows(UsageException.class, this::start);
        assertTrue(refused.toString().contains("desired.yaml:1:10"), refused.toString());
    }

    @Test
    void anItemActsWhenItsReleaseIsPublished() {
        write(EDITOR);
        GovernanceDesk desk = start();
        assertEquals(List.of(), actions(desk, BERLIN));
        assertEquals(1, desk.overview().refused().size());
        long before = desk.desiredOf(ONE, BERLIN).getRevision();
        published("acme/editor");
        await().until(() -> !actions(desk, BERLIN).isEmpty());
        assertTrue(desk.desiredOf(ONE, BERLIN).getRevision() > before);
        assertEquals(List.of(), desk.overview().refused());
    }

    @Test
    void whoMovesIsGivenWhatItsNewSiteShouldHave() {
        published("acme/editor");
        write(EDITOR);
        GovernanceDesk desk = start();
        long berlin = desk.desiredOf(ONE, BERLIN).getRevision();
        DesiredStateUpdate moved = desk.desiredOf(ONE, PARIS);
        assertEquals(0, moved.getItemsCount());
        assertTrue(moved.getRevision() > berlin);
    }

    @Test
    void whatAnotherTrackerToldIsLiftedOver() {
        published("acme/editor");
        write(EDITOR);
        GovernanceDesk desk = start();
        long here = desk.desiredOf(ONE, BERLIN).getRevision();
        long elsewhere = here + (5L << 16);
        assertTrue(desk.known(ONE, BERLIN, elsewhere));
        assertTrue(desk.desiredOf(ONE, BERLIN).getRevision() > elsewhere);
        assertFalse(desk.known(ONE, BERLIN, desk.desiredOf(ONE, BERLIN).getRevision()));
    }

    @Test
    void entitlementsGrantAndNothingElseDoes() {
        Sha256 editor = published("acme/editor");
        Sha256 secret = published("acme/secret");
        write(EDITOR + "entitlements:\n  - {release: acme/secret, endpoints: [" + TWO + "]}\n");
        GovernanceDesk desk = start();
        assertTrue(desk.mayHave(ONE, BERLIN, editor));
        assertFalse(desk.mayHave(ONE, BERLIN, secret));
        assertTrue(desk.mayHave(TWO, PARIS, secret));
        assertFalse(desk.mayHave(TWO, PARIS, editor));
        assertFalse(desk.mayHave(TWO, PARIS, Sha256.of(new byte[1])), "a pack of no release");

        assertTrue(desk.siteMayHave("berlin", editor));
        assertTrue(desk.siteMayHave("paris", secret), "somebody of the site may");
        assertFalse(desk.siteMayHave("berlin", secret));
        assertFalse(desk.mayHave(TWO, BERLIN, Sha256.of(new byte[2])));
        assertTrue(desk.siteMayHave("berlin", secret), "it came into the site");
        assertFalse(desk.siteMayHave("paris", secret), "and left the other");

        EntitlementAnswer answer = desk.entitled(
                ONE,
                BERLIN,
                EntitlementQuestion.newBuilder()
                        .setNumber(5)
                        .addSubjects(subject("acme/editor", "1.0"))
                        .addSubjects(subject("acme/secret", "1.0"))
                        .addSubjects(subject("acme/none", "1.0"))
                        .addSubjects(subject("not a name", "1.0"))
                        .build());
        assertEquals(5, answer.getNumber());
        assertEquals(1, answer.getAllowedCount());
        assertEquals(3, answer.getDeniedCount());
        answer.getDeniedList().forEach(denied -> assertFalse(denied.getReason().isEmpty()));
        EntitlementAnswer everything = desk.entitled(
                TWO, PARIS, EntitlementQuestion.newBuilder().setNumber(6).build());
        assertEquals(
                List.of("acme/secret"),
                everything.getAllowedList().stream().map(Subject::getName).toList());
    }

    private static Subject subject(String name, String version) {
        return Subject.newBuilder()
                .setName(name)
                .setVersion(version)
                .setPlatform("any")
                .build();
    }

    @Test
    void withoutAFileNothingIsSaidAndNobodyIsEntitled() {
        Sha256 editor = published("acme/editor");
        GovernanceDesk desk = start(GovernanceConfig.of(folder.resolve("data"), Optional.empty()));
        await().until(() -> desk.overview().catalogue() > 0);
        assertEquals(DesiredStateUpdate.getDefaultInstance(), desk.desiredOf(ONE, BERLIN));
        assertFalse(desk.mayHave(ONE, BERLIN, editor));
        assertTrue(desk.entitled(
                        ONE,
                        BERLIN,
                        EntitlementQuestion.newBuilder()
                                .addSubjects(subject("acme/editor", "1.0"))
                                .build())
                .getDenied(0)
                .getReason()
                .contains("which it was started without"));
    }

    @Test
    void reportsAndInventoriesAreKeptOverARestart() {
        write("desired: []");
        GovernanceDesk desk = start();
        StatusReports reports = StatusReports.newBuilder()
                .setJournal(4)
                .setOldest(1)
                .addReports(StatusReport.newBuilder().setSequence(1))
                .build();
        assertEquals(1, desk.store(ONE, reports).join().getSequence());
        InventoryDelta whole = InventoryDelta.newBuilder()
                .setRevision(77)
                .addChanged(InventoryItem.newBuilder().setKey("os").putFields("id", "debian"))
                .build();
        assertEquals(77, desk.inventory(ONE, whole).join().getHave());
        desk.close();
        desk = start();
        assertEquals(77, desk.inventoryKnown(ONE).orElseThrow().getHave());
        assertEquals(0, desk.inventoryKnown(TWO).orElseThrow().getHave());
        assertEquals(1, desk.store(ONE, reports).join().getSequence());
        assertEquals(0, desk.overview().reports().stored());
        StatusReports question = reports.toBuilder().clearReports().build();
        assertEquals(
                ReportsStored.newBuilder()
                        .setJournal(4)
                        .setSequence(1)
                        .setHad(1)
                        .addHadChecks(ReportCheck.of(reports.getReports(0)))
                        .build(),
                desk.store(ONE, question).join());
        assertEquals(
                ReportsStored.newBuilder().setJournal(4).build(),
                desk.store(TWO, question).join());
    }
}
