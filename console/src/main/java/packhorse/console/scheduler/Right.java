package packhorse.console.scheduler;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.OptionalLong;
import packhorse.console.ledger.Fence;

/** The right to move deployments and to give leases, of which there is one at a time; this process's, where it has it. */
public final class Right {
    /** What the fence is called in the ledger. */
    public static final String NAME = "scheduler";

    /** It is taken so often within the fence's own time. */
    private static final int RENEWALS = 3;

    private final Fence fence;
    private final Duration renewal;
    private final InstantSource clock;
    private volatile OptionalLong number = OptionalLong.empty();
    private volatile Instant taken = Instant.MIN;
    private volatile boolean blind;

    /** @param renewal it is taken anew that long after it was taken; a third of the fence's own time */
    public Right(Fence fence, Duration renewal, InstantSource clock) {
        this.fence = fence;
        this.renewal = renewal;
        this.clock = clock;
    }

    /** Takes it, or keeps it where it was taken a while ago; its number, empty while another process has it. */
    OptionalLong take() {
        Instant now = clock.instant();
        // A clock that was put back says nothing of how long ago it was.
        boolean fresh = number.isPresent() && !now.isBefore(taken) && now.isBefore(taken.plus(renewal));
        if (!fresh) {
            number = fence.take();
            taken = now;
        }
        return number;
    }

    /**
     * The number it was last taken with. Empty: another process has it, or may have it by now, since it was not kept in its time; or whoever
     * looks after what begins by it has failed and did not look since.
     */
    OptionalLong number() {
        // Without a pause between two takings there is no time to go by.
        boolean late = !renewal.isZero() && !clock.instant().isBefore(taken.plus(renewal.multipliedBy(RENEWALS)));
        return blind || late ? OptionalLong.empty() : number;
    }

    /** Nothing begins by it until somebody {@link #looked}. */
    void blind() {
        blind = true;
    }

    /** Whatever begins by it is looked after. */
    void looked() {
        blind = false;
    }

    /** It is another one's now. */
    void lost() {
        number = OptionalLong.empty();
    }

    /** Gives it back, so that another process need not wait. */
    void release() {
        if (number.isPresent()) {
            number = OptionalLong.empty();
            fence.release();
        }
    }
}
