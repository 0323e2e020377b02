package packhorse.console.gate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import org.junit.jupiter.api.Test;
import packhorse.core.testing.Cases;

final class IncompleteBetaTest {
    @Test
    void bothTailsAgreeWithExactSumsToTwelveDigits() {
        Cases.run(400, random -> {
            int trials = random.nextInt(1, 600);
            int count = random.nextInt(0, trials);
            double rate = random.nextBoolean() ? random.nextDouble(0.001, 0.999) : random.nextDouble(0.0001, 0.05);
            BigDecimal exact = ExactBinomial.atMost(count, trials, rate);
            assertClose(exact, Binomial.atMost(count, trials, rate), count + " of " + trials + " at " + rate);
            assertClose(
                    BigDecimal.ONE.subtract(exact),
                    Binomial.atLeast(count + 1L, trials, rate),
                    "more than " + count + " of " + trials + " at " + rate);
        });
    }

    @Test
    void aMillionTrialsAgreeWithAnExactSum() {
        for (int count : new int[] {50, 130}) {
            double exact = ExactBinomial.atMost(count, 1_000_000, 1e-4).doubleValue();
            assertEquals(exact, Binomial.atMost(count, 1_000_000, 1e-4), exact * 1e-11, count + " of a million");
        }
    }

    /** Relative where it matters, absolute where both are nothing. */
    private static void assertClose(BigDecimal exact, double fast, String what) {
        double expected = exact.doubleValue();
        assertEquals(expected, fast, Math.max(1e-40, Math.abs(expected) * 1e-12), what);
    }

    @Test
    void closedFormsAreMet() {
        Cases.run(200, random -> {
            double x = random.nextDouble(0.01, 0.99);
            double a = random.nextDouble(0.1, 40);
            assertEquals(Math.pow(x, a), IncompleteBeta.regularized(x, a, 1), 1e-13);
            assertEquals(1 - Math.pow(1 - x, a), IncompleteBeta.regularized(x, 1, a), 1e-13);
            assertEquals(2 / Math.PI * Math.asin(Math.sqrt(x)), IncompleteBeta.regularized(x, 0.5, 0.5), 1e-13);
            double b = random.nextDouble(0.1, 40);
            assertEquals(1, IncompleteBeta.regularized(x, a, b) + IncompleteBeta.regularized(1 - x, b, a), 1e-13);
        });
    }

    /** I_x(a, b) = x I_x(a − 1, b) + (1 − x) I_x(a, b − 1): DLMF 8.17.18. */
    @Test
    void neighboursKeepTheRecurrence() {
        Cases.run(200, random -> {
            double x = random.nextDouble(0.01, 0.99);
            double a = random.nextDouble(1.1, 300);
            double b = random.nextDouble(1.1, 300);
            assertEquals(
                    x * IncompleteBeta.regularized(x, a - 1, b) + (1 - x) * IncompleteBeta.regularized(x, a, b - 1),
                    IncompleteBeta.regularized(x, a, b),
                    1e-12);
        });
    }

    @Test
    void quantilesBracketTheProbability() {
        Cases.run(200, random -> {
            double a = random.nextDouble(0.2, 500);
            double b = random.nextDouble(0.2, 500);
            double probability = random.nextDouble(0.001, 0.999);
            IncompleteBeta.Bracket bracket = IncompleteBeta.quantile(probability, a, b);
            assertTrue(IncompleteBeta.regularized(bracket.low(), a, b) < probability || bracket.low() <= 0);
            assertTrue(IncompleteBeta.regularized(bracket.high(), a, b) >= probability || bracket.high() >= 1);
            assertTrue(bracket.high() - bracket.low() <= bracket.high() * 1e-14, bracket.toString());
        });
    }

    @Test
    void theEndsAreExactAndNonsenseIsRefused() {
        assertEquals(0, IncompleteBeta.regularized(0, 2, 3));
        assertEquals(1, IncompleteBeta.regularized(1, 2, 3));
        assertThrows(IllegalArgumentException.class, () -> IncompleteBeta.regularized(0.5, 0, 3));
        assertThrows(IllegalArgumentException.class, () -> IncompleteBeta.regularized(0.5, 1, -3));
        assertThrows(IllegalArgumentException.class, () -> IncompleteBeta.regularized(Double.NaN, 1, 3));
    }

    /** ln 0! … of whole numbers, from their factorials. */
    @Test
    void stirlingsErrorIsThatOfFactorials() {
        double logFactorial = 0;
        for (int n = 1; n <= 60; n++) {
            logFactorial += Math.log(n);
            double stirling = (n + 0.5) * Math.log(n) - n + 0.5 * Math.log(2 * Math.PI);
            assertEquals(logFactorial - stirling, IncompleteBeta.stirlingError(n), 1e-13, n + "!");
        }
    }
}
