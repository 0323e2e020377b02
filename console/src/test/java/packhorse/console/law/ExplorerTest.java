package packhorse.console.law;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import packhorse.console.wave.DeploymentState;

/** Whatever a small world does, no law is broken in it. */
final class ExplorerTest {
    /** Seconds, not minutes. */
    private static final int STATES_MAX = 600_000;

    @ParameterizedTest
    @EnumSource(SmallWorld.Trouble.class)
    void noLawIsBrokenInAnyStateOfTheSmallWorld(SmallWorld.Trouble trouble, TestReporter reporter) {
        Explorer.Found found = new Explorer(new Machinery(), Set.of(trouble), STATES_MAX).explore(numbers());
        reporter.publishEntry("small world with " + trouble, found.states() + " states, " + found.steps() + " steps");
        assertEquals(List.of(), found.breaches(), () -> String.join("\n", found.way()));
        assertTrue(found.reached().contains(DeploymentState.CLOSED), () -> "reached are " + found.reached());
        assertTrue(found.whole(), () -> "more than " + STATES_MAX + " states");
    }

    static Set<Integer> numbers() {
        return Laws.ALL.stream().map(Law::number).collect(Collectors.toSet());
    }
}
