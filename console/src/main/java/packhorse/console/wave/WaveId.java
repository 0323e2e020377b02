package packhorse.console.wave;

import java.util.Comparator;

/**
 * Names a wave of a deployment: {@code CO-2026-0001/D1/W1}.
 *
 * @param number 0 is the beta group, the others follow in their order from 1
 */
public record WaveId(DeploymentId deployment, int number) implements Comparable<WaveId> {
    /** The number of the beta group. */
    public static final int BETA = 0;

    private static final Comparator<WaveId> ORDER =
            Comparator.comparing(WaveId::deployment).thenComparingInt(WaveId::number);
    private static final String MARK = "/W";

    public WaveId {
        if (number < 0) {
            throw new IllegalArgumentException("waves of " + deployment + " are numbered from 0, not " + number);
        }
    }

    /** Reads what {@link #toString} writes. */
    public static WaveId parse(String text) {
        int mark = text.lastIndexOf(MARK);
        if (mark < 0) {
            throw new IllegalArgumentException("\"" + text + "\" is no wave; it looks like CO-2026-0001/D1/W1");
        }
        return new WaveId(
                DeploymentId.parse(text.substring(0, mark)),
                Ordinals.parse(text, text.substring(mark + MARK.length())));
    }

    public boolean isBeta() {
        return number == BETA;
    }

    @Override
    public int compareTo(WaveId other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return deployment + MARK + number;
    }
}
