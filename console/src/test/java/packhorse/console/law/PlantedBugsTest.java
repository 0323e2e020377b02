package packhorse.console.law;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The explorer finds what it is there to find. */
final class PlantedBugsTest {
    private static final int STATES_MAX = 300_000;

    @ParameterizedTest
    @EnumSource(PlantedBugs.class)
    void theExplorerFindsIt(PlantedBugs bug, TestReporter reporter) {
        Explorer.Found found =
                new Explorer(bug.setting(), bug.machinery(), bug.troubles(), STATES_MAX).explore(Set.of(bug.law()));
        reporter.publishEntry(bug.name(), found.states() + " states; " + found.breaches() + " after " + found.way());
        assertFalse(found.breaches().isEmpty(), () -> "nothing found in " + found.states() + " states");
    }

    @Test
    void eachLawHasOne() {
        assertEquals(
                new TreeSet<>(ExplorerTest.numbers()),
                Arrays.stream(PlantedBugs.values())
                        .map(PlantedBugs::law)
                        .collect(Collectors.toCollection(TreeSet::new)));
    }
}
