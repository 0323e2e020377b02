package packhorse.console.change;

/** Names a change request, for ever: {@code CR-2026-0001}. */
public record RequestId(String text) implements Comparable<RequestId> {
    private static final String PREFIX = "CR";

    public RequestId {
        Numbered.checked(PREFIX, "change request", text);
    }

    /** The {@code count}th of a year. */
    public static RequestId of(int year, int count) {
        return new RequestId(Numbered.of(PREFIX, year, count));
    }

    @Override
    public int compareTo(RequestId other) {
        return text.compareTo(other.text);
    }

    @Override
    public String toString() {
        return text;
    }
}
