package packhorse.console.wave;

import java.time.Duration;

/**
 * One wave as it is planned.
 *
 * @param name for people
 * @param soak how long it is watched after the last one ended, before it is judged
 */
public record WavePlan(String name, Slice slice, Duration soak) {
    /** Whoever watches longer than this has two orders. */
    public static final Duration SOAK_MAX = Duration.ofDays(90);

    static final int NAME_CHARS_MAX = 200;

    public WavePlan {
        name = name.strip();
        if (name.isEmpty() || name.length() > NAME_CHARS_MAX) {
            throw new IllegalArgumentException("a wave needs a name of 1 to " + NAME_CHARS_MAX + " characters");
        }
        requireSoak(soak);
    }

    static void requireSoak(Duration soak) {
        if (soak.isNegative() || soak.compareTo(SOAK_MAX) > 0) {
            throw new IllegalArgumentException(
                    "a soak of " + soak + " is none; write nothing to " + SOAK_MAX.toDays() + " days");
        }
    }
}
