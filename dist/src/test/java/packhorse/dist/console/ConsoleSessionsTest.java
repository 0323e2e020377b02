package packhorse.dist.console;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import packhorse.console.trackers.TrackerSessions;
import packhorse.core.identity.DeploymentRole;
import packhorse.core.message.v1.Envelope;

/** A console governs agents through a tracker. */
@Timeout(300)
final class ConsoleSessionsTest {
    private static final Duration SOON = Duration.ofSeconds(60);

    @TempDir
    private Path directory = Path.of("");

    private Town town = new Town(Path.of(""), "");
    private final Clerk clerk = new Clerk();

    @BeforeEach
    void build() {
        town = new Town(directory, "127.20.71.1");
    }

    @AfterEach
    void close() {
        town.close();
    }

    @Test
    void anAgentIsToldWhatTheConsoleWantsAndToldAnewWhenThatChanges() {
        Town.Tracker tracker = town.tracker();
        TrackerSessions console = town.console(clerk, tracker.at());
        Town.Agent agent = town.agent(tracker.at());
        await().atMost(SOON).until(() -> clerk.here.containsKey(agent.id));
        assertEquals(Optional.of("berlin"), clerk.site(agent.id));

        clerk.order(agent.id, 5, "a1");
        console.desiredChanged(Set.of(agent.id));
        assertEquals("a1", agent.isTold(5).getDesiredState().getItems(0).getAction());

        clerk.order(agent.id, 6, "a2");
        console.desiredChanged(Set.of(agent.id));
        assertEquals("a2", agent.isTold(6).getDesiredState().getItems(0).getAction());
        assertEquals(1, console.here());
        assertTrue(console.trackers().getFirst().connected());
    }

    @Test
    void beforeAConsoleSpokeAnAgentIsToldNothing() {
        Town.Tracker tracker = town.tracker();
        Town.Agent agent = town.agent(tracker.at());
        clerk.order(agent.id, 5, "a1");
        var unusedDenials = agent.hear("the deny-list", Envelope::hasDenyList);
        assertFalse(agent.heard.stream()
                .anyMatch(message ->
                        message.hasDesiredState() || message.hasAssignment() || message.hasInventoryNeeded()));

        TrackerSessions unusedConsole = town.console(clerk, tracker.at());
        var unusedState = agent.isTold(5);
        var unusedAssignment = agent.hear("its assignment", Envelope::hasAssignment);
        var unusedNeeded = agent.hear("a wish for its inventory", Envelope::hasInventoryNeeded);
        assertTrue(agent.heard.stream()
                .filter(Envelope::hasDesiredState)
                .allMatch(message -> message.getDesiredState().getItemsCount() == 1));
    }

    @Test
    void reportsAreAcknowledgedOnlyWhenTheConsoleStoredThem() {
        Town.Tracker tracker = town.tracker();
        CompletableFuture<Void> open = new CompletableFuture<>();
        clerk.gate = Optional.of(open);
        TrackerSessions console = town.console(clerk, tracker.at());
        Town.Agent agent = town.agent(tracker.at());
        await().atMost(SOON).until(() -> console.here() == 1);
        agent.tell(1, 3);
        await().atMost(SOON).until(() -> clerk.stored.containsKey(agent.id));
        assertFalse(agent.heard.stream().anyMatch(Envelope::hasReportsStored));
        open.complete(null);
        agent.isAcknowledged(3);
        assertEquals(1, console.trackers().getFirst().reportsStored());
        assertEquals(1, tracker.governance.counts().reportsStored());
    }

    @Test
    void withoutAConsoleReportsStayOnTheAgent() {
        Town.Tracker tracker = town.tracker();
        Town.Agent agent = town.agent(tracker.at());
        var unusedDenials = agent.hear("the deny-list", Envelope::hasDenyList);
        agent.tell(1, 3);
        await().atMost(SOON).until(() -> tracker.governance.counts().reportsPutOff() == 1);
        assertFalse(agent.heard.stream().anyMatch(Envelope::hasReportsStored));
        TrackerSessions console = town.console(clerk, tracker.at());
        await().atMost(SOON).until(() -> console.here() == 1);
        agent.tell(1, 3);
        agent.isAcknowledged(3);
    }

    @Test
    void theConsoleRulesOnLeases() {
        Town.Tracker tracker = town.tracker();
        TrackerSessions console = town.console(clerk, tracker.at());
        Town.Agent agent = town.agent(tracker.at());
        await().atMost(SOON).until(() -> console.here() == 1);
        agent.ask("a1");
        assertEquals(
                "hold",
                agent.hear("a refusal", Envelope::hasLeaseAnswer)
                        .getLeaseAnswer()
                        .getReason());
        Instant until = Instant.ofEpochMilli(4_000_000_000_000L);
        clerk.grant(until);
        agent.ask("a1");
        var unusedGrant =
                agent.hear("a lease", message -> message.getLeaseAnswer().getUntilMillis() == until.toEpochMilli());
        assertEquals(Optional.of("berlin"), clerk.questions.getFirst().site());
    }

    @Test
    void anAgentsCertificateMakesNoConsole() {
        Town.Tracker tracker = town.tracker();
        TrackerSessions console =
                town.console(town.deployment.identity(DeploymentRole.AGENT, "berlin"), clerk, tracker.at());
        await().atMost(SOON).until(() -> tracker.sessions.overview().join().sessions() == 1);
        assertEquals(0, tracker.governance.counts().consoles());
        assertEquals(0, console.here());
    }
}
