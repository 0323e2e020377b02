package packhorse.console.intake;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import packhorse.core.state.ActionState;
import packhorse.core.state.StatusEntry;

/**
 * How long a test endpoint took, by its own reports, for {@link packhorse.console.change.TestResult}.
 *
 * @param transmission from the first byte asked for until the content was there, verified
 * @param installation from the first change until all was checked; waiting before it is not in it
 */
public record MeasuredTimes(Optional<Duration> transmission, Optional<Duration> installation) {
    /**
     * Of one action.
     *
     * @param reports all of it, by sequence; a clock that was put back leaves a time out
     */
    public static MeasuredTimes of(List<StatusEntry> reports) {
        return new MeasuredTimes(
                between(
                        reports,
                        Set.of(ActionState.FETCHING),
                        Set.of(ActionState.STAGED, ActionState.PRECHECK, ActionState.PREPARED)),
                between(
                        reports,
                        Set.of(ActionState.APPLYING, ActionState.ACTIVATING),
                        Set.of(ActionState.COMMITTABLE, ActionState.COMMITTING, ActionState.COMMITTED)));
    }

    private static Optional<Duration> between(
            List<StatusEntry> reports, Set<ActionState> begins, Set<ActionState> ends) {
        Optional<Instant> from = Optional.empty();
        for (StatusEntry report : reports) {
            if (from.isEmpty() && begins.contains(report.state())) {
                from = Optional.of(report.at());
            } else if (from.isPresent() && ends.contains(report.state())) {
                Duration took = Duration.between(from.get(), report.at());
                return took.isNegative() ? Optional.empty() : Optional.of(took);
            }
        }
        return Optional.empty();
    }
}
