package packhorse.peer.channel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import packhorse.core.state.Priority;

final class TurnsTest {
    private static final int BATCH = 64 << 10;

    /** Everybody named waits with one batch after another; who gets how many of {@code batches}. */
    private static Map<String, Integer> serve(int batches, Map<String, Priority> waiting) {
        Turns<String> turns = new Turns<>();
        new TreeMap<>(waiting).forEach((who, priority) -> turns.join(who, priority, BATCH));
        Map<String, Integer> got = new TreeMap<>();
        for (int i = 0; i < batches; i++) {
            String next = turns.next().orElseThrow();
            turns.serve();
            got.merge(next, 1, Integer::sum);
            Optional.ofNullable(waiting.get(next)).ifPresent(priority -> turns.join(next, priority, BATCH));
        }
        return got;
    }

    @Test
    void connectionsOfOneClassTakeTurns() {
        assertEquals(
                Map.of("a", 100, "b", 100, "c", 100),
                serve(300, Map.of("a", Priority.NORMAL, "b", Priority.NORMAL, "c", Priority.NORMAL)));
    }

    @Test
    void theBackgroundYieldsToAPersonButForItsShare() {
        Map<String, Integer> got = serve(1000, Map.of("user", Priority.USER, "staged", Priority.BACKGROUND));
        double share = got.getOrDefault("staged", 0) / 1000.0;
        assertTrue(share > 0.03 && share <= 0.06, got::toString);
    }

    @Test
    void nobodyStarvesBehindTwoClasses() {
        Map<String, Integer> got =
                serve(1000, Map.of("user", Priority.USER, "wave", Priority.NORMAL, "staged", Priority.BACKGROUND));
        assertTrue(got.getOrDefault("staged", 0) >= 30, got::toString);
        assertTrue(got.getOrDefault("wave", 0) >= 30, got::toString);
        assertTrue(got.getOrDefault("user", 0) >= 880, got::toString);
    }

    @Test
    void aPersonWhoComesIsNextAtOnce() {
        Turns<String> turns = new Turns<>();
        turns.join("staged", Priority.BACKGROUND, BATCH);
        turns.join("wave", Priority.NORMAL, BATCH);
        turns.join("user", Priority.USER, BATCH);
        assertEquals(Optional.of("user"), turns.next());
        turns.leave("user");
        assertEquals(Optional.of("wave"), turns.next());
    }
}
