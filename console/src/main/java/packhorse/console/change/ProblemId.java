package packhorse.console.change;

/** Names a problem record, for ever: {@code PR-2026-0001}. */
public record ProblemId(String text) implements Comparable<ProblemId> {
    private static final String PREFIX = "PR";

    public ProblemId {
        Numbered.checked(PREFIX, "problem record", text);
    }

    /** The {@code count}th of a year. */
    public static ProblemId of(int year, int count) {
        return new ProblemId(Numbered.of(PREFIX, year, count));
    }

    @Override
    public int compareTo(ProblemId other) {
        return text.compareTo(other.text);
    }

    @Override
    public String toString() {
        return text;
    }
}
