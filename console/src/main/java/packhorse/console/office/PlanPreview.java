package packhorse.console.office;

import java.util.List;
import java.util.Optional;
import packhorse.console.gate.Stratum;
import packhorse.console.wave.Plan;
import packhorse.core.content.Sha256;

/**
 * What a plan would do, as the fleet is now.
 *
 * @param plan empty where the order changes the repository alone
 * @param digest what signatures would be bound to
 * @param contradictions what keeps it from being kept as the order's plan; none: it may be
 * @param targets how many endpoints it names
 * @param waves in their order, the beta group first
 * @param uncovered strata that nobody in the beta group stands for
 * @param findings what the division could not give: a beta group too small for its guarantee, a wave of nobody
 * @param guarantees what the verdicts of these waves can bear out with so few endpoints, one line each
 * @param openings the next ones of each site that has targets
 * @param estimate bytes and times, with what they rest on
 */
public record PlanPreview(
        Optional<Plan> plan,
        Sha256 digest,
        List<String> contradictions,
        long targets,
        List<WavePreview> waves,
        List<Stratum> uncovered,
        List<String> findings,
        List<String> guarantees,
        List<String> openings,
        Forecast.Expected estimate) {
    /**
     * One wave.
     *
     * @param number 0 is the beta group
     * @param slice what it takes, for people
     * @param endpoints how many that is now
     * @param sites at how many sites
     */
    public record WavePreview(int number, String name, String slice, long endpoints, long sites) {}
}
