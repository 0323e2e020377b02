package packhorse.console.gate;

/**
 * The regularized incomplete beta function I_x(a, b), the distribution function of the beta distribution. Every exact statement
 * about a binomial count is one value of it: P(X ≥ k) of n trials with probability p is I_p(k, n − k + 1).
 *
 * <p>Algorithm: I_x(a, b) = x^a (1 − x)^b / (a B(a, b)) · K, where K is the continued fraction DLMF 8.17.22, evaluated from the
 * front by Lentz' method [2, 3]; it converges fast for x below (a + 1) / (a + b + 2), and above that I_x(a, b) = 1 − I_{1−x}(b, a)
 * is used. The factor in front would lose digits as a difference of three logarithms of huge gamma functions; it is written as
 * Loader's saddle-point form of a binomial probability instead [4], which keeps them: the relative error
 * stays below 1e−12 for hundreds of trials and 1e−11 for a million (IncompleteBetaTest measures it against exact sums).
 *
 * <p>Cost: O(√max(a, b)) steps.
 *
 * <p>[1] NIST Digital Library of Mathematical Functions, §8.17. [2] W. J. Lentz, Applied Optics 15 (1976) 668–671. [3] I. J.
 * Thompson and A. R. Barnett, J. Comput. Phys. 64 (1986) 490–509. [4] C. Loader, Fast and Accurate Computation of Binomial
 * Probabilities (2000).
 */
final class IncompleteBeta {
    /** More than a hundred times what ten million trials need: whoever runs past it has handed in something that is no count. */
    private static final int STEPS_MAX = 1_000_000;

    /** A step that changes the product by less than this changes no digit any more. */
    private static final double SETTLED = 1e-16;

    /** Stands in for a denominator that vanished (reference 3). */
    private static final double ALMOST_ZERO = 1e-300;

    /** From here on six terms of Stirling's series are exact to the last digit. */
    private static final double STIRLING_FROM = 16;

    private IncompleteBeta() {}

    /** I_x(a, b) for positive a and b. */
    static double regularized(double x, double a, double b) {
        return regularized(x, 1 - x, a, b);
    }

    /** The same with y = 1 − x given: where x is near 1, the difference has lost the digits of y. */
    static double regularized(double x, double y, double a, double b) {
        if (!(a > 0) || !(b > 0) || Double.isNaN(x)) {
            throw new IllegalArgumentException("no incomplete beta of x = " + x + ", a = " + a + ", b = " + b);
        }
        if (x <= 0) {
            return 0;
        }
        if (x >= 1) {
            return 1;
        }
        double below = x < (a + 1) / (a + b + 2) ? fraction(x, y, a, b) : 1 - fraction(y, x, b, a);
        return Math.clamp(below, 0.0, 1.0);
    }

    /**
     * Where I_x(a, b) reaches {@code probability}: the two neighbours between which it happens. Halving needs no derivative and cannot
     * miss; a hundred halvings are the digits of a double.
     */
    static Bracket quantile(double probability, double a, double b) {
        double low = 0;
        double high = 1;
        while (true) {
            double middle = low + (high - low) / 2;
            if (middle <= low || middle >= high || high - low <= high * 1e-15) {
                return new Bracket(low, high);
            }
            if (regularized(middle, a, b) < probability) {
                low = middle;
            } else {
                high = middle;
            }
        }
    }

    /**
     * @param low the last value at which the function is still below
     * @param high the first at which it is not
     */
    record Bracket(double low, double high) {}

    private static double fraction(double x, double y, double a, double b) {
        double front = front(x, y, a, b) / a;
        if (front <= 0) {
            return 0;
        }
        double product = 1;
        double c = 1;
        double d = 0;
        for (int step = 1; step <= STEPS_MAX; step++) {
            double coefficient = coefficient(step, x, a, b);
            d = 1 / awayFromZero(1 + coefficient * d);
            c = awayFromZero(1 + coefficient / c);
            double factor = c * d;
            product *= factor;
            if (Math.abs(factor - 1) <= SETTLED) {
                return front / product;
            }
        }
        throw new IllegalStateException(
                "the continued fraction did not settle for x = " + x + ", a = " + a + ", b = " + b);
    }

    /** The coefficients d of DLMF 8.17.23. */
    private static double coefficient(int step, double x, double a, double b) {
        double m = Math.floorDiv(step, 2);
        return step % 2 == 0
                ? m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
                : -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
    }

    private static double awayFromZero(double value) {
        return Math.abs(value) < ALMOST_ZERO ? ALMOST_ZERO : value;
    }

    /** x^a y^b / B(a, b) with y = 1 − x, by way of the binomial probability of a out of a + b (reference 4). */
    private static double front(double x, double y, double a, double b) {
        double n = a + b;
        double exponent =
                stirlingError(n) - stirlingError(a) - stirlingError(b) - deviance(a, n * x) - deviance(b, n * y);
        return Math.sqrt(a / n * b / (2 * Math.PI)) * Math.exp(exponent);
    }

    /** ln Γ(z + 1) − ((z + ½) ln z − z + ½ ln 2π). */
    static double stirlingError(double z) {
        double shifted = z;
        double sum = 0;
        while (shifted < STIRLING_FROM) {
            sum += (shifted + 0.5) * Math.log1p(1 / shifted) - 1;
            shifted++;
        }
        double r = 1 / (shifted * shifted);
        double series =
                (1.0 / 12 - r * (1.0 / 360 - r * (1.0 / 1260 - r * (1.0 / 1680 - r * (1.0 / 1188 - r * 691 / 360360)))))
                        / shifted;
        return sum + series;
    }

    /** k ln(k / m) + m − k without the cancellation where k is near m: with v = (k − m) / (k + m), (k − m) v + 2 k Σ v^(2j+1) / (2j + 1). */
    private static double deviance(double k, double m) {
        double v = (k - m) / (k + m);
        if (Math.abs(v) >= 0.1) {
            return k * Math.log(k / m) + m - k;
        }
        double sum = (k - m) * v;
        double power = v;
        for (int j = 1; ; j++) {
            power *= v * v;
            double next = sum + 2 * k * power / (2 * j + 1);
            if (Double.compare(next, sum) == 0) {
                return next;
            }
            sum = next;
        }
    }
}
