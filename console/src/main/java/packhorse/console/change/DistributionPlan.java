package packhorse.console.change;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import packhorse.core.content.Kind;

/**
 * What goes where and when, and what it costs and brings. For images it is the trade's imaging plan.
 *
 * @param releases what goes
 * @param targets where: a query, or words
 * @param sites the sites involved
 * @param start not before
 * @param end not after
 * @param estimate what it takes
 * @param benefit what it brings
 */
public record DistributionPlan(
        Optional<Consignment> releases,
        String targets,
        List<String> sites,
        Optional<Instant> start,
        Optional<Instant> end,
        Optional<Estimate> estimate,
        String benefit) {
    public DistributionPlan {
        targets = Words.prose("the targets", targets);
        sites = List.copyOf(sites);
        benefit = Words.prose("the benefit", benefit);
        if (start.isPresent() && end.isPresent() && !start.get().isBefore(end.get())) {
            throw new IllegalArgumentException(
                    "a plan from " + start.get() + " until " + end.get() + " has no time; end it later");
        }
    }

    /** Nothing planned yet. */
    public static DistributionPlan empty() {
        return new DistributionPlan(
                Optional.empty(), "", List.of(), Optional.empty(), Optional.empty(), Optional.empty(), "");
    }

    /** Whether it is an imaging plan. */
    public boolean isImagingPlan() {
        return releases.stream().anyMatch(all -> all.releases().stream().anyMatch(item -> item.kind() == Kind.IMAGE));
    }

    /** Whether a release travels on something that is carried. */
    public boolean isCarried() {
        return releases.stream()
                .anyMatch(all -> all.releases().stream().anyMatch(item -> item.medium() == Medium.OFFLINE));
    }

    /** What is still to be planned. */
    public List<String> missing() {
        List<String> missing = new ArrayList<>();
        if (releases.isEmpty()) {
            missing.add("the releases");
        }
        if (targets.isEmpty()) {
            missing.add("the targets");
        }
        if (start.isEmpty() || end.isEmpty()) {
            missing.add("the times");
        }
        if (estimate.isEmpty()) {
            missing.add("the estimate");
        }
        if (benefit.isEmpty()) {
            missing.add("the benefit");
        }
        return missing;
    }
}
