package packhorse.tracker.session;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import packhorse.tracker.swarm.Directory;

/**
 * Whether an agent whose neighbours fetch is still there. It is asked when it said nothing for a while, and is gone when it left
 * questions unanswered until its silence had lasted {@link Directory#SILENCE_MAX}. Silence from before it was asked proves nothing: an
 * idle session's heartbeats are much slower, and its swarm may move since a moment ago. Neither does time in which the tracker itself did
 * not look.
 *
 * <p>Owns when it was asked. One thread.
 */
final class SilenceWatch {
    /** Of the time between two looks no more counts: what was said meanwhile may not have been read yet. */
    private static final Duration LOOK_MAX = Duration.ofSeconds(1);

    /** What to do about the agent. */
    enum Verdict {
        /** It was heard of, or has time left to answer. */
        WAIT,
        /** Ask whether it is there. */
        ASK,
        /** It did not answer. */
        GONE
    }

    private final Duration askAfter;
    private final Duration patience;
    private @Nullable Instant asked;
    private Instant askedLast = Instant.EPOCH;
    private Instant looked = Instant.EPOCH;
    private Duration unanswered = Duration.ZERO;

    /** @param askAfter it is asked after this long, and again after as long; less than {@link Directory#SILENCE_MAX} */
    SilenceWatch(Duration askAfter) {
        this.askAfter = askAfter;
        this.patience = Directory.SILENCE_MAX.minus(askAfter);
    }

    /** A look at an agent that has not been heard of for {@code silence}. */
    Verdict look(Duration silence, Instant now) {
        Duration since = Duration.between(looked, now);
        looked = now;
        if (silence.compareTo(askAfter) <= 0) {
            asked = null;
            return Verdict.WAIT;
        }
        if (asked == null || now.minus(silence).isAfter(asked)) {
            asked = now;
            askedLast = now;
            unanswered = Duration.ZERO;
            return Verdict.ASK;
        }
        // A clock that was set back shows less than no time.
        unanswered =
                unanswered.plus(since.isNegative() ? Duration.ZERO : since.compareTo(LOOK_MAX) > 0 ? LOOK_MAX : since);
        if (unanswered.compareTo(patience) >= 0 && silence.compareTo(Directory.SILENCE_MAX) > 0) {
            return Verdict.GONE;
        }
        if (Duration.between(askedLast, now).abs().compareTo(askAfter) >= 0) {
            askedLast = now;
            return Verdict.ASK;
        }
        return Verdict.WAIT;
    }
}
