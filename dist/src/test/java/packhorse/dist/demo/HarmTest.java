package packhorse.dist.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A new machine comes from its token to its release, and to its deletion again, while its agent, its swarm process and the tracker
 * are killed and stopped at random moments. {@code -Dharm.rounds=300 -Dharm.seed=1} runs other rounds than the suite's.
 */
final class HarmTest {
    private static final int ROUNDS = Integer.getInteger("harm.rounds", 6);
    private static final long SEED = Long.getLong("harm.seed", 1);
    private static final int RELEASES = 2;

    /** Deployments whose rounds go on at once: a round mostly waits for watchdogs, back-offs and its own harms. */
    private static final int WORLDS = Integer.getInteger("harm.worlds", 2);

    /** Slow enough that harms meet the transfer: 6 MiB take three seconds. */
    private static final String WAN = "16Mbit";

    @TempDir
    private Path folder = Path.of("");

    @Test
    void aNewMachineComesToItsReleaseWhateverIsDoneToItsProcesses() throws Exception {
        say(ROUNDS + " rounds in " + WORLDS + " worlds; again with -Dharm.rounds=" + ROUNDS + " -Dharm.seed=" + SEED);
        Queue<Integer> rounds = new ConcurrentLinkedQueue<>();
        IntStream.range(0, ROUNDS).forEach(rounds::add);
        try (ExecutorService worlds = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < Math.min(WORLDS, ROUNDS); i++) {
                Path own = Files.createDirectories(folder.resolve("world-" + i));
                running.add(worlds.submit(() -> {
                    try {
                        world(own, rounds);
                    } catch (Throwable e) {
                        // The others need not go on for minutes.
                        rounds.clear();
                        throw e;
                    }
                    return null;
                }));
            }
            for (Future<?> world : running) {
                world.get();
            }
        }
    }

    /** One deployment, to which machines come one after the other until no round is left. */
    private static void world(Path folder, Queue<Integer> rounds) throws Exception {
        try (Lab lab = Lab.start(1, 1, WAN, false, new NobodyYet())) {
            List<String> hashes = publish(lab, folder);
            for (Integer round = rounds.poll(); round != null; round = rounds.poll()) {
                round(lab, round, hashes);
            }
            assertEquals(List.of(), ReportInvariants.broken(lab.reports()), "stored reports");
        }
    }

    private static void round(Lab lab, int round, List<String> hashes) throws Exception {
        long seed = SEED + round;
        RandomGenerator random = RandomGeneratorFactory.of("Xoshiro256PlusPlus").create(seed);
        HarmRound story = new HarmRound(lab, round, random);
        int release = round % RELEASES;
        try {
            story.run(version(release), hashes.get(release));
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError(
                    "round " + round + ", -Dharm.rounds=1 -Dharm.seed=" + seed + ": " + e.getMessage() + "\n"
                            + story.told(),
                    e);
        }
        say("round " + round + " of seed " + seed + ": " + story.summary());
    }

    private static List<String> publish(Lab lab, Path folder) throws InterruptedException, IOException {
        List<String> hashes = new ArrayList<>();
        for (int release = 0; release < RELEASES; release++) {
            Path content = Lab.content(folder, "6MiB", 100 + release);
            lab.publish(content, version(release), false);
            hashes.add(Demo.sha256(content));
            Files.delete(content);
        }
        return hashes;
    }

    private static String version(int release) {
        return (release + 1) + ".0";
    }

    private static void say(String line) {
        System.out.println("harm: " + line);
    }

    /** An office to which the machines come one after the other. */
    private static final class NobodyYet implements AgentSettings {
        @Override
        public boolean runs(Office.Machine machine) {
            return false;
        }
    }
}
