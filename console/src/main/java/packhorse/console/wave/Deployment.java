package packhorse.console.wave;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import packhorse.core.content.Sha256;

/**
 * A deployment as it stands: an order's plan being carried out.
 *
 * @param since when it came to its state
 * @param plan the digest of what is carried out
 * @param holds all that were ever placed, in their order
 * @param waves in their order, the beta group first
 * @param backoutCalledOff a person ended its backout: the product begins none by itself any more
 */
public record Deployment(
        DeploymentId id,
        DeploymentState state,
        Instant since,
        Sha256 plan,
        List<Hold> holds,
        List<Wave> waves,
        boolean backoutCalledOff) {
    /** One that nobody called off. */
    public Deployment(
            DeploymentId id, DeploymentState state, Instant since, Sha256 plan, List<Hold> holds, List<Wave> waves) {
        this(id, state, since, plan, holds, waves, false);
    }

    public Deployment {
        holds = List.copyOf(holds);
        waves = List.copyOf(waves);
    }

    /** As a plan defines it. */
    public static Deployment planned(DeploymentId id, Plan plan, Sha256 digest, Instant now) {
        List<Wave> waves = new ArrayList<>();
        for (int number = plan.firstWave(); number <= plan.waves().size(); number++) {
            waves.add(Wave.planned(new WaveId(id, number), now));
        }
        return new Deployment(id, DeploymentState.PLANNED, now, digest, List.of(), waves);
    }

    /** Those that hold now. */
    public List<Hold> holding() {
        return holds.stream().filter(Hold::holds).toList();
    }

    public boolean isHeld() {
        return holds.stream().anyMatch(Hold::holds);
    }

    /** The wave of this number. */
    public Wave wave(int number) {
        for (Wave wave : waves) {
            if (wave.id().number() == number) {
                return wave;
            }
        }
        throw new IllegalArgumentException(id + " has no wave " + number);
    }

    /** The first that is not over. */
    public Optional<Wave> current() {
        return waves.stream().filter(wave -> !wave.state().isFinal()).findFirst();
    }

    /** The one that changes endpoints. */
    public Optional<Wave> running() {
        return waves.stream().filter(wave -> wave.state().runs()).findFirst();
    }

    /** Whether all before this one let it begin; none before the first. */
    public boolean mayFollow(WaveId id) {
        return waves.stream().filter(wave -> wave.id().number() < id.number()).allMatch(Wave::letsPass);
    }

    /** Whether nothing of it runs any more. */
    public boolean wavesOver() {
        return waves.stream().allMatch(wave -> wave.state().isFinal());
    }

    /** Those that were judged too bad. */
    public List<Wave> failures() {
        return waves.stream().filter(Wave::failed).toList();
    }

    /** The same with one wave as it stands now. */
    public Deployment with(Wave changed) {
        return new Deployment(
                id,
                state,
                since,
                plan,
                holds,
                waves.stream()
                        .map(wave -> wave.id().equals(changed.id()) ? changed : wave)
                        .toList(),
                backoutCalledOff);
    }

    Deployment at(DeploymentState to, Instant now) {
        boolean calledOff = state == DeploymentState.BACKOUT && to == DeploymentState.ABORTING;
        return new Deployment(id, to, now, plan, holds, waves, backoutCalledOff || calledOff);
    }

    Deployment held(List<Hold> all) {
        return new Deployment(id, state, since, plan, all, waves, backoutCalledOff);
    }

    /** The same with another plan: signatures of the one before say nothing of it. */
    public Deployment amended(Sha256 digest) {
        return new Deployment(id, state, since, digest, holds, waves, backoutCalledOff);
    }
}
