package packhorse.console.change;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import packhorse.core.content.Version;
import packhorse.core.unit.ByteCount;

/**
 * All that is planned for an order.
 *
 * @param stakeholders whom it concerns; each is told by the communications plan
 */
public record OrderPlans(
        DistributionPlan distribution,
        DeploymentGuide guide,
        List<String> stakeholders,
        CommunicationsPlan communications,
        BackoutPlan backout,
        TestPlan test,
        Baseline baseline) {
    /** Any agent, clocks within a minute, a gibibyte free. */
    private static final Baseline USUAL =
            new Baseline(Version.parse("0"), Duration.ofMinutes(1), new ByteCount(1L << 30), Optional.empty());

    public OrderPlans {
        stakeholders = Words.lines("the stakeholders", stakeholders);
    }

    /** Nothing planned yet. */
    public static OrderPlans empty() {
        return new OrderPlans(
                DistributionPlan.empty(),
                DeploymentGuide.empty(),
                List.of(),
                CommunicationsPlan.empty(),
                BackoutPlan.empty(),
                TestPlan.empty(),
                USUAL);
    }

    /** What a template has planned already. */
    public static OrderPlans of(ChangeTemplate template) {
        return new OrderPlans(
                DistributionPlan.empty(),
                template.guide(),
                template.communications().lines().stream()
                        .map(CommunicationsPlan.Line::stakeholder)
                        .distinct()
                        .toList(),
                template.communications(),
                template.backout(),
                template.testPlan(),
                USUAL);
    }

    /** The same with another distribution plan. */
    public OrderPlans with(DistributionPlan other) {
        return new OrderPlans(other, guide, stakeholders, communications, backout, test, baseline);
    }

    /** The same with another backout plan. */
    public OrderPlans with(BackoutPlan other) {
        return new OrderPlans(distribution, guide, stakeholders, communications, other, test, baseline);
    }

    /** The stakeholders whom nobody tells. */
    public List<String> untold() {
        return stakeholders.stream()
                .filter(one -> communications.lines().stream()
                        .noneMatch(line -> line.stakeholder().equals(one)))
                .toList();
    }
}
