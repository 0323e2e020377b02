package packhorse.console.gate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import packhorse.core.testing.Cases;

final class BetaSizeTest {
    @Test
    void sizesAreThoseOfTheZeroFailureRuleAndOfItsTables() {
        assertEquals(59, BetaSize.of(Guarantee.of(0.05, 0.95)).endpoints());
        assertEquals(299, BetaSize.of(Guarantee.of(0.01, 0.95)).endpoints());
        assertEquals(
                List.of(59L, 93L, 124L, 153L, 181L),
                BetaSize.upTo(Guarantee.of(0.05, 0.95).allowing(4)).stream()
                        .map(BetaSize::endpoints)
                        .toList());
    }

    @Test
    void aSizeIsTheSmallestThatGivesTheGuarantee() {
        Cases.run(100, random -> {
            Guarantee guarantee = new Guarantee(
                    random.nextDouble(0.005, 0.4), random.nextDouble(0.6, 0.99), random.nextInt(0, 12), 1);
            long size = BetaSize.of(guarantee).endpoints();
            assertTrue(upper(guarantee, size) <= guarantee.failureRateMax() + 1e-12, guarantee + ": " + size);
            assertTrue(upper(guarantee, size - 1) > guarantee.failureRateMax() - 1e-12, guarantee + ": " + size);
        });
    }

    private static double upper(Guarantee guarantee, long size) {
        return size <= guarantee.failuresAllowed()
                ? 1
                : ConfidenceBounds.clopperPearson(guarantee.failuresAllowed(), size, guarantee.confidence())
                        .upper();
    }

    @Test
    void sizesGrowWithWhatIsAsked() {
        Cases.run(100, random -> {
            Guarantee guarantee =
                    new Guarantee(random.nextDouble(0.01, 0.4), random.nextDouble(0.6, 0.98), random.nextInt(0, 8), 1);
            long size = BetaSize.of(guarantee).endpoints();
            assertTrue(BetaSize.of(guarantee.allowing(guarantee.failuresAllowed() + 1))
                            .endpoints()
                    > size);
            assertTrue(size(guarantee.failureRateMax() / 2, guarantee.confidence(), guarantee.failuresAllowed(), 1)
                    > size);
            assertTrue(size(guarantee.failureRateMax(), guarantee.confidence() + 0.01, guarantee.failuresAllowed(), 1)
                    >= size);
            assertEquals(
                    (long) Math.ceil(size * 2.5),
                    size(guarantee.failureRateMax(), guarantee.confidence(), guarantee.failuresAllowed(), 2.5));
        });
    }

    private static long size(double rate, double confidence, int failures, double designEffect) {
        return BetaSize.of(new Guarantee(rate, confidence, failures, designEffect))
                .endpoints();
    }

    @Test
    void aLargerAllowanceIsKinderToAGoodBuildAtTheSameGuarantee() {
        Guarantee guarantee = Guarantee.of(0.05, 0.95);
        double last = 0;
        for (int failures = 0; failures <= 5; failures++) {
            BetaSize size = BetaSize.of(guarantee.allowing(failures));
            assertTrue(size.passes(0.05) <= 0.05 + 1e-12, size.line());
            assertTrue(size.passes(0.01) > last, size.line());
            last = size.passes(0.01);
        }
        assertEquals(0.55, BetaSize.of(guarantee).passes(0.01), 0.005);
    }

    @Test
    void tooFewEndpointsAreToldWhatTheyCanGive() {
        BetaSize size = BetaSize.of(Guarantee.of(0.05, 0.95));
        assertEquals("59 endpoints guarantee that at most 5 % fail, at 95 %, no failure allowed", size.line());
        assertEquals(Optional.empty(), size.shortfall(59));
        assertEquals(
                Optional.of("the beta group needs 59 endpoints to guarantee that at most 5 % fail, at 95 %, no failure"
                        + " allowed; 20 endpoints can bound it by 13.9 %; widen the guarantee or the targets"),
                size.shortfall(20));
        assertTrue(size.shortfall(0).orElseThrow().contains("so few bound nothing"));
        assertEquals(0.139, BetaSize.guaranteeOf(20, 0, 0.95), 0.0005);
    }

    @Test
    void nonsenseIsRefused() {
        ConfidenceBoundsTest.assertRefused("between 0 and 1", () -> Guarantee.of(0, 0.95));
        ConfidenceBoundsTest.assertRefused("between 0 and 1", () -> Guarantee.of(5, 0.95));
        ConfidenceBoundsTest.assertRefused(
                "failures allowed", () -> Guarantee.of(0.05, 0.95).allowing(-1));
        ConfidenceBoundsTest.assertRefused(
                "failures allowed", () -> Guarantee.of(0.05, 0.95).allowing(1_001));
        ConfidenceBoundsTest.assertRefused("design effect", () -> new Guarantee(0.05, 0.95, 0, 0.5));
    }
}
