package packhorse.console.gate;

import java.math.BigDecimal;
import java.math.MathContext;

/** Binomial tails as plain sums with sixty digits: what the fast ones are measured against. */
final class ExactBinomial {
    private static final MathContext DIGITS = new MathContext(60);

    private ExactBinomial() {}

    static BigDecimal atMost(int count, int trials, double rate) {
        BigDecimal p = new BigDecimal(rate);
        BigDecimal odds = p.divide(BigDecimal.ONE.subtract(p), DIGITS);
        BigDecimal term = BigDecimal.ONE.subtract(p).pow(trials, DIGITS);
        BigDecimal sum = term;
        for (int i = 1; i <= count; i++) {
            term = term.multiply(odds, DIGITS)
                    .multiply(BigDecimal.valueOf(trials - i + 1L), DIGITS)
                    .divide(BigDecimal.valueOf(i), DIGITS);
            sum = sum.add(term, DIGITS);
        }
        return sum;
    }

    static double probability(int count, int trials, double rate) {
        BigDecimal below = count == 0 ? BigDecimal.ZERO : atMost(count - 1, trials, rate);
        return atMost(count, trials, rate).subtract(below).doubleValue();
    }
}
