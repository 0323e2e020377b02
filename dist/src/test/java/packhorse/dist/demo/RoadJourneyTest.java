package packhorse.dist.demo;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import packhorse.console.json.Records;
import packhorse.core.unit.ByteRate;
import packhorse.dist.CommandLines;

/**
 * Changes on their whole road, on real processes: tracker, origin, console and agents; asked for, approved, signed, launched and watched by
 * four people with the command line, each with rights of their own. All journeys are one deployment's, each with releases of its own; the
 * walk that the demo shows, with a wave that is taken back, is {@link DemoTest}'s.
 */
@Timeout(value = 14, unit = TimeUnit.MINUTES)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class RoadJourneyTest {
    private final Deployment deployment = new Deployment(
            new DemoPlan(Path.of(System.getProperty("java.home"), "release"), 2, 3, ByteRate.parse("100Mbit"), false),
            LoopbackNet.take(ProcessHandle.current().pid()));

    private Road road;

    /** Content of the image; machines have as much room for it. */
    private static final int IMAGE_BYTES = 64 << 10;

    /** While waves run; each takes a console some seconds to be back. */
    private static final int KILLS = Integer.getInteger("road.kills", 5);

    private static final Duration SOON = Duration.ofMinutes(3);

    private static final long SEED = Long.getLong("road.seed", 1);

    private static final int KILL_MILLIS = 2_000;

    /** Some ticks of the scheduler. */
    private static final int QUIET_MILLIS = 3_000;

    @BeforeAll
    void start() throws Exception {
        deployment.start(new Governed());
        road = new Road(deployment, (format, arguments) -> System.out.printf(format + "%n", arguments));
    }

    @AfterAll
    void close() {
        deployment.close();
    }

    @Test
    void whoeverMayNotIsToldWhyAndNothingIsDone() throws Exception {
        Ware editor = road.wares()
                .publish("demo/editor", "1.0", false, "package", tree("editor"), archive("editor", ""), List.of());
        Refused refused = new Refused();
        Refusals refusals = new Refusals(refused, road, editor);
        String order = refusals.beforeThePlanIsSigned();
        refusals.aroundTheSignatures(order);
        String early = refusals.beforeItsWindow(order);

        // It was started, its window is in days: the scheduler had time to begin, and did not.
        road.follow(new Road.Journey(order, early, List.of()), "ROLLING");
        deployment.pause(QUIET_MILLIS);
        Object progress = road.cast().operator().does("wave", "show-progress", early);
        assertEquals(List.of(0L), waves(progress, "underWay"), progress.toString());
        assertEquals(List.of(0L), waves(progress, "ended"), progress.toString());
        assertEquals(List.of(), holders("editor"));
        road.cast().operator().does("wave", "abort", early, "--remarks", "it is not wanted any more");
        assertEquals("", refused.otherwise());
        System.out.println(refused.asked() + " refusals");
    }

    @Test
    void anImageADatabaseAndAServerGoInInTheirOrder() throws Exception {
        Path image = deployment.scratch().write("system.img", "image" + "x".repeat(IMAGE_BYTES));
        for (Office.Machine machine : deployment.machines()) {
            Path disk = Governed.root(machine).resolve("images/disk");
            Files.createDirectories(disk.resolveSibling("."));
            Files.write(disk, new byte[(int) Files.size(image)]);
        }
        Wares wares = road.wares();
        Ware system = wares.publish(
                "demo/system",
                "1.0",
                true,
                "image",
                image,
                "adapter: image\nsettings: {device: /images/disk}\n",
                List.of());
        Ware database = wares.publish(
                "demo/database",
                "1.0",
                false,
                "package",
                tree("database", "test \"$(head -c 5 \"$PACKHORSE_ROOT/images/disk\")\" = image"),
                archive("database", "pre: {run: [bin/database], changes: false, privileged: true}"),
                List.of());
        Ware server = wares.publish(
                "demo/server",
                "1.0",
                false,
                "package",
                tree("server", "test -x \"$PACKHORSE_ROOT/opt/demo/database/current/bin/database\""),
                archive("server", "pre: {run: [bin/server], changes: false, privileged: true}"),
                List.of("--depends", "demo/database:[1.0,)"));
        Road.Wish wish = new Road.Wish(
                List.of(system, database, server),
                "\"INSTALL\", \"INSTALL_IMAGE\"",
                road.everywhere(),
                Road.REST,
                Road.Manner.PROVED.decidedByPeople());
        String order = road.open(wish);
        road.plan(order, wish);
        road.sign(order);
        Refused refused = new Refused();
        ship(refused, order, system, database);
        Road.Journey begun = new Road.Journey(order, road.launch(order), List.of());
        Person anna = road.cast().approver();
        judge(refused, begun.deployment() + "/W0");
        road.follow(begun, "BETA_EVALUATION");
        String[] go = {"wave", "decide", begun.deployment(), "--decision", "GO", "--remarks", "all three run"};
        refused.no(road.cast().operator(), Refused.NO, "not its operator's alone", go);
        anna.does(go);
        judge(refused, begun.deployment() + "/W1");
        road.follow(begun, "ANALYSIS", "EVALUATION");
        for (String name : List.of("database", "server")) {
            assertEquals(deployment.machines().size(), holders(name).size(), "what came too early had failed: " + name);
        }
        for (Office.Machine machine : deployment.machines()) {
            assertEquals(-1, Files.mismatch(image, Governed.root(machine).resolve("images/disk")), machine.id());
        }
        assertEquals("", refused.otherwise());
    }

    @Test
    void aConsoleThatIsKilledAgainAndAgainLosesNothingAndDoesNothingTwice() throws Exception {
        Ware counted = road.wares()
                .publish(
                        "demo/counted",
                        "1.0",
                        false,
                        "package",
                        tree("counted", "echo \"$1$PACKHORSE_ACTION\" >> \"$PACKHORSE_ROOT/counted\""),
                        archive(
                                "counted",
                                "post: {run: [bin/counted], undo: [bin/counted, undone-], changes: true, privileged:"
                                        + " true}"),
                        List.of());
        String waves = Road.wave("one", "office-1") + ", " + Road.REST;
        Road.Journey begun = road.begin(
                new Road.Wish(List.of(counted), "\"INSTALL\"", road.everywhere(), waves, Road.Manner.PROVED));
        FutureTask<CommandLines.Said> watching =
                new FutureTask<>(() -> olga("wave", "watch", begun.deployment(), "--json"));
        Thread.ofVirtual().start(watching);
        holdAndLift(begun.deployment());
        RandomGenerator random = RandomGeneratorFactory.of("Xoshiro256PlusPlus").create(SEED);
        int within = 0;
        for (int kill = 0; kill < KILLS && !isOver(begun.deployment()); kill++) {
            within = kill;
            deployment.pause(random.nextInt(KILL_MILLIS));
            deployment.killConsole();
            deployment.startConsole();
        }
        assertTrue(within > 1, "it was over before the console was killed: -Droad.seed=" + SEED);

        Road.Journey done = road.follow(begun, "ANALYSIS", "EVALUATION");
        assertEquals(3, done.verdicts().size(), done.toString());
        assertTrue(done.verdicts().stream().allMatch(line -> line.contains(" PASS\n")), done.toString());
        Object progress = road.cast().operator().does("wave", "show-progress", begun.deployment());
        assertEquals(
                deployment.machines().size(),
                waves(progress, "succeeded").stream().mapToLong(Long::longValue).sum(),
                progress.toString());
        assertEquals(List.of(0L, 0L, 0L), waves(progress, "unreported"), progress.toString());
        countedOnce(begun.deployment());
        assertEquals(0, olga("audit", "verify").code());
        handedIn(begun.order());
        CommandLines.Said watched = watching.get(3, TimeUnit.MINUTES);
        assertEquals(0, watched.code(), watched.toString());
        assertTrue(watched.out().lines().count() > 1, watched.out());
        watched.out().lines().forEach(line -> Records.plain(line, "a line of wave watch"));
    }

    /** By one short command, and seen by whoever looks. */
    private void holdAndLift(String deployed) {
        CommandLines.Said held = olga("hold", deployed, "--why", "twelve calls");
        assertEquals(0, held.code(), held.err());
        assertEquals(
                deployed + " is held; packhorse wave lift " + deployed + " --kind OPERATOR lets it go on",
                held.out().strip());
        String seen = olga("wave", "watch", deployed, "--once").out();
        assertTrue(seen.contains("HELD (OPERATOR) by olga: twelve calls"), seen);
        CommandLines.Said lifted = olga("wave", "lift", deployed, "--kind", "OPERATOR", "--remarks", "all answered");
        assertEquals(0, lifted.code(), lifted.err());
        assertFalse(olga("wave", "watch", deployed, "--once").out().contains("HELD"));
    }

    /** What the machines say: each did it once, at its first attempt. */
    private void countedOnce(String deployed) throws IOException {
        Set<String> actions = new HashSet<>();
        for (Office.Machine machine : deployment.machines()) {
            List<String> lines = Files.readAllLines(Governed.root(machine).resolve("counted"));
            assertEquals(1, lines.size(), machine.id() + ": " + lines);
            assertTrue(
                    lines.getFirst().startsWith(deployed + "/W")
                            && lines.getFirst().endsWith(".1"),
                    lines.toString());
            actions.add(machine.id() + " " + lines.getFirst());
        }
        assertEquals(deployment.machines().size(), actions.size());
    }

    /** What an auditor gets of it: savings that balance or say why not, and evidence that is proved, and not any more once touched. */
    private void handedIn(String order) throws IOException {
        Road.HandedIn handedIn = road.handIn(order, deployment.scratch().folder("handed-in-" + order));
        Object savings = Person.at(road.cast().operator().does("report", "savings", order), "facts");
        assertEquals(deployment.machines().size(), Integer.parseInt(Person.text(savings, "endpoints")));
        CommandLines.Said shown = olga("report", "savings", order);
        assertEquals(0, shown.code(), shown.err());
        assertTrue(
                Person.text(savings, "difference").equals("0")
                        ? shown.out().contains("It balances")
                        : shown.out().contains("It does not balance"),
                shown.out());
        System.out.println(shown.out());

        Path pack = handedIn.evidence();
        CommandLines.Said proved =
                CommandLines.run("report", "verify-evidence", pack.toString(), "--key", handedIn.key());
        assertEquals(0, proved.code(), proved.err());
        assertTrue(proved.out().contains("is proved: the evidence of " + order), proved.out());
        byte[] bytes = Files.readAllBytes(pack);
        bytes[bytes.length / 2] ^= 1;
        Path touched = Files.write(pack.resolveSibling("touched.zip"), bytes);
        CommandLines.Said refused =
                CommandLines.run("report", "verify-evidence", touched.toString(), "--key", handedIn.key());
        assertEquals(Refused.NO, refused.code(), refused.toString());
        assertEquals(1, refused.err().lines().count(), refused.err());
        assertTrue(refused.err().contains("is not proved: "), refused.err());
    }

    private boolean isOver(String deployed) {
        return List.of("ANALYSIS", "EVALUATION")
                .contains(Person.text(road.cast().operator().does("wave", "show-progress", deployed), "state"));
    }

    /** As she types it. */
    private CommandLines.Said olga(String... words) {
        return CommandLines.patiently(Stream.concat(
                        Stream.of(words),
                        Stream.of("--profile", road.cast().operator().profile().toString()))
                .toArray(String[]::new));
    }

    /** Waits until a person is asked how the wave was; whoever operates it may not say, somebody else does. */
    private void judge(Refused refused, String wave) {
        String deployed = wave.substring(0, wave.lastIndexOf('/'));
        await(wave + " is to be judged")
                .atMost(SOON)
                .pollInterval(Duration.ofMillis(300))
                .until(
                        () -> olga("wave", "watch", deployed, "--once").out(),
                        said -> said.lines().anyMatch(line -> line.startsWith("  a person has to decide: PASS")));
        String[] well = {"wave", "judge", wave, "--verdict", "PASS", "--why", "all of it runs"};
        refused.no(road.cast().operator(), Refused.NO, "not its operator's alone", well);
        road.cast().approver().does(well);
    }

    private void ship(Refused refused, String order, Ware carried, Ware electronic) {
        Person olga = road.cast().operator();
        String[] sent = {
            "order",
            "report-shipment",
            order,
            "--release",
            carried.release(),
            "--site",
            "office-2",
            "--medium",
            "DVD 1",
            "--carrier",
            "post"
        };
        String[] received = {
            "order",
            "receive-shipment",
            order,
            "--release",
            carried.release(),
            "--site",
            "office-2",
            "--medium",
            "DVD 1"
        };
        refused.no(olga, 3, "was sent to office-2", received);
        olga.does(sent);
        refused.no(olga, 3, "already", sent);
        olga.does(received);
        refused.no(olga, 3, "received at office-2 already", received);
        refused.no(
                olga,
                3,
                "on a medium",
                "order",
                "report-shipment",
                order,
                "--release",
                electronic.release(),
                "--site",
                "office-2",
                "--medium",
                "DVD 1",
                "--carrier",
                "post");
    }

    private Path tree(String name, String... lines) {
        Path tree = deployment.scratch().folder("content-" + name).resolve(name);
        Wares.program(tree.resolve("bin").resolve(name), "#!/bin/sh\n" + String.join("\n", lines) + "\n");
        return tree;
    }

    private static String archive(String name, String hooks) {
        return "adapter: archive\nsettings: {into: /opt/demo/" + name + "}\nhooks: {" + hooks + "}\n";
    }

    /** The machines that have it in use. */
    private List<String> holders(String name) {
        return deployment.machines().stream()
                .filter(machine -> Files.exists(Governed.root(machine)
                        .resolve("opt/demo")
                        .resolve(name)
                        .resolve("current/bin")
                        .resolve(name)))
                .map(Office.Machine::id)
                .toList();
    }

    /** That number of each wave. */
    private static List<Long> waves(Object progress, String number) {
        return Person.at(progress, "waves") instanceof List<?> all
                ? all.stream()
                        .map(wave -> Long.valueOf(Person.text(wave, number)))
                        .toList()
                : List.of();
    }
}
