package packhorse.console.trackers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class HalvesTest {
    private static final List<Integer> ALL = IntStream.range(0, 500).boxed().toList();

    private final Set<Integer> answered = new TreeSet<>();
    private final List<Integer> failed = new ArrayList<>();
    private int tries;
    private Duration each = Duration.ZERO;

    private void ask(Predicate<Integer> bad) {
        Halves.ask(
                ALL,
                some -> {
                    tries++;
                    if (some.stream().anyMatch(bad)) {
                        throw new IllegalStateException("no answer");
                    }
                    answered.addAll(some);
                },
                (some, why) -> failed.addAll(some),
                () -> each.multipliedBy(tries).toNanos());
    }

    @Test
    void allAreAskedAtOnceWhereAllIsWell() {
        ask(one -> false);
        assertEquals(1, tries);
        assertEquals(new TreeSet<>(ALL), answered);
    }

    @Test
    void someBadOnesCostTheirOwnAnswersAndFewTries() {
        ask(one -> one == 0 || one == 1 || one == 250 || one == 499);
        assertEquals(List.of(0, 1, 250, 499), failed);
        assertEquals(496, answered.size());
        assertTrue(tries < 80, tries + " tries");
    }

    @Test
    void whereNothingIsAnsweredItIsNotTriedForEach() {
        ask(one -> true);
        assertEquals(ALL, failed);
        assertEquals(Halves.FAILED_MAX, tries);
    }

    @Test
    void whereEachTryWaitsForTheDatabaseFewAreTried() {
        each = Duration.ofSeconds(10);
        ask(one -> true);
        assertEquals(ALL, failed);
        assertEquals(3, tries, "at once, and twice within a quarter of a minute");
    }

    @Test
    void whereSomeAreAnsweredTheRestIsTriedHoweverLongItTakes() {
        each = Duration.ofSeconds(1);
        ask(one -> one == 250 || one == 499);
        assertEquals(List.of(250, 499), failed);
        assertTrue(tries > 20, tries + " tries");
    }
}
