package packhorse.peer.desired;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import packhorse.core.content.Sha256;
import packhorse.peer.desired.Plan.Holding;
import packhorse.peer.desired.Plan.Purpose;
import packhorse.peer.desired.Plan.Step;

final class PlanTest {
    private static final Sha256 A = pack(1);
    private static final Sha256 B = pack(2);
    private static final Sha256 C = pack(3);
    private static final Sha256 D = pack(4);

    private static Sha256 pack(int number) {
        byte[] digest = new byte[Sha256.LENGTH_BYTES];
        digest[0] = (byte) number;
        return Sha256.ofDigest(digest);
    }

    @Test
    void wantedMinusHaveIsThePlan() {
        Plan plan = Plan.of(Set.of(A, B, C), Map.of(B, Holding.PART, C, Holding.WHOLE), Map.of(D, Purpose.FETCH));
        assertEquals(
                List.of(new Step.Fetch(A, false), new Step.Fetch(B, true), new Step.Serve(C), new Step.End(D)),
                plan.steps());
    }

    @Test
    void aStateThatIsAsWantedHasAnEmptyPlanWhateverItIs() {
        long seed = 41;
        Random random = new Random(seed);
        for (int round = 0; round < 500; round++) {
            Set<Sha256> wanted = new HashSet<>();
            Map<Sha256, Holding> held = new HashMap<>();
            Map<Sha256, Purpose> running = new HashMap<>();
            for (int number = 0; number < 6; number++) {
                if (random.nextBoolean()) {
                    wanted.add(pack(number));
                }
                if (random.nextBoolean()) {
                    held.put(pack(number), random.nextBoolean() ? Holding.PART : Holding.WHOLE);
                }
                if (random.nextBoolean()) {
                    running.put(pack(number), random.nextBoolean() ? Purpose.FETCH : Purpose.SERVE);
                }
            }
            for (Step step : Plan.of(wanted, held, running).steps()) {
                switch (step) {
                    case Step.Fetch fetch -> running.put(fetch.pack(), Purpose.FETCH);
                    case Step.Serve serve -> running.put(serve.pack(), Purpose.SERVE);
                    case Step.End end -> running.remove(end.pack());
                }
            }
            assertEquals(List.of(), Plan.of(wanted, held, running).steps(), "seed " + seed + ", round " + round);
        }
    }
}
