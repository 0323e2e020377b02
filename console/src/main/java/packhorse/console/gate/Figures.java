package packhorse.console.gate;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

/** Counts and rates as people read them: 1 200, 3.1 %. What is decided is decided on the unrounded ones. */
public final class Figures {
    /** So many digits behind the point are enough to tell any two rates of a fleet apart. */
    private static final int DIGITS_MAX = 6;

    private Figures() {}

    /** In groups of three. */
    static String count(long number) {
        String digits = Long.toString(Math.abs(number));
        StringBuilder text = new StringBuilder(number < 0 ? "-" : "");
        for (int i = 0; i < digits.length(); i++) {
            if (i > 0 && (digits.length() - i) % 3 == 0) {
                text.append(' ');
            }
            text.append(digits.charAt(i));
        }
        return text.toString();
    }

    /** A rate that somebody set: as it was written. */
    public static String percent(double rate) {
        BigDecimal value =
                new BigDecimal(rate, new MathContext(12)).movePointRight(2).stripTrailingZeros();
        return (value.scale() < 0 ? value.setScale(0) : value).toPlainString() + " %";
    }

    /** A rate that was measured: one digit behind the point. */
    public static String measured(double rate) {
        return rounded(rate, 1).toPlainString() + " %";
    }

    /** A measured rate beside its limit: as many digits as it takes to see on which side of it the rate is. */
    static String measured(double rate, double limit) {
        for (int digits = 1; digits < DIGITS_MAX; digits++) {
            BigDecimal shown = rounded(rate, digits);
            int side = shown.compareTo(new BigDecimal(limit, new MathContext(12)).movePointRight(2));
            if (side == Double.compare(rate, limit) || (side == 0 && Math.abs(rate - limit) < 1e-12)) {
                return shown.toPlainString() + " %";
            }
        }
        return rounded(rate, DIGITS_MAX).toPlainString() + " %";
    }

    private static BigDecimal rounded(double rate, int digits) {
        return new BigDecimal(rate).movePointRight(2).setScale(digits, RoundingMode.HALF_UP);
    }

    /** "1 endpoint", "2 endpoints". */
    static String endpoints(long number) {
        return count(number) + (number == 1 ? " endpoint" : " endpoints");
    }
}
