package packhorse.console.wave;

import java.time.Duration;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import packhorse.core.content.CodeClass;

/**
 * What is tried again by itself, how often and how soon.
 *
 * @param attempts how many in all, the first one too, by the class of the failure; a class that is not named has one
 * @param silentAttempts how many in all where an endpoint was not reached or ran out of time
 * @param pause before the second attempt; each further one waits twice as long as the one before
 * @param budgetPercent of a wave's members, so many retries in all; the rest is for a person to look at
 */
public record RetryPolicy(
        SortedMap<CodeClass, Integer> attempts, int silentAttempts, Duration pause, int budgetPercent) {
    /** What did not work so often will not work. */
    public static final int ATTEMPTS_MAX = 10;

    /** Twice as long each time ends here. */
    public static final Duration PAUSE_MAX = Duration.ofDays(1);

    /** Nothing is tried again by itself. */
    public static final RetryPolicy NONE = new RetryPolicy(new TreeMap<>(), 1, Duration.ZERO, 0);

    public RetryPolicy {
        SortedMap<CodeClass, Integer> ordered = new TreeMap<>(attempts);
        ordered.forEach((failure, count) -> {
            requireAttempts(count);
            if (failure.succeeds()) {
                throw new IllegalArgumentException(failure + " is no failure; nothing is tried again after it");
            }
            if (failure == CodeClass.PERMANENT && count > 1) {
                throw new IllegalArgumentException("what failed for good (PERMANENT) is not tried again by itself;"
                        + " mend the cause and distribute again");
            }
        });
        attempts = Collections.unmodifiableSortedMap(ordered);
        requireAttempts(silentAttempts);
        if (pause.isNegative() || pause.compareTo(PAUSE_MAX) > 0) {
            throw new IllegalArgumentException(
                    "a pause of " + pause + " is none; write nothing to " + PAUSE_MAX.toHours() + " hours");
        }
        if (budgetPercent < 0 || budgetPercent > 100 * ATTEMPTS_MAX) {
            throw new IllegalArgumentException(
                    "a retry budget of " + budgetPercent + " % is none; write 0 to " + 100 * ATTEMPTS_MAX);
        }
    }

    /** Those classes, each with so many attempts in all. */
    public static RetryPolicy of(Map<CodeClass, Integer> attempts, int silentAttempts, Duration pause, int budget) {
        return new RetryPolicy(
                attempts.isEmpty() ? new TreeMap<>() : new TreeMap<>(new EnumMap<>(attempts)),
                silentAttempts,
                pause,
                budget);
    }

    /** How many attempts in all after such a failure. */
    public int attemptsAfter(CodeClass failure) {
        return attempts.getOrDefault(failure, 1);
    }

    /** How many retries a wave of so many has. */
    public long budget(long members) {
        return members * budgetPercent / 100;
    }

    private static void requireAttempts(int count) {
        if (count < 1 || count > ATTEMPTS_MAX) {
            throw new IllegalArgumentException(count + " attempts; write 1 to " + ATTEMPTS_MAX);
        }
    }
}
