package packhorse.dist.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import packhorse.core.unit.ByteRate;

/**
 * A change on its whole road, on real processes: tracker, origin, console and agents; asked for, approved, signed, launched and watched by four
 * people with the command line, each with rights of their own.
 */
@Timeout(value = 8, unit = TimeUnit.MINUTES)
final class RoadJourneyTest {
    @Test
    void fourPeopleBringAReleaseToEveryOffice() throws Exception {
        DemoPlan plan = new DemoPlan(Path.of(System.getProperty("java.home"), "release"), 2, 3, wan(), false);
        try (Deployment deployment =
                new Deployment(plan, LoopbackNet.take(ProcessHandle.current().pid()))) {
            deployment.start(new Governed());
            Road road = new Road(deployment, (format, arguments) -> System.out.printf(format + "%n", arguments));
            road.publishTool("1.0", false);
            Road.Journey first = road.begin(new Road.Wish(
                    "1.0",
                    "INSTALL",
                    "site=in=(office-1,office-2)",
                    "{\"name\": \"one\", \"slice\": {\"is\": \"sites\", \"names\": [\"office-1\"]}}, {\"name\":"
                            + " \"rest\", \"slice\": {\"is\": \"rest\"}}",
                    true,
                    true));
            Road.Journey done = road.follow(first, "ANALYSIS", "EVALUATION");
            assertTrue(
                    done.verdicts().stream().allMatch(line -> line.contains(" PASS\n")),
                    done.verdicts().toString());
            for (Office.Machine machine : deployment.machines()) {
                assertEquals(
                        "echo this is tool 1.0",
                        Files.readAllLines(Governed.root(machine).resolve("opt/demo/tool/current/bin/tool"))
                                .get(1));
            }
            assertEquals(3, done.verdicts().size());
        }
    }

    private static ByteRate wan() {
        return ByteRate.parse("100Mbit");
    }
}
