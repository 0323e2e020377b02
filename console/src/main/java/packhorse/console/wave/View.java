package packhorse.console.wave;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What is decided from: a deployment and what was counted of it, at one instant.
 *
 * @param signed whether the signatures hold for what is carried out
 * @param depotsStaged whether the depots have the releases
 * @param readiness the newest report of it, where one was made since the deployment came to READINESS
 * @param notified whether the stakeholders were told
 * @param waves one for each wave, in their order
 * @param blackout what closes every site now: {@link Blackouts#everywhere}; absent: some site may be open
 */
public record View(
        Deployment deployment,
        Plan plan,
        boolean signed,
        boolean depotsStaged,
        Optional<Readiness> readiness,
        boolean notified,
        List<WaveView> waves,
        Optional<String> blackout) {
    /** Where no blackout closes every site. */
    public View(
            Deployment deployment,
            Plan plan,
            boolean signed,
            boolean depotsStaged,
            Optional<Readiness> readiness,
            boolean notified,
            List<WaveView> waves) {
        this(deployment, plan, signed, depotsStaged, readiness, notified, waves, Optional.empty());
    }

    /**
     * One wave, counted.
     *
     * @param open whether some member's site is open now
     * @param toTakeBack members to be taken back whose next rollback is to be dispatched: {@link Attempts#nextBack} names it
     * @param takingBack members with a rollback that has not ended
     * @param lasts the plan's time for it, or for taking it back, is over, but a site of it opens so late that it has until then; absent: as
     *     the plan says
     */
    public record WaveView(WaveTally tally, boolean open, long toTakeBack, long takingBack, Optional<Instant> lasts) {
        public WaveView(WaveTally tally, boolean open, long toTakeBack, long takingBack) {
            this(tally, open, toTakeBack, takingBack, Optional.empty());
        }

        public WaveView(WaveTally tally, boolean open) {
            this(tally, open, 0, 0);
        }

        /** Whether it has time although the plan's is over. */
        boolean lasts(Instant now) {
            return lasts.filter(now::isBefore).isPresent();
        }
    }

    public View {
        waves = List.copyOf(waves);
        if (waves.size() != deployment.waves().size()) {
            throw new IllegalArgumentException(deployment.id() + " has "
                    + deployment.waves().size() + " waves; " + waves.size() + " were counted");
        }
    }

    WaveView of(Wave wave) {
        return waves.get(deployment.waves().indexOf(wave));
    }
}
