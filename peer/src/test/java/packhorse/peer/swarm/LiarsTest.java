package packhorse.peer.swarm;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Liars cost time, never correctness and never the download. Two runs, or as many as {@code -Dliars.runs=20} asks for. */
final class LiarsTest {
    @TempDir
    Path dir;

    @TestFactory
    Stream<DynamicTest> threeLiarsBesideThreeHonestPeersStopNothing() {
        int runs = Integer.getInteger("liars.runs", 2);
        return IntStream.rangeClosed(1, runs)
                .mapToObj(run -> DynamicTest.dynamicTest("run " + run + " of " + runs, () -> {
                    LiarsRun.Outcome outcome =
                            LiarsRun.run(dir.resolve(Integer.toString(run)), 30 + run, "127.30." + (30 + run));
                    System.out.println("liars, run " + run + " of " + runs + ": " + outcome);
                    assertTrue(outcome.right(), outcome::toString);
                    assertTrue(outcome.bans() > 0, "the liars were never noticed: " + outcome);
                }));
    }
}
