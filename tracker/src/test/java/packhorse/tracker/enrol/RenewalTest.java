package packhorse.tracker.enrol;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.identity.DeploymentRole;
import packhorse.core.identity.Joining;
import packhorse.core.identity.MachineIdentity;
import packhorse.core.identity.RemoteIdentity;
import packhorse.core.identity.Renewal;
import packhorse.tracker.enrol.Enrolment.TurnedClock;

/** A machine keeps its certificate fresh by itself: a clock that is turned, authorities that are away, answers that are lost. */
@Timeout(180)
final class RenewalTest {
    @TempDir
    private Path directory = Path.of("");

    private Enrolment world;
    private MachineIdentity tracker;
    private EstOverHttps door;
    private Path data;
    private MachineIdentity agent;
    private RemoteIdentity first;
    private @Nullable Renewal keeper;

    @BeforeEach
    void join() throws IOException {
        world = new Enrolment(
                directory.resolve("now"),
                new TurnedClock(java.time.InstantSource.system().instant()));
        tracker = world.deployment.identity(DeploymentRole.TRACKER, "centre");
        door = new EstOverHttps(tracker.contextOfRenewalDoor(), world.est);
        data = directory.resolve("machine");
        agent = new Joining(data, Set.of(DeploymentRole.AGENT), Optional.empty(), world.clock, world.random)
                .join(world.token(door.url(), DeploymentRole.AGENT, "north", Optional.empty(), List.of()), false);
        first = agent.self();
    }

    @AfterEach
    void close() {
        if (keeper != null) {
            keeper.close();
        }
        door.close();
    }

    private void startRenewal() {
        keeper = Renewal.start(
                data, agent, List.of(), Optional.empty(), world.clock, world.random, Duration.ofMillis(20));
    }

    private boolean renewed() {
        return !agent.self().serial().equals(first.serial());
    }

    private void looksThreeTimes() {
        long before = door.asked.size();
        await().during(Duration.ofMillis(200)).atMost(Duration.ofSeconds(5)).until(() -> door.asked.size() == before);
    }

    @Test
    void atTwoThirdsOfItsLifeTheCertificateIsRenewedWithANewKey() {
        startRenewal();
        world.clock.turn(Duration.ofHours(14));
        looksThreeTimes();
        assertEquals(first, agent.self(), "too early");
        world.clock.turn(Duration.ofHours(4));
        await().until(this::renewed);
        assertEquals(first.id(), agent.self().id());
        assertNotEquals(first.notAfter(), agent.self().notAfter());
        MachineIdentity onDisk = MachineIdentity.open(data, world.clock);
        assertEquals(agent.self(), onDisk.self());
        assertEquals(agent.certificate(), onDisk.certificate());
        RemoteIdentity second = agent.self();
        world.clock.turn(Duration.ofHours(18));
        await().until(() -> !agent.self().equals(second));
    }

    @Test
    void aLostAnswerAndAnAbsentAuthorityAreTriedAgain() throws IOException {
        int port = door.url().getPort();
        startRenewal();
        door.losing.set(1);
        world.clock.turn(Duration.ofHours(18));
        await().until(() -> door.losing.get() == 0);
        looksThreeTimes();
        assertEquals(first, agent.self());
        door.close();
        world.clock.turn(Duration.ofMinutes(2));
        door = new EstOverHttps(tracker.contextOfRenewalDoor(), world.est, port);
        await().until(() -> {
            world.clock.turn(Duration.ofMinutes(5));
            return renewed();
        });
        assertEquals(agent.self(), MachineIdentity.open(data, world.clock).self());
    }

    @Test
    void aMachineThatSleptForDaysRenewsWhenItWakes() {
        world.clock.turn(Duration.ofDays(5));
        startRenewal();
        await().until(this::renewed);
        assertTrue(agent.self().current(world.clock.instant()));
    }

    @Test
    void aDeniedMachineIsNotRenewed() {
        var unused = new Register(world.journal).revoke(agent.id().toString(), world.clock.instant());
        startRenewal();
        world.clock.turn(Duration.ofHours(18));
        await().until(() ->
                door.asked.stream().anyMatch(request -> request.operation().equals("simplereenroll")));
        looksThreeTimes();
        assertEquals(first, agent.self());
    }
}
