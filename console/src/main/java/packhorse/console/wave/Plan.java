package packhorse.console.wave;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import packhorse.console.calendar.Blackout;
import packhorse.console.calendar.Window;
import packhorse.console.gate.Thresholds;
import packhorse.core.state.InstallPolicy;
import packhorse.core.state.Operation;
import packhorse.core.state.Subject;

/**
 * What is to be done, where, when and how carefully: the whole of what is signed. Each part refuses what makes no sense by itself;
 * {@link #contradictions} finds what the parts say against each other.
 *
 * @param subjects the releases in their order, or one bundle
 * @param beta absent: no beta group
 * @param waves in their order, the last one takes the rest
 * @param windows on each site's own clock
 * @param seed of every choice that chance makes, so that it can be repeated
 */
public record Plan(
        List<Subject> subjects,
        Operation operation,
        Targets targets,
        Optional<BetaPlan> beta,
        List<WavePlan> waves,
        List<Window> windows,
        List<Blackout> blackouts,
        Thresholds thresholds,
        BlastRadius blastRadius,
        RetryPolicy retry,
        Timeouts timeouts,
        Transfer transfer,
        Judging judging,
        InstallPolicy policy,
        long seed) {
    /** More would be a queue, not a plan. */
    public static final int WAVES_MAX = 100;

    /** An order of more releases is a bundle. */
    public static final int SUBJECTS_MAX = 100;

    public Plan {
        subjects = List.copyOf(subjects);
        waves = List.copyOf(waves);
        windows = List.copyOf(windows);
        blackouts = List.copyOf(blackouts);
    }

    /** The same for other releases. */
    public Plan with(List<Subject> others) {
        return new Plan(
                others,
                operation,
                targets,
                beta,
                waves,
                windows,
                blackouts,
                thresholds,
                blastRadius,
                retry,
                timeouts,
                transfer,
                judging,
                policy,
                seed);
    }

    /** One line for each contradiction; none: it may be signed. */
    public List<String> contradictions(Instant now) {
        return PlanCheck.contradictions(this, now);
    }

    /** How many waves there are, the beta group too. */
    public int waveCount() {
        return waves.size() + (beta.isPresent() ? 1 : 0);
    }

    /** The attributes that its waves are cut by. */
    public Set<String> cutBy() {
        return waves.stream()
                .map(WavePlan::slice)
                .filter(Slice.Attribute.class::isInstance)
                .map(slice -> ((Slice.Attribute) slice).key())
                .collect(Collectors.toUnmodifiableSet());
    }

    /** The number of the first one: 0 where there is a beta group. */
    public int firstWave() {
        return beta.isPresent() ? WaveId.BETA : 1;
    }
}
