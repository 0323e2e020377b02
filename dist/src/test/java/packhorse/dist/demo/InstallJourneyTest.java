package packhorse.dist.demo;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.Stream;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.state.ActionState;
import packhorse.core.testing.LoopDevice;
import packhorse.core.testing.OutsideProgram;
import packhorse.core.topology.EndpointId;

/**
 * Releases are put in place, updated, taken back and removed by orders, on real processes: a tree with hooks, a real {@code .deb} into
 * a root of its own, an image in a file and one on a loop device, and a bundle of them. Once in quiet, and once while the agent, its
 * swarm process, its installer and the tracker are killed at random moments; {@code -Dinstall.seed=N} chooses others. Both machines
 * are one deployment's.
 */
@Timeout(value = 14, unit = TimeUnit.MINUTES)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class InstallJourneyTest {
    private static final Duration SOON = Duration.ofMinutes(2);
    private static final long SEED = Long.getLong("install.seed", 1);

    /** Before each kill at most; a step takes less than a second, an agent two to be back. */
    private static final int KILL_MILLIS = 4_000;

    /** Of one order, at most: on a machine that is slower than its killer an order would else never end. */
    private static final int KILLS_PER_ORDER = 5;

    private static final int LINES_SHOWN = 60;

    private static final int IMAGE_BYTES = 3 << 20;

    private Path folder = Path.of("");

    private final List<Lab> started = new ArrayList<>();
    private final List<LoopDevice> devices = new ArrayList<>();

    @BeforeAll
    void publish(@TempDir Path own) throws Exception {
        folder = own;
        Lab lab = Lab.start(1, 2, "200Mbit", false, new Installing());
        started.add(lab);
        publishAll(lab);
    }

    @AfterAll
    void close() throws IOException {
        started.forEach(Lab::close);
        for (LoopDevice device : devices) {
            device.close();
        }
    }

    @Test
    void aMachineIsInstalledUpdatedTakenBackAndCleared() throws Exception {
        Lab lab = started.getFirst();
        new Journey(lab, lab.endpoint(1, 1), false, () -> {}).travel();
    }

    @Test
    void nothingIsLostOrHalfDoneWhateverIsKilled() throws Exception {
        Lab lab = started.getFirst();
        Office.Machine machine = lab.endpoint(1, 2);
        RandomGenerator random = RandomGeneratorFactory.of("Xoshiro256PlusPlus").create(SEED);
        RandomGenerator order = RandomGeneratorFactory.of("Xoshiro256PlusPlus").create(~SEED);
        Ward ward = new Ward(lab.deployment(), machine);
        ward.supervise();
        AtomicBoolean over = new AtomicBoolean();
        Semaphore permits = new Semaphore(0);
        List<String> told = new ArrayList<>();
        FutureTask<Integer> killing = new FutureTask<>(() -> {
            Harm.Target[] targets = Harm.Target.values();
            while (!over.get()) {
                lab.deployment().pause(random.nextInt(KILL_MILLIS));
                if (!permits.tryAcquire()) {
                    continue;
                }
                Harm.Target target = targets[random.nextInt(targets.length)];
                told.add("kill " + target);
                ward.apply(new Harm(0, target, Harm.Deed.KILL));
                lab.deployment().pause(random.nextInt(1_000));
                ward.mendAll();
            }
            return told.size();
        });
        Thread killer = Thread.ofVirtual().start(killing);
        try {
            new Journey(lab, machine, true, () -> {
                        assertFalse(killing.isDone(), "nobody kills any more");
                        permits.drainPermits();
                        permits.release(1 + order.nextInt(KILLS_PER_ORDER));
                    })
                    .travel();
        } catch (AssertionError | RuntimeException e) {
            over.set(true);
            killer.join();
            AssertionError failed =
                    new AssertionError("-Dinstall.seed=" + SEED + ": " + e.getMessage() + "\n" + told, e);
            if (killing.state() == Future.State.FAILED) {
                failed.addSuppressed(killing.exceptionNow());
            }
            throw failed;
        } finally {
            over.set(true);
            killer.join();
        }
        // A journey that nobody disturbed proves nothing.
        assertTrue(killing.get() > 0, "nothing was killed");
        System.out.println("install: seed " + SEED + ", " + told.size() + " kills");
    }

    /** Machines whose root directory is one of the test's. */
    private final class Installing implements AgentSettings {
        @Override
        public String moreYaml(Office.Machine machine) {
            return "install: {root: \"" + root(machine) + "\", drift: 10s}\n";
        }
    }

    private Path root(Office.Machine machine) {
        return folder.resolve("root-" + machine.folder());
    }

    /** What is on such a machine beforehand: no package, and an empty image, of the killed one's on a loop device where there are any. */
    private Path furnish(Office.Machine machine, boolean onDevice) throws IOException {
        Path root = root(machine);
        Path debian = Files.createDirectories(root.resolve("debian/var/lib/dpkg"));
        Files.createDirectories(debian.resolve("info"));
        Files.createDirectories(debian.resolve("updates"));
        Files.createDirectories(debian.resolve("triggers"));
        Files.createFile(debian.resolve("status"));
        Files.createFile(debian.resolve("available"));
        Files.createDirectories(root.resolve("images"));
        Path disk = root.resolve("images/disk");
        Path empty = Files.write(root.resolve("images/empty"), new byte[IMAGE_BYTES]);
        if (onDevice && LoopDevice.possible()) {
            LoopDevice device = LoopDevice.of(empty);
            devices.add(device);
            device.named(disk);
        } else {
            Files.move(empty, disk);
        }
        System.out.println(
                "install: the image is written to " + (Files.isRegularFile(disk) ? "a file" : "a loop device"));
        return root;
    }

    // ---- what is published
    // -----------------------------------------------------------------------------------------------

    private void publishAll(Lab lab) throws Exception {
        for (String version : List.of("1.0", "2.0", "2.1", "2.2", "2.3")) {
            boolean healthy = !version.equals("2.0") && !version.equals("2.2");
            publish(lab, app(version, healthy), "lab/app", version, """
                adapter: archive
                settings: {into: /opt/app}
                hooks:
                  health: {run: [hooks/health.sh], changes: false, timeout: 20s}
                """);
        }
        for (String version : List.of("1.0", "2.0")) {
            publish(
                    lab,
                    deb(version),
                    "lab/tool",
                    version,
                    "adapter: deb\nsettings: {root: /debian, scripts: chrootless}\n");
            Path image = Files.write(image(version), bytes(version.hashCode(), IMAGE_BYTES));
            publish(
                    lab,
                    image,
                    "lab/disk",
                    version,
                    "adapter: image\nsettings: {device: /images/disk}\n",
                    "--kind",
                    "image");
        }
        publishSuite(lab, "1.0", "1.0", "2.1");
        publishSuite(lab, "2.0", "2.0", "2.2");
        publishSuite(lab, "2.1", "2.0", "2.3");
    }

    /** An image, a package and a tree; the tree comes last, so its health decides about all of them. */
    private void publishSuite(Lab lab, String version, String both, String app) throws Exception {
        Path bundle = Files.writeString(folder.resolve("suite.yaml"), """
            name: lab/suite
            version: %s
            members:
              - {name: lab/disk, version: %s}
              - {name: lab/tool, version: %s}
              - {name: lab/app, version: %s}
            """.formatted(version, both, both, app));
        lab.deployment().publish(List.of("--bundle", bundle.toString()), List.of());
    }

    private Path image(String version) {
        return folder.resolve("disk-" + version + ".img");
    }

    private void publish(Lab lab, Path content, String name, String version, String install, String... more)
            throws Exception {
        Path section = Files.writeString(folder.resolve("install.yaml"), install);
        List<String> how = new ArrayList<>(List.of("--install", section.toString()));
        how.addAll(List.of(more));
        lab.deployment().publish(List.of(content.toString(), "--name", name, "--version", version), how);
    }

    private Path app(String version, boolean healthy) throws IOException {
        Path tree = folder.resolve("app-" + version);
        Files.createDirectories(tree.resolve("hooks"));
        Files.writeString(tree.resolve("version"), version);
        Files.write(tree.resolve("data"), bytes(version.hashCode(), 1 << 20));
        Path health = tree.resolve("hooks/health.sh");
        Files.writeString(health, "#!/bin/sh\nexit " + (healthy ? 0 : 3) + "\n");
        Files.setPosixFilePermissions(health, PosixFilePermissions.fromString("rwxr-xr-x"));
        return tree;
    }

    private Path deb(String version) throws Exception {
        OutsideProgram.require("dpkg-deb");
        Path tree = folder.resolve("tool-" + version);
        Files.createDirectories(tree.resolve("DEBIAN"));
        Files.createDirectories(tree.resolve("usr/share/lab-tool"));
        Files.writeString(tree.resolve("DEBIAN/control"), """
            Package: lab-tool
            Version: %s
            Architecture: all
            Maintainer: nobody <nobody@example.org>
            Description: a tool
            """.formatted(version));
        Files.writeString(tree.resolve("usr/share/lab-tool/version"), version);
        Path deb = folder.resolve("lab-tool_" + version + "_all.deb");
        Process build = new ProcessBuilder("dpkg-deb", "--root-owner-group", "--build", tree.toString(), deb.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("dpkg-deb.log").toFile())
                .start();
        assertEquals(0, build.waitFor(), "dpkg-deb");
        return deb;
    }

    private static byte[] bytes(long seed, int length) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    // ---- the journey
    // -----------------------------------------------------------------------------------------------------

    /** The orders that one machine gets, and what must be so after each. */
    private final class Journey {
        private final Lab lab;
        private final Office.Machine machine;
        private final EndpointId id;
        private final Path root;
        private final Runnable beforeOrder;

        Journey(Lab lab, Office.Machine machine, boolean onDevice, Runnable beforeOrder) throws IOException {
            this.root = furnish(machine, onDevice);
            this.lab = lab;
            this.beforeOrder = beforeOrder;
            this.machine = machine;
            this.id = EndpointId.parse(machine.agent().status().getAgentId());
        }

        void travel() throws Exception {
            alone();
            together();
            assertEquals(List.of(), leftovers(), "half-made files on the machine");
            assertEquals(List.of(), ReportInvariants.broken(lab.reports()), "stored reports");
        }

        /** A tree, through all that can happen to it. */
        private void alone() throws Exception {
            order("app-1", "install", "release: \"lab/app@1.0\"", ActionState.COMMITTABLE);
            assertEquals("1.0", Files.readString(root.resolve("opt/app/current/version")));
            order("app-1-commit", "commit", "release: \"lab/app@1.0\"", ActionState.COMMITTED);

            order("app-2", "update", "release: \"lab/app@2.0\"", ActionState.FAILED);
            assertEquals("1.0", Files.readString(root.resolve("opt/app/current/version")), "after the rollback");
            assertTrue(
                    lab.reports().stream()
                            .anyMatch(stored -> stored.id().endpoint().equals(id)
                                    && stored.entry().action().equals("app-2")
                                    && stored.entry().state() == ActionState.UNDOING),
                    "it was undone");

            order("app-2.1", "update", "release: \"lab/app@2.1\"", ActionState.COMMITTABLE);
            assertEquals("2.1", Files.readString(root.resolve("opt/app/current/version")));
            order("app-back", "rollback", "release: \"lab/app@2.1\"", ActionState.UNDONE);
            assertEquals(
                    "1.0", Files.readString(root.resolve("opt/app/current/version")), "after the order to go back");
            order("app-2.1-again", "update", "release: \"lab/app@2.1\"", ActionState.COMMITTABLE);
            order("app-2.1-commit", "commit", "release: \"lab/app@2.1\"", ActionState.COMMITTED);
            order("app-gone", "remove", "release: \"lab/app@2.1\"", ActionState.COMMITTED);
            assertFalse(Files.exists(root.resolve("opt/app/current/version")));
        }

        /** An image, a package and a tree as one. */
        private void together() throws Exception {
            byte[] before = Files.readAllBytes(root.resolve("images/disk"));
            order("suite", "install", "bundle: \"lab/suite@1.0\"", ActionState.COMMITTABLE);
            requireSuite("1.0", "2.1");
            order("suite-back", "rollback", "bundle: \"lab/suite@1.0\"", ActionState.UNDONE);
            assertEquals(
                    java.util.Arrays.hashCode(before),
                    java.util.Arrays.hashCode(Files.readAllBytes(root.resolve("images/disk"))),
                    "the image is as it was");
            assertFalse(Files.exists(root.resolve("debian/usr/share/lab-tool")), "the package is gone");
            assertFalse(Files.exists(root.resolve("opt/app/current/version")), "the tree is gone");
            order("suite-again", "install", "bundle: \"lab/suite@1.0\"", ActionState.COMMITTABLE);
            order("suite-commit", "commit", "bundle: \"lab/suite@1.0\"", ActionState.COMMITTED);
            requireSuite("1.0", "2.1");

            // The tree of the next one is ill, so the image and the package that came before it go back as well.
            order("suite-2", "update", "bundle: \"lab/suite@2.0\"", ActionState.FAILED);
            requireSuite("1.0", "2.1");
            order("suite-2.1", "update", "bundle: \"lab/suite@2.1\"", ActionState.COMMITTABLE);
            requireSuite("2.0", "2.3");
            order("suite-2.1-commit", "commit", "bundle: \"lab/suite@2.1\"", ActionState.COMMITTED);
            order("suite-gone", "remove", "bundle: \"lab/suite@2.1\"", ActionState.COMMITTED);
            assertFalse(Files.exists(root.resolve("debian/usr/share/lab-tool")), "the package is gone");
            assertFalse(Files.exists(root.resolve("opt/app/current/version")), "the tree is gone");
            assertEquals(
                    java.util.Arrays.hashCode(new byte[IMAGE_BYTES]),
                    java.util.Arrays.hashCode(Files.readAllBytes(root.resolve("images/disk"))),
                    "nothing of the image is left");
        }

        private void requireSuite(String both, String app) throws IOException {
            assertEquals(-1, Files.mismatch(image(both), root.resolve("images/disk")), "the image");
            assertEquals(both, Files.readString(root.resolve("debian/usr/share/lab-tool/version")), "the package");
            assertEquals(app, Files.readString(root.resolve("opt/app/current/version")), "the tree");
        }

        private void order(String action, String operation, String subject, ActionState end) {
            beforeOrder.run();
            lab.deployment().desired().want(id, action, operation, subject, ", leaseFor: 5m");
            try {
                await(action + " ends")
                        .atMost(SOON)
                        .pollInterval(Duration.ofMillis(200))
                        .until(() -> ReportInvariants.ended(lab.reports(), id, action) > 0);
            } catch (ConditionTimeoutException e) {
                throw new AssertionError(
                        e.getMessage() + "; " + story(action) + "; the agent said:\n"
                                + tail(lab.deployment().said(machine)),
                        e);
            }
            assertEquals(end, last(action), () -> story(action));
            lab.deployment().desired().drop(action);
        }

        private static String tail(String said) {
            List<String> lines = said.lines().toList();
            return String.join("\n", lines.subList(Math.max(0, lines.size() - LINES_SHOWN), lines.size()));
        }

        private ActionState last(String action) {
            return lab.reports().stream()
                    .filter(stored -> stored.id().endpoint().equals(id)
                            && stored.entry().action().equals(action))
                    .reduce((a, b) -> b)
                    .orElseThrow()
                    .entry()
                    .state();
        }

        private String story(String action) {
            return lab.reports().stream()
                    .filter(stored -> stored.id().endpoint().equals(id)
                            && stored.entry().action().equals(action))
                    .map(stored -> stored.entry().state() + " " + stored.entry().detail())
                    .toList()
                    .toString();
        }

        private List<Path> leftovers() throws IOException {
            try (Stream<Path> all = Files.walk(root)) {
                return all.filter(path -> path.getFileName().toString().contains("packhorse-new"))
                        .toList();
            }
        }
    }
}
