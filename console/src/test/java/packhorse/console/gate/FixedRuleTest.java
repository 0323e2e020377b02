package packhorse.console.gate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** What the usual rules do, and this package does not: the figures that the plan of a gate is argued with. */
final class FixedRuleTest {
    /** "At most 5 % errors" over a small group lets a build through that fails on every tenth machine. */
    @Test
    void aSmallGroupWithAPercentageLetsABadBuildThrough() {
        assertEquals(0.39, Binomial.atMost(1, 20, 0.10), 0.005);
        assertEquals(0.11, Binomial.atMost(2, 50, 0.10), 0.005);
        assertEquals(0.058, Binomial.atMost(5, 100, 0.10), 0.0005);
        assertEquals(0.008, Binomial.atMost(10, 200, 0.10), 0.0005);
    }

    /** "Stop at more than 5 % errors", asked at every one of a thousand reports, stops builds that fail 2 %. */
    @Test
    void askingAgainAndAgainStopsAGoodBuild() {
        assertEquals(0.23, stopped(0.02, 20), 0.005);
        assertEquals(0.0425, stopped(0.02, 100), 0.0005);
        assertEquals(0.46, stopped(0.03, 20), 0.005);
        assertEquals(0.216, stopped(0.03, 100), 0.0005);
    }

    @Test
    void theSequentialTestMayBeAskedAtEveryReport() {
        Sprt.Outlook outlook = new Sprt(0.02, 0.05, 0.05, 0.05).outlook(0.02, 3_000);
        assertTrue(outlook.noGo() <= 0.05 / 0.95, outlook.toString());
    }

    /** Exact: the probability of every number of failures, report by report; a path ends where the rule stops it. */
    private static double stopped(double rate, int minimum) {
        double[] open = new double[1_001];
        open[0] = 1;
        double stopped = 0;
        for (int reports = 1; reports <= 1_000; reports++) {
            for (int failures = reports; failures >= 0; failures--) {
                double here = open[failures] * (1 - rate) + (failures > 0 ? open[failures - 1] * rate : 0);
                boolean stops = reports >= minimum && 100 * failures > 5 * reports;
                stopped += stops ? here : 0;
                open[failures] = stops ? 0 : here;
            }
        }
        return stopped;
    }
}
