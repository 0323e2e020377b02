package packhorse.console.law;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import packhorse.console.law.SmallWorld.Setting;
import packhorse.console.law.SmallWorld.Trouble;
import packhorse.console.wave.DeploymentState;

/** Whatever a small world does, no law is broken in it. */
final class ExplorerTest {
    /** Seconds, not minutes. */
    private static final int STATES_MAX = 600_000;

    /** The worlds, each with the troubles that it is explored with one at a time. */
    static Stream<Arguments> worlds() {
        Map<Setting, Set<Trouble>> worlds = new TreeMap<>();
        worlds.put(Setting.TWO_WAVES, EnumSet.complementOf(EnumSet.of(Trouble.ABORT)));
        worlds.put(Setting.BETA, EnumSet.of(Trouble.EXTEND, Trouble.SKIP, Trouble.ABORT));
        worlds.put(
                Setting.BACKOUT,
                EnumSet.of(Trouble.HOLD, Trouble.BLACKOUT, Trouble.AMENDMENT, Trouble.SECOND_CONSOLE, Trouble.ABORT));
        return worlds.entrySet().stream()
                .flatMap(world -> world.getValue().stream().map(trouble -> Arguments.of(world.getKey(), trouble)));
    }

    @ParameterizedTest
    @MethodSource("worlds")
    void noLawIsBrokenInAnyStateOfTheSmallWorld(Setting setting, Trouble trouble, TestReporter reporter) {
        Explorer.Found found = new Explorer(setting, new Machinery(), Set.of(trouble), STATES_MAX).explore(numbers());
        reporter.publishEntry(
                setting + " with " + trouble,
                found.states() + " states, " + found.steps() + " steps, " + new TreeSet<>(found.reached()));
        assertEquals(List.of(), found.breaches(), () -> String.join("\n", found.way()));
        assertTrue(found.reached().contains(DeploymentState.CLOSED), () -> "reached are " + found.reached());
        assertTrue(found.whole(), () -> "more than " + STATES_MAX + " states");
    }

    static Set<Integer> numbers() {
        return Laws.ALL.stream().map(Law::number).collect(Collectors.toSet());
    }
}
