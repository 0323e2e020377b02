package packhorse.console.change;

/** Names a change order, for ever: {@code CO-2026-0001}. */
public record OrderId(String text) implements Comparable<OrderId> {
    private static final String PREFIX = "CO";

    public OrderId {
        Numbered.checked(PREFIX, "change order", text);
    }

    /** The {@code count}th of a year. */
    public static OrderId of(int year, int count) {
        return new OrderId(Numbered.of(PREFIX, year, count));
    }

    @Override
    public int compareTo(OrderId other) {
        return text.compareTo(other.text);
    }

    @Override
    public String toString() {
        return text;
    }
}
