package packhorse.console.wave;

import java.util.Comparator;
import packhorse.console.change.OrderId;

/** Names a deployment, the carrying out of an order's plan: {@code CO-2026-0001/D1}. */
public record DeploymentId(OrderId order, int number) implements Comparable<DeploymentId> {
    private static final Comparator<DeploymentId> ORDER =
            Comparator.comparing(DeploymentId::order).thenComparingInt(DeploymentId::number);
    private static final String MARK = "/D";

    public DeploymentId {
        if (number < 1) {
            throw new IllegalArgumentException("deployments of " + order + " are numbered from 1, not " + number);
        }
    }

    /** Reads what {@link #toString} writes. */
    public static DeploymentId parse(String text) {
        int mark = text.indexOf(MARK);
        if (mark < 0) {
            throw new IllegalArgumentException("\"" + text + "\" is no deployment; it looks like CO-2026-0001/D1");
        }
        return new DeploymentId(
                new OrderId(text.substring(0, mark)), Ordinals.parse(text, text.substring(mark + MARK.length())));
    }

    @Override
    public int compareTo(DeploymentId other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return order + MARK + number;
    }
}
