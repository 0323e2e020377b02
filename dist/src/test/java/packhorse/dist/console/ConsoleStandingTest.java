package packhorse.dist.console;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import packhorse.console.change.Actor;
import packhorse.console.change.PersonId;
import packhorse.console.change.Role;
import packhorse.console.desk.FleetWord;
import packhorse.console.ledger.Books;
import packhorse.console.ledger.Ledger;
import packhorse.console.ledger.LedgerArchive;
import packhorse.console.ledger.LedgerConfig;
import packhorse.console.office.AdmissionOffice;
import packhorse.console.office.EntitlementList;
import packhorse.console.office.EntitlementOffice;
import packhorse.console.office.SiteOffice;
import packhorse.console.trackers.Standing;
import packhorse.console.trackers.TrackerSessions;
import packhorse.core.identity.DeploymentRole;
import packhorse.core.message.v1.DenyList;
import packhorse.core.message.v1.EntitlementLine;
import packhorse.core.message.v1.Entitlements;
import packhorse.core.message.v1.SiteMapUpdate;
import packhorse.core.topology.EndpointId;
import packhorse.tracker.console.Kept;

/** What holds for all comes from the console: where sites are, who is thrown out, who may have what. */
@Timeout(300)
final class ConsoleStandingTest {
    private static final Duration SOON = Duration.ofSeconds(60);

    private static final packhorse.core.identity.DenyList DENIES_NOBODY = packhorse.core.identity.DenyList.none();

    private static final Instant FRIDAY = Instant.parse("2026-11-20T08:00:00Z");

    @TempDir
    private Path directory = Path.of("");

    private Town town = new Town(Path.of(""), "");
    private final Clerk clerk = new Clerk();

    @BeforeEach
    void build() {
        town = new Town(directory, "127.20.73.1");
    }

    @AfterEach
    void close() {
        town.close();
    }

    private static Optional<SiteMapUpdate> sites(long revision, String name) {
        return Optional.of(SiteMapUpdate.newBuilder()
                .setRevision(revision)
                .setYaml("""
                    sites:
                      - name: %s
                        subnets: [127.0.0.0/8]
                        wan: {down: 100Mbit, up: 20Mbit}
                    """.formatted(name))
                .build());
    }

    private static Optional<DenyList> denied(long revision, EndpointId endpoint) {
        return Optional.of(DenyList.newBuilder()
                .setRevision(revision)
                .addAgentIds(ByteString.copyFrom(endpoint.bytes()))
                .build());
    }

    @Test
    void theSiteMapIsTheConsolesAndIsRememberedOverARestart() {
        Kept kept = Kept.in(directory, town.deployment.identity(DeploymentRole.TRACKER, "centre"));
        Town.Tracker tracker = town.tracker(0, kept);
        clerk.standing = new Standing(Optional.empty(), sites(1, "paris"), Optional.empty());
        TrackerSessions console = town.console(clerk, tracker.at());
        Town.Agent agent = town.agent(tracker.at());
        await().atMost(SOON).until(() -> clerk.site(agent.id).equals(Optional.of("paris")));
        clerk.standing = new Standing(Optional.empty(), sites(2, "lisbon"), Optional.empty());
        console.standingChanged();
        await().atMost(SOON).until(() -> clerk.site(agent.id).equals(Optional.of("lisbon")));
        clerk.standing = new Standing(Optional.empty(), sites(1, "paris"), Optional.empty());
        console.standingChanged();
        console.close();
        tracker.close();
        var again = Kept.in(directory, town.deployment.identity(DeploymentRole.TRACKER, "centre"));
        assertEquals(
                "lisbon",
                town.tracker(0, again)
                        .governance
                        .sites()
                        .orElseThrow()
                        .sites()
                        .getFirst()
                        .name());
    }

    @Test
    void whomTheConsoleDeniesIsThrownOutAndStaysOutWithoutIt() {
        Kept kept = Kept.in(directory, town.deployment.identity(DeploymentRole.TRACKER, "centre"));
        Town.Tracker tracker = town.tracker(0, kept);
        TrackerSessions console = town.console(clerk, tracker.at());
        Town.Agent agent = town.agent(tracker.at());
        await().atMost(SOON).until(() -> clerk.here.containsKey(agent.id));
        clerk.standing = new Standing(Optional.empty(), Optional.empty(), denied(1, agent.id));
        console.standingChanged();
        await().atMost(SOON).until(() -> agent.refusals.stream().anyMatch(line -> line.contains("was revoked")));
        await().atMost(SOON).until(() -> clerk.here.isEmpty());
        console.close();
        tracker.close();
        Kept again = Kept.in(directory, town.deployment.identity(DeploymentRole.TRACKER, "centre"));
        assertTrue(town.tracker(0, again)
                .governance
                .denied(DENIES_NOBODY)
                .endpoints()
                .contains(agent.id));
    }

    @Test
    void entitlementsOfAnOlderRevisionChangeNothing() {
        Town.Tracker tracker = town.tracker();
        clerk.standing = new Standing(entitlements(2, 3), Optional.empty(), Optional.empty());
        TrackerSessions console = town.console(clerk, tracker.at());
        await().atMost(SOON).until(() -> tracker.governance.overview().entitlements() == 3);
        clerk.standing = new Standing(entitlements(1, 7), Optional.empty(), Optional.empty());
        console.standingChanged();
        Town.Agent agent = town.agent(tracker.at());
        await().atMost(SOON).until(() -> tracker.governance.knows(agent.id));
        assertEquals(3, tracker.governance.overview().entitlements(), "what was said before the word is older");
        clerk.standing = new Standing(entitlements(3, 5), Optional.empty(), Optional.empty());
        console.standingChanged();
        await().atMost(SOON).until(() -> tracker.governance.overview().entitlements() == 5);
    }

    @Test
    void entitlementsOfALedgerFromAnOldBackupAreBelievedWithTheNextChange() {
        Path backup = directory.resolve("backup");
        Town.Tracker tracker = town.tracker();
        TrackerSessions console = town.console(clerk, tracker.at());
        try (Books books = books("first.db", FRIDAY)) {
            entitle(books, 1);
            LedgerArchive.write(books.ledger(), backup);
            for (int lines = 2; lines <= 6; lines++) {
                entitle(books, lines);
            }
            say(console, books);
            await().atMost(SOON).until(() -> tracker.governance.overview().entitlements() == 6);
        }
        LedgerArchive.restore(ledger("again.db"), backup);
        try (Books books = books("again.db", FRIDAY.plusSeconds(60))) {
            entitle(books, 3);
            say(console, books);
            await().atMost(SOON).until(() -> tracker.governance.overview().entitlements() == 3);
        }
    }

    private LedgerConfig ledger(String name) {
        return new LedgerConfig.Embedded(directory.resolve(name));
    }

    private Books books(String name, Instant now) {
        return new Books(Ledger.open(ledger(name)), () -> now);
    }

    private void say(TrackerSessions console, Books books) {
        clerk.standing = new FleetWord(
                        new SiteOffice(books),
                        new AdmissionOffice(books, Optional.empty(), new SecureRandom()),
                        new EntitlementOffice(books))
                .standing();
        console.standingChanged();
    }

    private static void entitle(Books books, int lines) {
        EntitlementOffice office = new EntitlementOffice(books);
        office.replace(
                new Actor.Person(new PersonId("adam"), Set.of(Role.ADMINISTRATOR)),
                OptionalLong.of(office.get().version()),
                new EntitlementList(IntStream.range(0, lines)
                        .mapToObj(i -> new EntitlementList.Line("acme/p" + i, true, List.of(), List.of(), List.of()))
                        .toList()));
    }

    private static Optional<Entitlements> entitlements(long revision, int lines) {
        Entitlements.Builder all = Entitlements.newBuilder().setRevision(revision);
        for (int i = 0; i < lines; i++) {
            all.addLines(EntitlementLine.newBuilder().setReleases("acme/p" + i).setAll(true));
        }
        return Optional.of(all.build());
    }
}
