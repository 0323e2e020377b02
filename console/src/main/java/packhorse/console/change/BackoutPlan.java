package packhorse.console.change;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import packhorse.core.content.Sha256;

/**
 * How the way back goes, decided before the way there begins.
 *
 * @param criteria what triggers it
 * @param recoverable the states that may be gone back to
 * @param order what is recovered first, and what after it, in people's words: the product takes back from the last wave to the first, and a
 *     person says whether that was it
 * @param recoveryTime how long the way back may take (RTO)
 * @param recoveryPoint how much may be lost (RPO)
 * @param rehearsals all that were held
 */
public record BackoutPlan(
        List<String> criteria,
        List<String> recoverable,
        List<String> order,
        Optional<Duration> recoveryTime,
        Optional<Duration> recoveryPoint,
        List<Rehearsal> rehearsals) {
    /**
     * The way back, gone once on test endpoints.
     *
     * @param manifests the releases it was gone with
     * @param good whether the endpoints were where they had been
     * @param took from the order to the last endpoint
     */
    public record Rehearsal(PersonId by, List<Sha256> manifests, boolean good, Duration took, Instant at) {
        public Rehearsal {
            manifests = List.copyOf(manifests);
            if (took.isNegative()) {
                throw new IllegalArgumentException("a rehearsal that took " + took);
            }
        }
    }

    public BackoutPlan {
        criteria = Words.lines("the criteria", criteria);
        recoverable = Words.lines("the recoverable states", recoverable);
        order = Words.lines("the order of recovery", order);
        rehearsals = Words.bounded("the rehearsals", rehearsals);
    }

    /** Nothing written yet. */
    public static BackoutPlan empty() {
        return new BackoutPlan(List.of(), List.of(), List.of(), Optional.empty(), Optional.empty(), List.of());
    }

    /** What is still to be written. */
    public List<String> missing() {
        List<String> missing = new ArrayList<>();
        if (criteria.isEmpty()) {
            missing.add("the criteria that trigger it");
        }
        if (recoverable.isEmpty()) {
            missing.add("the valid recoverable states");
        }
        if (order.isEmpty()) {
            missing.add("the order of recovery");
        }
        if (recoveryTime.isEmpty()) {
            missing.add("the recovery time");
        }
        if (recoveryPoint.isEmpty()) {
            missing.add("the recovery point");
        }
        return missing;
    }

    /** The last one held. */
    public Optional<Rehearsal> lastRehearsal() {
        return rehearsals.stream().max(Comparator.comparing(Rehearsal::at));
    }

    /** Whether the way back was gone with exactly these releases, the last time it was tried, and in time. */
    public Finding rehearsed(List<Sha256> manifests, Instant now) {
        Optional<Rehearsal> last = rehearsals.stream()
                .filter(one -> one.manifests().equals(manifests))
                .max(Comparator.comparing(Rehearsal::at));
        if (last.isEmpty()) {
            return Finding.notMet(
                    rehearsals.isEmpty()
                            ? "the backout was never rehearsed"
                            : "the backout was rehearsed with other releases only",
                    now);
        }
        Rehearsal held = last.get();
        if (!held.good()) {
            return Finding.notMet("the last rehearsal, at " + held.at() + ", did not bring everything back", now);
        }
        if (recoveryTime.isPresent() && held.took().compareTo(recoveryTime.get()) > 0) {
            return Finding.notMet(
                    "the rehearsal took " + held.took() + ", longer than the recovery time of " + recoveryTime.get(),
                    now);
        }
        return Finding.met("rehearsed at " + held.at() + ", took " + held.took(), now);
    }

    /** The same with one rehearsal more. */
    public BackoutPlan with(Rehearsal rehearsal) {
        List<Rehearsal> more = new ArrayList<>(rehearsals);
        more.add(rehearsal);
        return new BackoutPlan(criteria, recoverable, order, recoveryTime, recoveryPoint, more);
    }
}
