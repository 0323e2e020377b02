package packhorse.core.state;

import java.util.Optional;
import packhorse.core.content.Platform;
import packhorse.core.content.ReleaseName;
import packhorse.core.content.Version;

/**
 * What an endpoint has of one release line (name and platform): the trade's four words, and the versions they are about.
 *
 * <pre>
 * presence   STAGED and below: no version is in place, the other three are NONE, INACTIVE, UNKNOWN
 * open       a transaction runs or is undoable: previous is what a rollback brings back
 * committed  previous is kept where it is at hand, for an order to go back; no promise stands on it
 * </pre>
 *
 * @param version in place now
 * @param previous what a rollback would bring back; absent: nothing was there before, a rollback ends in ABSENT
 * @param undoable whether the way back stands whole on this disk
 * @param detail one line for people, may be empty
 */
public record LineState(
        ReleaseName name,
        Platform platform,
        Optional<Version> version,
        Optional<Version> previous,
        Presence presence,
        TransactionState transaction,
        Activation activation,
        Health health,
        boolean undoable,
        String detail) {
    /** Where the content is. */
    public enum Presence {
        ABSENT,
        STAGED,
        INSTALLED
    }

    /** Whether it can still be taken back. */
    public enum TransactionState {
        NONE,
        PREPARED,
        UNDOABLE,
        COMMITTED
    }

    /** Whether it is the one in use. */
    public enum Activation {
        INACTIVE,
        PENDING_RESTART,
        PENDING_REBOOT,
        ACTIVE
    }

    /** What the last look at it said. */
    public enum Health {
        OK,
        ERROR,
        DRIFT,
        UNKNOWN
    }

    public LineState {
        if ((presence == Presence.INSTALLED) != version.isPresent()) {
            throw new IllegalArgumentException(name + " is " + presence + " with version " + version);
        }
    }

    /** Nothing of the line is here. */
    public static LineState absent(ReleaseName name, Platform platform) {
        return new LineState(
                name,
                platform,
                Optional.empty(),
                Optional.empty(),
                Presence.ABSENT,
                TransactionState.NONE,
                Activation.INACTIVE,
                Health.UNKNOWN,
                false,
                "");
    }
}
