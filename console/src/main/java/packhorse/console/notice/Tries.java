package packhorse.console.notice;

import java.time.Duration;
import java.time.Instant;

/**
 * How often and when it is tried again: after half a minute, then twice as long each time up to an hour, spread by a fifth so that what
 * failed together does not come together; {@value #TRIES_MAX} tries are most of a day, longer than a mail server's update and
 * shorter than news stays news. Then it is dead, with the last reason, until a person sends it again.
 */
public final class Tries {
    /** So many, the first among them. */
    public static final int TRIES_MAX = 24;

    static final Duration FIRST_WAIT = Duration.ofSeconds(30);
    static final Duration WAIT_MAX = Duration.ofHours(1);

    /** What follows a try. */
    public sealed interface Next {
        /** It is told. */
        record Done() implements Next {}

        /** Once more, not before. */
        record Again(Instant due, String reason) implements Next {}

        /** Never again by itself. */
        record Dead(String reason) implements Next {}
    }

    private Tries() {}

    /**
     * What follows.
     *
     * @param id spreads the waits
     * @param before tries that failed before this one
     */
    public static Next next(String id, int before, Attempt attempt, Instant now) {
        return switch (attempt) {
            case Attempt.Sent sent -> new Next.Done();
            case Attempt.Refused refused -> new Next.Dead(refused.reason());
            case Attempt.Failed failed ->
                before + 1 >= TRIES_MAX
                        ? new Next.Dead("given up after " + TRIES_MAX + " tries: " + failed.reason())
                        : new Next.Again(now.plus(wait(id, before, failed)), failed.reason());
        };
    }

    private static Duration wait(String id, int before, Attempt.Failed failed) {
        // Six doublings reach the bound; shifting further would overflow.
        Duration wait = FIRST_WAIT.multipliedBy(1L << Math.min(before, 7));
        Duration wish = failed.wish().orElse(Duration.ZERO);
        Duration longer = wait.compareTo(wish) < 0 ? wish : wait;
        Duration bounded = longer.compareTo(WAIT_MAX) > 0 ? WAIT_MAX : longer;
        long spread = Math.floorMod((id + before).hashCode(), 1_000);
        return bounded.plus(bounded.multipliedBy(spread).dividedBy(5_000));
    }
}
