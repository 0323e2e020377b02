package packhorse.console.gate;

/**
 * One criterion, what was seen of it, and how it stands: always with the numerator, the denominator and the interval.
 *
 * @param criterion which one
 * @param standing how it stands
 * @param numerator of these …
 * @param denominator … out of these
 * @param interval where the rate behind it lies
 * @param limit what the rate is held against
 * @param note what more there is to say, to be put behind the figures; empty or beginning with a comma
 */
public record Finding(
        Criterion criterion,
        Standing standing,
        long numerator,
        long denominator,
        Interval interval,
        double limit,
        String note) {
    /** What is asked. */
    public enum Criterion {
        /** Enough of those whom it concerns succeeded. */
        SUCCESS("succeeded", "goal"),
        /** Few enough of those who reported failed. */
        FAILURE("failed", "budget"),
        /** Few enough were not heard of. */
        UNREPORTED("unreported", "limit"),
        /** The sequential test says Go. */
        SEQUENTIAL("failed", "bad build");

        private final String verb;
        private final String against;

        Criterion(String verb, String against) {
            this.verb = verb;
            this.against = against;
        }
    }

    /** How a criterion stands. */
    public enum Standing {
        /** Borne out. */
        MET("met"),
        /** Its contrary is borne out. */
        MISSED("missed"),
        /** Neither is. */
        OPEN("not borne out");

        private final String words;

        Standing(String words) {
            this.words = words;
        }
    }

    public Finding {
        ConfidenceBounds.requireCount(numerator, denominator);
    }

    /** What was seen: "37/1 200 failed, 3.1 %, at most 4.0 % at 95 %". */
    public String figures() {
        String counts = Figures.count(numerator) + "/" + Figures.count(denominator) + " " + criterion.verb;
        if (denominator == 0) {
            return counts + ", which says nothing";
        }
        boolean least = criterion == Criterion.SUCCESS ? standing != Standing.MISSED : standing == Standing.MISSED;
        double bound = least ? interval.lower() : interval.upper();
        return counts + ", " + Figures.measured((double) numerator / denominator) + ", at "
                + (least ? "least " : "most ") + Figures.measured(bound, limit) + " at "
                + Figures.percent(interval.confidence()) + note;
    }

    /** All of it in one line for people. */
    public String line() {
        return figures() + "; " + criterion.against + " " + Figures.percent(limit) + ": " + standing.words;
    }
}
