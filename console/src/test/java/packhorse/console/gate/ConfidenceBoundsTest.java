package packhorse.console.gate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import packhorse.core.testing.Cases;

final class ConfidenceBoundsTest {
    @ParameterizedTest
    @CsvSource({"20, 13.9", "30, 9.5", "59, 5.0", "100, 3.0", "299, 1.0"})
    void cleanEndpointsBoundTheFailureRateAsPublished(int trials, double percent) {
        double upper = ConfidenceBounds.clopperPearson(0, trials, 0.95).upper();
        assertEquals(percent, Math.round(upper * 1000) / 10.0);
        assertEquals(
                upper, ConfidenceBounds.afterNoFailure(trials, 0.95), 1e-12, "the zero-failure rule is the same bound");
    }

    /** Two-sided intervals of 95 %, as statistics programs print them for these counts. */
    @ParameterizedTest
    @CsvSource({
        "10, 100, 0.04900469, 0.17622260",
        "1, 10, 0.002528579, 0.445016117",
        "5, 10, 0.1870860, 0.8129140",
        "0, 10, 0, 0.3084971",
        "10, 10, 0.6915029, 1"
    })
    void knownIntervalsAreMet(int count, int trials, double lower, double upper) {
        Interval interval = ConfidenceBounds.clopperPearson(count, trials, 0.975);
        assertEquals(lower, interval.lower(), 1e-7);
        assertEquals(upper, interval.upper(), 1e-7);
    }

    @Test
    void atTheBoundWhatWasSeenIsJustAsUnlikelyAsTheConfidenceLeaves() {
        Cases.run(150, random -> {
            int trials = random.nextInt(1, 400);
            int count = random.nextInt(0, trials + 1);
            double confidence = random.nextDouble(0.5, 0.999);
            Interval interval = ConfidenceBounds.clopperPearson(count, trials, confidence);
            if (count < trials) {
                assertEquals(
                        1 - confidence,
                        ExactBinomial.atMost(count, trials, interval.upper()).doubleValue(),
                        1e-11);
            }
            if (count > 0) {
                assertEquals(
                        confidence,
                        ExactBinomial.atMost(count - 1, trials, interval.lower())
                                .doubleValue(),
                        1e-11);
            }
        });
    }

    @Test
    void boundsCoverAtLeastAsOftenAsTheySay() {
        for (int trials : new int[] {1, 5, 20, 59, 150}) {
            Interval[] intervals = new Interval[trials + 1];
            for (int count = 0; count <= trials; count++) {
                intervals[count] = ConfidenceBounds.clopperPearson(count, trials, 0.95);
            }
            for (double rate = 0.005; rate < 1; rate += 0.0235) {
                double above = 0;
                double below = 0;
                for (int count = 0; count <= trials; count++) {
                    double probability = ExactBinomial.probability(count, trials, rate);
                    above += rate <= intervals[count].upper() ? probability : 0;
                    below += rate >= intervals[count].lower() ? probability : 0;
                }
                assertTrue(above >= 0.95 - 1e-12, trials + " trials at " + rate + ": the upper bound covers " + above);
                assertTrue(below >= 0.95 - 1e-12, trials + " trials at " + rate + ": the lower bound covers " + below);
            }
        }
    }

    @Test
    void boundsMoveWithWhatWasSeen() {
        Cases.run(300, random -> {
            int trials = random.nextInt(2, 3_000);
            int count = random.nextInt(0, trials);
            double confidence = random.nextDouble(0.5, 0.99);
            Interval seen = ConfidenceBounds.clopperPearson(count, trials, confidence);
            assertTrue(seen.contains((double) count / trials), seen.toString());
            Interval oneMoreFailed = ConfidenceBounds.clopperPearson(count + 1, trials, confidence);
            assertTrue(oneMoreFailed.lower() > seen.lower() && oneMoreFailed.upper() > seen.upper());
            Interval oneMoreFine = ConfidenceBounds.clopperPearson(count, trials + 1, confidence);
            assertTrue(oneMoreFine.upper() < seen.upper() && oneMoreFine.lower() <= seen.lower());
            Interval surer = ConfidenceBounds.clopperPearson(count, trials, confidence + 0.005);
            assertTrue(surer.upper() > seen.upper() && surer.lower() <= seen.lower());
            Interval mirrored = ConfidenceBounds.clopperPearson(trials - count, trials, confidence);
            assertEquals(1 - seen.upper(), mirrored.lower(), 1e-12);
        });
    }

    @Test
    void nothingSeenBoundsNothing() {
        assertEquals(new Interval(0, 1, 0.95), ConfidenceBounds.clopperPearson(0, 0, 0.95));
        assertEquals(1, ConfidenceBounds.afterNoFailure(0, 0.95));
    }

    @Test
    void cleanTrialsAreTheFewestThatBoundTheRate() {
        assertEquals(59, ConfidenceBounds.cleanTrials(0.05, 0.95));
        assertEquals(299, ConfidenceBounds.cleanTrials(0.01, 0.95));
        Cases.run(200, random -> {
            double rate = random.nextDouble(0.001, 0.9);
            double confidence = random.nextDouble(0.5, 0.999);
            long trials = ConfidenceBounds.cleanTrials(rate, confidence);
            assertTrue(ConfidenceBounds.afterNoFailure(trials, confidence) <= rate + 1e-15);
            assertTrue(trials == 1 || ConfidenceBounds.afterNoFailure(trials - 1, confidence) > rate - 1e-15);
        });
    }

    @Test
    void nonsenseIsRefusedInOneLineThatSaysWhatToWrite() {
        assertRefused("-1 of 10 is no count", () -> ConfidenceBounds.clopperPearson(-1, 10, 0.95));
        assertRefused("11 of 10 is no count", () -> ConfidenceBounds.clopperPearson(11, 10, 0.95));
        assertRefused("write one from 0.5 to below 1", () -> ConfidenceBounds.clopperPearson(1, 10, 1));
        assertRefused("write one from 0.5 to below 1", () -> ConfidenceBounds.clopperPearson(1, 10, 95));
        assertRefused("between 0 and 1", () -> ConfidenceBounds.cleanTrials(0, 0.95));
        assertRefused("ask for a larger one", () -> ConfidenceBounds.cleanTrials(1e-10, 0.95));
    }

    static void assertRefused(String words, Runnable asked) {
        String message = String.valueOf(
                assertThrows(IllegalArgumentException.class, asked::run).getMessage());
        assertTrue(message.contains(words) && message.lines().count() == 1, message);
    }
}
