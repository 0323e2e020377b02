package packhorse.console.office;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import packhorse.console.gate.Verdict;
import packhorse.console.wave.DeploymentId;
import packhorse.console.wave.DeploymentState;
import packhorse.console.wave.Hold;
import packhorse.console.wave.WaveId;
import packhorse.console.wave.WaveState;

/**
 * How far a deployment is, in numbers.
 *
 * @param holds those that hold now
 * @param question what a person is asked, where one is
 */
public record DeploymentProgress(
        DeploymentId id,
        DeploymentState state,
        Instant since,
        List<Hold> holds,
        List<WaveProgress> waves,
        Optional<String> question) {
    public DeploymentProgress {
        holds = List.copyOf(holds);
        waves = List.copyOf(waves);
    }

    /**
     * How far a wave is. Members of a wave that is not frozen yet are not counted.
     *
     * @param name as its plan calls it
     * @param staged members that have the content
     * @param ended members whose attempts ended, in whatever way
     * @param succeeded of those
     * @param failed of those
     * @param unreported of those, given up because nothing was heard
     * @param underWay members that have begun and not ended
     * @param unverified members that count against the blast radius
     * @param evidence what the verdict rests on
     * @param gate what was seen of each criterion up to now, with its counts and its interval; of a wave that has begun
     */
    public record WaveProgress(
            WaveId id,
            String name,
            WaveState state,
            Instant since,
            long members,
            long staged,
            long ended,
            long succeeded,
            long failed,
            long unreported,
            long underWay,
            long unverified,
            Optional<Verdict> verdict,
            String evidence,
            List<String> gate) {
        public WaveProgress {
            gate = List.copyOf(gate);
        }
    }
}
