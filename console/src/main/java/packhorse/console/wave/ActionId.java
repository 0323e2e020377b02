package packhorse.console.wave;

import java.util.Comparator;
import packhorse.core.state.DesiredItem;

/**
 * Names one attempt on one endpoint, as desired states and reports carry it: {@code CO-2026-0001/D1/W1/17.2}, the second attempt on the
 * wave's seventeenth member. A number stands for one thing to be done on a member; an order of several steps gives a member several.
 *
 * @param number in the wave, from 1
 * @param attempt from 1
 */
public record ActionId(WaveId wave, int number, int attempt) implements Comparable<ActionId> {
    private static final Comparator<ActionId> ORDER = Comparator.comparing(ActionId::wave)
            .thenComparingInt(ActionId::number)
            .thenComparingInt(ActionId::attempt);

    public ActionId {
        if (number < 1 || attempt < 1) {
            throw new IllegalArgumentException(
                    "actions of " + wave + " and their attempts are numbered from 1, not " + number + "." + attempt);
        }
        if (text(wave, number, attempt).length() > DesiredItem.ACTION_LENGTH_MAX) {
            throw new IllegalArgumentException("the name of an action of " + wave + " is too long");
        }
    }

    /** Reads what {@link #toString} writes. */
    public static ActionId parse(String text) {
        int slash = text.lastIndexOf('/');
        int dot = text.lastIndexOf('.');
        if (slash < 0 || dot < slash) {
            throw new IllegalArgumentException("\"" + text + "\" is no action; it looks like CO-2026-0001/D1/W1/17.1");
        }
        return new ActionId(
                WaveId.parse(text.substring(0, slash)),
                Ordinals.parse(text, text.substring(slash + 1, dot)),
                Ordinals.parse(text, text.substring(dot + 1)));
    }

    /** The same thing tried once more. */
    public ActionId again() {
        return new ActionId(wave, number, attempt + 1);
    }

    @Override
    public int compareTo(ActionId other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return text(wave, number, attempt);
    }

    private static String text(WaveId wave, int number, int attempt) {
        return wave + "/" + number + "." + attempt;
    }
}
