package packhorse.peer.swarm;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.io.TempDir;

/** Liars cost time, never correctness and never the download. Twenty runs: {@link LiarsRun}. */
final class LiarsTest {
    @TempDir
    Path dir;

    @RepeatedTest(2)
    void threeLiarsBesideThreeHonestPeersStopNothing(RepetitionInfo repetition) throws Exception {
        int run = repetition.getCurrentRepetition();
        LiarsRun.Outcome outcome = LiarsRun.run(dir, 30 + run, "127.30." + (30 + run));
        System.out.println("liars: " + outcome);
        assertTrue(outcome.right(), outcome::toString);
        assertTrue(outcome.bans() > 0, "the liars were never noticed: " + outcome);
    }
}
