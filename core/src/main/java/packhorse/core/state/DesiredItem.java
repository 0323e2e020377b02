package packhorse.core.state;

import java.time.Instant;
import java.util.Optional;

/**
 * One thing an endpoint should come to.
 *
 * @param action names this attempt; reports repeat it
 * @param fetchNotBefore no byte is asked for earlier; absent: at once
 * @param activateNotBefore nothing is put in place earlier; absent: at once
 * @param deadline what is not done by then is reported as timed out and left; absent: none
 * @param leaseUntil the right to do the irreversible step until then; absent: it has to be asked for
 * @param policy what is allowed and demanded where something is put in place
 */
public record DesiredItem(
        String action,
        Subject subject,
        Operation operation,
        Optional<Instant> fetchNotBefore,
        Optional<Instant> activateNotBefore,
        Optional<Instant> deadline,
        Priority priority,
        Optional<Instant> leaseUntil,
        InstallPolicy policy) {
    /** Longer names are nobody's. */
    public static final int ACTION_LENGTH_MAX = 128;

    /** With {@link InstallPolicy#DEFAULT}. */
    public DesiredItem(
            String action,
            Subject subject,
            Operation operation,
            Optional<Instant> fetchNotBefore,
            Optional<Instant> activateNotBefore,
            Optional<Instant> deadline,
            Priority priority,
            Optional<Instant> leaseUntil) {
        this(
                action,
                subject,
                operation,
                fetchNotBefore,
                activateNotBefore,
                deadline,
                priority,
                leaseUntil,
                InstallPolicy.DEFAULT);
    }

    public DesiredItem {
        if (action.isEmpty() || action.length() > ACTION_LENGTH_MAX) {
            throw new IllegalArgumentException(
                    "an action's name has 1 to " + ACTION_LENGTH_MAX + " characters, not " + action.length());
        }
        if (deadline.isPresent()
                && fetchNotBefore.isPresent()
                && !deadline.get().isAfter(fetchNotBefore.get())) {
            throw new IllegalArgumentException("the action " + action + " may not fetch before " + fetchNotBefore.get()
                    + " but has to be done by " + deadline.get());
        }
    }
}
