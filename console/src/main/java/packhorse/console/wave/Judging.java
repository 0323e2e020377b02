package packhorse.console.wave;

/**
 * Who judges, and what follows by itself.
 *
 * @param extensionsMax so often an inconclusive wave may be watched longer
 * @param automaticRollback what a failed wave changed is taken back without asking
 */
public record Judging(By by, int extensionsMax, boolean automaticRollback) {
    /** Whoever has watched ten times longer knows enough. */
    public static final int EXTENSIONS_MAX = 10;

    /** Who judges. */
    public enum By {
        /** The gate; a person only where it is inconclusive. */
        GATE,
        /** A person, in view of what the gate says. */
        PERSON
    }

    public Judging {
        if (extensionsMax < 0 || extensionsMax > EXTENSIONS_MAX) {
            throw new IllegalArgumentException(extensionsMax + " extensions; write 0 to " + EXTENSIONS_MAX);
        }
    }
}
