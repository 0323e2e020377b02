package packhorse.peer.agent;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static packhorse.peer.agent.InstallingWorld.ALL_THE_WAY;
import static packhorse.peer.agent.InstallingWorld.archive;
import static packhorse.peer.agent.InstallingWorld.awaitPath;
import static packhorse.peer.agent.InstallingWorld.hook;
import static packhorse.peer.agent.InstallingWorld.item;
import static packhorse.peer.agent.InstallingWorld.last;
import static packhorse.peer.agent.InstallingWorld.line;
import static packhorse.peer.agent.InstallingWorld.order;
import static packhorse.peer.agent.InstallingWorld.path;
import static packhorse.peer.agent.InstallingWorld.section;
import static packhorse.peer.agent.InstallingWorld.status;
import static packhorse.peer.agent.InstallingWorld.story;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.content.InstallSection.Activating;
import packhorse.core.content.InstallSection.Hook;
import packhorse.core.content.InstallSection.HookMoment;
import packhorse.core.content.Kind;
import packhorse.core.state.DesiredItem;
import packhorse.core.state.InstallPolicy;
import packhorse.core.state.Operation;
import packhorse.core.state.Subject;
import packhorse.core.trust.VerifiedManifest;

/**
 * Whole agents and releases that come into use later: by an order of their own, or with the machine's next start. A start is another
 * boot id and new processes.
 */
@Timeout(120)
final class RestartingAgentTest {
    private static final Duration SOON = Duration.ofSeconds(40);
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

    private static DesiredItem mayReboot(String action, VerifiedManifest manifest) {
        return item(
                action,
                Operation.INSTALL,
                Subject.release(manifest.manifest().id()),
                new InstallPolicy(Optional.empty(), false, true, false, false, false));
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

    private static void awaitEnd(Deployment deployment, String action) {
        await(action)
                .atMost(SOON)
                .until(() -> List.of("COMMITTABLE", "COMMITTED", "UNDONE", "FAILED", "REFUSED", "UNDO_FAILED")
                        .contains(
                                path(deployment, action).isEmpty()
                                        ? ""
                                        : path(deployment, action).getLast()));
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

    @Test
    void theMachineIsStartedAgainWherePolicySaysSo() throws Exception {
        Path started = directory.resolve("started");
        world.reboot = List.of("/bin/sh", "-c", "echo again >>" + started);
        try (Deployment deployment = world.deployment("127.33.73")) {
            VerifiedManifest one = publish(deployment, Map.of(HookMoment.POST, WANTS_A_START));
            Deployment.Node agent = deployment.agent("3", world.installer(deployment));
            order(deployment, 1, mayReboot("install", one));
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
    void aMachineThatCannotBeStartedAgainIsNamedWithTheReason() throws Exception {
        world.reboot = List.of("/bin/sh", "-c", "echo the door is locked; exit 5");
        try (Deployment deployment = world.deployment("127.33.74")) {
            VerifiedManifest one = publish(deployment, Map.of(HookMoment.POST, WANTS_A_START));
            Deployment.Node agent = deployment.agent("3", world.installer(deployment));
            order(deployment, 1, mayReboot("install", one));
            awaitWordOfAStart(agent, "the door is locked");
            assertTrue(status(agent, "install").getDetail().contains("start it by hand"));
            assertFalse(status(agent, "install").getEnded());
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
