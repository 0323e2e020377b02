package packhorse.console.change;

/** Names a defect, for ever: {@code DF-2026-0001}. */
public record DefectId(String text) implements Comparable<DefectId> {
    private static final String PREFIX = "DF";

    public DefectId {
        Numbered.checked(PREFIX, "defect", text);
    }

    /** The {@code count}th of a year. */
    public static DefectId of(int year, int count) {
        return new DefectId(Numbered.of(PREFIX, year, count));
    }

    @Override
    public int compareTo(DefectId other) {
        return text.compareTo(other.text);
    }

    @Override
    public String toString() {
        return text;
    }
}
