package packhorse.peer.agent;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static packhorse.peer.agent.InstallingWorld.ALL_THE_WAY;
import static packhorse.peer.agent.InstallingWorld.archive;
import static packhorse.peer.agent.InstallingWorld.hook;
import static packhorse.peer.agent.InstallingWorld.item;
import static packhorse.peer.agent.InstallingWorld.line;
import static packhorse.peer.agent.InstallingWorld.section;
import static packhorse.peer.agent.Orders.awaitEnd;
import static packhorse.peer.agent.Orders.awaitPath;
import static packhorse.peer.agent.Orders.defer;
import static packhorse.peer.agent.Orders.item;
import static packhorse.peer.agent.Orders.last;
import static packhorse.peer.agent.Orders.order;
import static packhorse.peer.agent.Orders.path;
import static packhorse.peer.agent.Orders.status;
import static packhorse.peer.agent.Orders.story;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.UsageException;
import packhorse.core.content.InstallSection.Activating;
import packhorse.core.content.InstallSection.Hook;
import packhorse.core.content.InstallSection.HookMoment;
import packhorse.core.content.Kind;
import packhorse.core.message.v1.ActionStatus;
import packhorse.core.state.DesiredItem;
import packhorse.core.state.InstallPolicy;
import packhorse.core.state.Operation;
import packhorse.core.state.Subject;
import packhorse.core.trust.VerifiedManifest;

/**
 * Whole agents and releases that come into use later: by an order of their own, or with the machine's next start. A start is another
 * boot id and new processes.
 */
@Timeout(300)
final class RestartingAgentTest {
    private static final Duration SOON = Duration.ofSeconds(90);
    private static final String INTO = "{'into':'/opt/acme/app','format':'tar'}";
    private static final String SLOTS = "{'slots':['/dev/slot-a','/dev/slot-b'],"
            + "'switch':{'file':'/boot/slot','format':'key-value'},'running':{'file':'/run/slot'},'tries':3}";
    private static final String[] BEFORE_THE_START = Arrays.copyOf(ALL_THE_WAY, ALL_THE_WAY.length - 2);
    /** Says with its return code that the machine has to start again. */
    private static final Hook WANTS_A_START = hook("exit 42", Duration.ofSeconds(20));

    @TempDir
    Path directory;

    private InstallingWorld world;

    @BeforeEach
    void found() {
        world = new InstallingWorld(directory);
    }

    private boolean inUse() {
        return Files.exists(world.machine().resolve("opt/acme/app/current/version.txt"));
    }

    private static DesiredItem mayReboot(String action, VerifiedManifest manifest, Optional<Instant> deferUntil) {
        return item(
                action,
                Operation.INSTALL,
                Subject.release(manifest.manifest().id()),
                new InstallPolicy(deferUntil, false, true, false, false, false));
    }

    private static DesiredItem mayReboot(String action, VerifiedManifest manifest) {
        return mayReboot(action, manifest, Optional.empty());
    }

    // ---- by order ----

    @Test
    void whatComesIntoUseByOrderWaitsForItAndIsCheckedThen() throws Exception {
        try (Deployment deployment = world.deployment("127.33.71")) {
            VerifiedManifest one = deployment.publish(
                    "acme/app",
                    "1.0",
                    archive("one"),
                    List.of(),
                    section(
                            "archive",
                            INTO,
                            Map.of(HookMoment.HEALTH, hook("exit 0", Duration.ofSeconds(20))),
                            Activating.BY_ORDER));
            VerifiedManifest ill = deployment.publish(
                    "acme/app",
                    "2.0",
                    archive("two"),
                    List.of(),
                    section(
                            "archive",
                            INTO,
                            Map.of(HookMoment.HEALTH, hook("echo it is ill; exit 43", Duration.ofSeconds(20))),
                            Activating.BY_ORDER));
            deployment.origin("2", Map.of(one, archive("one"), ill, archive("two")));
            Deployment.Node agent = deployment.agent("3", world.installer(deployment));

            order(deployment, 1, item("install", Operation.INSTALL, one));
            awaitEnd(deployment, "install");
            assertFalse(path(deployment, "install").contains("ACTIVATING"), story(deployment, "install"));
            assertFalse(inUse());
            assertEquals("inactive", line(agent));

            order(deployment, 2, item("commit", Operation.COMMIT, one));
            awaitPath(deployment, "commit", "ACCEPTED", "REFUSED");
            assertTrue(
                    last(deployment, "commit").getDetail().contains("activate it first"), story(deployment, "commit"));

            int leases = world.asked.get();
            order(deployment, 3, item("activate", Operation.ACTIVATE, one));
            awaitPath(
                    deployment,
                    "activate",
                    "ACCEPTED",
                    "PRECHECK",
                    "PREPARED",
                    "WAITING",
                    "ACTIVATING",
                    "VERIFYING",
                    "COMMITTABLE");
            assertTrue(world.asked.get() > leases, "a switch is asked for like every other change");
            assertTrue(inUse());
            assertEquals("active", line(agent));
            order(deployment, 4, item("commit-2", Operation.COMMIT, one));
            awaitEnd(deployment, "commit-2");

            // One that is ill when it comes into use goes, and what was in use stays.
            order(deployment, 5, item("update", Operation.UPDATE, ill));
            awaitEnd(deployment, "update");
            order(deployment, 6, item("update", Operation.UPDATE, ill), item("activate-2", Operation.ACTIVATE, ill));
            awaitEnd(deployment, "activate-2");
            assertEquals("FAILED", path(deployment, "activate-2").getLast(), story(deployment, "activate-2"));
            assertTrue(
                    last(deployment, "activate-2").getDetail().contains("it is ill"), story(deployment, "activate-2"));
            assertEquals("one", Files.readString(world.machine().resolve("opt/acme/app/current/version.txt")));
        }
    }

    // ---- the machine's next start ----

    @Test
    void whatNeedsTheNextStartWaitsForItOverRestartsOfTheAgentAndGoesOnAfterIt() throws Exception {
        try (Deployment deployment = world.deployment("127.33.72")) {
            VerifiedManifest one = publish(deployment, Map.of(HookMoment.POST, WANTS_A_START));
            Deployment.Node agent = deployment.agent("3", world.installer(deployment));
            order(deployment, 1, item("install", Operation.INSTALL, one));
            awaitWordOfAStart(agent, "its policy lets nobody do that but you");
            agent.close();

            // The agent alone is no start of the machine.
            Deployment.Node again = deployment.agent("3", world.installer(deployment));
            awaitWordOfAStart(again, "its policy lets nobody do that but you");
            assertEquals("pending-reboot", line(again));
            again.close();

            world.boot = "the second start";
            Deployment.Node after = deployment.agent("3", world.installer(deployment));
            awaitPath(deployment, "install", ALL_THE_WAY);
            assertEquals("active", line(after));
        }
    }

    private VerifiedManifest publish(Deployment deployment, Map<HookMoment, Hook> hooks) throws Exception {
        VerifiedManifest one = deployment.publish(
                "acme/app", "1.0", archive("one"), List.of(), section("archive", INTO, hooks, Activating.WITH_INSTALL));
        deployment.origin("2", Map.of(one, archive("one")));
        return one;
    }

    private static void awaitWordOfAStart(Deployment.Node agent, String words) {
        await().atMost(SOON)
                .untilAsserted(() -> assertTrue(
                        status(agent, "install").getDetail().contains(words),
                        () -> status(agent, "install").toString()));
    }

    /** What starts the machine again, seen from here: a line in the file. */
    private Path startsAreNoted() {
        Path started = directory.resolve("started");
        world.reboot = List.of("/bin/sh", "-c", "echo again >>" + started);
        return started;
    }

    private static ActionStatus awaitAnnouncement(Deployment.Node agent) {
        await().atMost(SOON).until(() -> status(agent, "install").getRestartMillis() > 0);
        return status(agent, "install");
    }

    @Test
    void theMachineIsStartedAgainWherePolicySaysSoOnceItsUserWasTold() throws Exception {
        Path started = startsAreNoted();
        try (Deployment deployment = world.deployment("127.33.73")) {
            VerifiedManifest one = publish(deployment, Map.of(HookMoment.POST, WANTS_A_START));
            Deployment.Node agent = deployment.agent("3", world.installer(deployment));
            order(deployment, 1, mayReboot("install", one));
            ActionStatus told = awaitAnnouncement(agent);
            assertTrue(told.getNext().startsWith("Restarts at 2"), told::getNext);
            assertTrue(
                    told.getNext().contains("because acme/app@1.0 (any) needs it; this cannot be put off"),
                    told::getNext);
            assertTrue(told.getRestartMillis() > Instant.now().plusSeconds(600).toEpochMilli(), "he has a while");
            UsageException refused =
                    assertThrows(UsageException.class, () -> agent.ask(defer("install", Duration.ofHours(1))));
            assertTrue(String.valueOf(refused.getMessage()).contains("may not be put off"), refused::getMessage);
            assertFalse(Files.exists(started));

            deployment.turn(Duration.ofMinutes(16));
            await().atMost(SOON).until(() -> Files.exists(started));
            awaitWordOfAStart(agent, "about to start again");
            agent.close();
            world.boot = "the second start";
            deployment.agent("3", world.installer(deployment));
            awaitPath(deployment, "install", ALL_THE_WAY);
            assertEquals("again\n", Files.readString(started), "once");
        }
    }

    @Test
    void theUserPutsTheStartOffOverRestartsOfTheAgentAndNoLongerThanHisOrderLetsHim() throws Exception {
        Path started = startsAreNoted();
        try (Deployment deployment = world.deployment("127.33.78")) {
            VerifiedManifest one = publish(deployment, Map.of(HookMoment.POST, WANTS_A_START));
            Deployment.Node agent = deployment.agent("3", world.installer(deployment));
            Instant most = Instant.now().plus(Duration.ofHours(3)).truncatedTo(ChronoUnit.MILLIS);
            order(deployment, 1, mayReboot("install", one, Optional.of(most)));
            assertEquals(most.toEpochMilli(), awaitAnnouncement(agent).getDeferUntilMillis());
            assertTrue(status(agent, "install").getNext().contains("this may be put off until " + most));
            ActionStatus far =
                    agent.ask(defer("install", Duration.ofDays(2))).getFirst().getAction();
            assertEquals(most.toEpochMilli(), far.getDeferredMillis());
            assertEquals(most.toEpochMilli(), status(agent, "install").getRestartMillis());
            long until = agent.ask(defer("install", Duration.ofHours(2)))
                    .getFirst()
                    .getAction()
                    .getDeferredMillis();
            deployment.turn(Duration.ofMinutes(30));
            agent.close();

            Deployment.Node again = deployment.agent("3", world.installer(deployment));
            assertEquals(until, awaitAnnouncement(again).getRestartMillis());
            assertFalse(Files.exists(started));
            again.ask(defer("install", Duration.ZERO));
            await().atMost(SOON).until(() -> Files.exists(started));
            again.close();
            world.boot = "the second start";
            deployment.agent("3", world.installer(deployment));
            awaitPath(deployment, "install", ALL_THE_WAY);
            assertEquals("again\n", Files.readString(started), "once");
        }
    }

    @Test
    void whoStartsTheMachineHimselfBeforeIsNotAskedAgain() throws Exception {
        Path started = startsAreNoted();
        try (Deployment deployment = world.deployment("127.33.79")) {
            VerifiedManifest one = publish(deployment, Map.of(HookMoment.POST, WANTS_A_START));
            Deployment.Node agent = deployment.agent("3", world.installer(deployment));
            order(deployment, 1, mayReboot("install", one));
            awaitAnnouncement(agent);
            agent.close();
            world.boot = "the second start";
            deployment.turn(Duration.ofMinutes(16));
            deployment.agent("3", world.installer(deployment));
            awaitPath(deployment, "install", ALL_THE_WAY);
            assertFalse(Files.exists(started));
        }
    }

    /** In a slot that came up ill only the next start brings back what was, also where the order is gone. */
    @Test
    void aWayBackTellsOfItsStartTooAlsoWhereNobodyOrdersItAnyMore() throws Exception {
        Path started = startsAreNoted();
        byte[] image = Deployment.content(6, 200_000);
        Path machine = machineWithSlots(new byte[image.length]);
        try (Deployment deployment = world.deployment("127.33.80")) {
            VerifiedManifest one = image(
                    deployment,
                    image,
                    Map.of(HookMoment.HEALTH, hook("echo it is ill; exit 9", Duration.ofSeconds(20))));
            Deployment.Node agent = deployment.agent("3", world.installer(deployment));
            order(
                    deployment,
                    1,
                    mayReboot("install", one, Optional.of(Instant.now().plus(Duration.ofDays(1)))));
            awaitAnnouncement(agent);
            agent.close();

            Files.writeString(machine.resolve("run/slot"), "b\n");
            world.boot = "the second start";
            Deployment.Node ill = deployment.agent("3", world.installer(deployment));
            await().atMost(SOON)
                    .until(() -> path(deployment, "install").getLast().equals("UNDOING"));
            awaitAnnouncement(ill);
            order(deployment, 2);
            awaitWordOfAStart(ill, "no longer desired");
            long until = ill.ask(defer("install", Duration.ofHours(2)))
                    .getFirst()
                    .getAction()
                    .getDeferredMillis();
            await().atMost(SOON).until(() -> status(ill, "install").getRestartMillis() == until);
            assertFalse(Files.exists(started));
            deployment.turn(Duration.ofHours(2));
            await().atMost(SOON).until(() -> Files.exists(started));
        }
    }

    @Test
    void aMachineThatCannotBeStartedAgainIsNamedWithTheReason() throws Exception {
        world.reboot = List.of("/bin/sh", "-c", "echo the door is locked; exit 5");
        try (Deployment deployment = world.deployment("127.33.74")) {
            VerifiedManifest one = publish(deployment, Map.of(HookMoment.POST, WANTS_A_START));
            Deployment.Node agent = deployment.agent("3", world.installer(deployment));
            order(
                    deployment,
                    1,
                    mayReboot("install", one, Optional.of(Instant.now().plus(Duration.ofDays(1)))));
            awaitAnnouncement(agent);
            deployment.turn(Duration.ofMinutes(16));
            awaitWordOfAStart(agent, "the door is locked");
            assertTrue(status(agent, "install").getDetail().contains("start it by hand"));
            assertFalse(status(agent, "install").getEnded());
            agent.ask(defer("install", Duration.ofHours(2)));
            assertTrue(awaitAnnouncement(agent).getNext().startsWith("Restarts at"), "not tried again before that");
            agent.close();

            world.reboot = List.of();
            Deployment.Node another = deployment.agent("3", world.installer(deployment));
            awaitWordOfAStart(another, "no command is known that does");
        }
    }

    // ---- slots ----

    private Path machineWithSlots(byte[] old) throws IOException {
        Path machine = Files.createDirectories(world.machine());
        for (String folder : List.of("dev", "boot", "run")) {
            Files.createDirectories(machine.resolve(folder));
        }
        Files.write(machine.resolve("dev/slot-a"), old);
        Files.write(machine.resolve("dev/slot-b"), old);
        Files.writeString(machine.resolve("boot/slot"), "slot=a\n");
        Files.writeString(machine.resolve("run/slot"), "a\n");
        return machine;
    }

    @Test
    void anImageInTheOtherSlotIsVerifiedOnlyAfterTheMachineCameUpInIt() throws Exception {
        byte[] image = Deployment.content(3, 200_000);
        Path machine = machineWithSlots(new byte[image.length]);
        try (Deployment deployment = world.deployment("127.33.75")) {
            VerifiedManifest one = image(deployment, image, Map.of());
            Deployment.Node agent = deployment.agent("3", world.installer(deployment));
            order(deployment, 1, item("install", Operation.INSTALL, one));
            awaitWordOfAStart(agent, "has to start again");
            assertEquals(List.of(BEFORE_THE_START), path(deployment, "install"));
            agent.close();
            assertTrue(Files.readString(machine.resolve("boot/slot")).contains("slot=b"));

            Files.writeString(machine.resolve("run/slot"), "b\n");
            world.boot = "the second start";
            deployment.agent("3", world.installer(deployment));
            awaitPath(deployment, "install", ALL_THE_WAY);
            assertArrayEquals(image, Files.readAllBytes(machine.resolve("dev/slot-b")));
            order(deployment, 2, item("install", Operation.INSTALL, one), item("commit", Operation.COMMIT, one));
            awaitEnd(deployment, "commit");
            assertEquals("slot=b\n", Files.readString(machine.resolve("boot/slot")), "no more tries are counted");
        }
    }

    private static VerifiedManifest image(Deployment deployment, byte[] image, Map<HookMoment, Hook> hooks)
            throws Exception {
        VerifiedManifest one = deployment.publish(
                "acme/system",
                "1.0",
                "any",
                Kind.IMAGE,
                image,
                section("image", SLOTS, hooks, Activating.WITH_INSTALL));
        deployment.origin("2", Map.of(one, image));
        return one;
    }

    @Test
    void aMachineThatFellBackToItsOldSlotHasFailedAndItsSwitchIsAsItWas() throws Exception {
        byte[] image = Deployment.content(4, 200_000);
        Path machine = machineWithSlots(new byte[image.length]);
        try (Deployment deployment = world.deployment("127.33.76")) {
            VerifiedManifest one = image(deployment, image, Map.of());
            Deployment.Node agent = deployment.agent("3", world.installer(deployment));
            order(deployment, 1, item("install", Operation.INSTALL, one));
            awaitWordOfAStart(agent, "has to start again");
            agent.close();

            // Its boot loader tried the new slot and came back.
            world.boot = "the third start";
            deployment.agent("3", world.installer(deployment));
            awaitEnd(deployment, "install");
            assertEquals("FAILED", path(deployment, "install").getLast(), story(deployment, "install"));
            assertTrue(last(deployment, "install").getDetail().contains("the machine runs the slot a"));
            assertEquals("slot=a\n", Files.readString(machine.resolve("boot/slot")));
        }
    }

    @Test
    void aSystemThatCameUpIllIsLeftOnlyByTheNextStartAndNoSoonerItIsSaid() throws Exception {
        byte[] image = Deployment.content(5, 200_000);
        Path machine = machineWithSlots(new byte[image.length]);
        try (Deployment deployment = world.deployment("127.33.77")) {
            VerifiedManifest one = image(
                    deployment,
                    image,
                    Map.of(HookMoment.HEALTH, hook("echo it is ill; exit 9", Duration.ofSeconds(20))));
            Deployment.Node agent = deployment.agent("3", world.installer(deployment));
            order(deployment, 1, item("install", Operation.INSTALL, one));
            awaitWordOfAStart(agent, "has to start again");
            agent.close();

            Files.writeString(machine.resolve("run/slot"), "b\n");
            world.boot = "the second start";
            Deployment.Node ill = deployment.agent("3", world.installer(deployment));
            await().atMost(SOON)
                    .until(() -> path(deployment, "install").getLast().equals("UNDOING"));
            await().atMost(SOON).until(() -> status(ill, "install").getNext().contains("has to start again"));
            assertEquals(
                    "slot=a\n", Files.readString(machine.resolve("boot/slot")), "the next start is in the old one");
            assertEquals("UNDOING", path(deployment, "install").getLast(), "the new one still runs");
            ill.close();

            Files.writeString(machine.resolve("run/slot"), "a\n");
            world.boot = "the third start";
            deployment.agent("3", world.installer(deployment));
            awaitEnd(deployment, "install");
            assertEquals("FAILED", path(deployment, "install").getLast(), story(deployment, "install"));
            assertTrue(last(deployment, "install").getDetail().contains("it is ill"), story(deployment, "install"));
        }
    }
}
