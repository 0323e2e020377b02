package packhorse.console.scheduler;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import packhorse.console.ledger.Kinds;
import packhorse.console.ledger.Pages;
import packhorse.console.ledger.Stored;
import packhorse.console.notice.NoticeKind;
import packhorse.console.wave.DeploymentId;
import packhorse.console.wave.DeploymentState;
import packhorse.console.wave.Readiness;

/**
 * Looks whether a deployment is ready, by itself and again while only people's answers are missing. What is known to be not so sends the deployment back at once;
 * what the product cannot look at waits, and the stakeholders hear of it once.
 */
public final class ReadinessClerk {
    /** A look reads the whole fleet; what changed on it is seen that late. What people say of the order is seen at once. */
    static final Duration AGAIN = Duration.ofMinutes(1);

    private final Surroundings surroundings;
    private final Bell bell;

    ReadinessClerk(Surroundings surroundings, Bell bell) {
        this.surroundings = surroundings;
        this.bell = bell;
    }

    /** Whether it is to be looked at now. */
    static boolean due(Pages pages, Sight sight) {
        if (sight.deployment().state() != DeploymentState.READINESS) {
            return false;
        }
        Optional<Readiness> last = last(pages, sight);
        return last.isEmpty()
                || (last.get().waitsForPeople()
                        && (!sight.now().isBefore(last.get().at().plus(AGAIN))
                                || pages.get(Kinds.ORDER, sight.order().id().text())
                                        .at()
                                        .isAfter(last.get().at())));
    }

    /** What was found since it is looked at; what was found before that is of another time. */
    static Optional<Readiness> last(Pages pages, Sight sight) {
        return pages.find(Kinds.READINESS, sight.id().toString())
                .map(Stored::value)
                .filter(report -> !report.at().isBefore(sight.deployment().since()));
    }

    /** Looks, and keeps what was found. */
    boolean look(Pages pages, Sight sight) {
        boolean first = last(pages, sight).isEmpty();
        Readiness report = surroundings.readiness(pages, sight.deployment());
        keep(pages, sight.id(), report);
        if (first && report.waitsForPeople()) {
            String open = String.join("; ", report.blocking());
            pages.audit("deployment.look", sight.id().toString(), Map.of("open", open));
            bell.ring(
                    pages,
                    sight.order(),
                    NoticeKind.STATUS,
                    sight.id() + " looked",
                    sight.id() + " waits for people to look at "
                            + report.blocking().size() + " things: " + open,
                    Map.of("state", DeploymentState.READINESS.name(), "next", open));
        }
        return true;
    }

    /** Keeps a report as the deployment's last. */
    public static void keep(Pages pages, DeploymentId id, Readiness report) {
        Optional<Stored<Readiness>> before = pages.find(Kinds.READINESS, id.toString());
        if (before.isPresent()) {
            pages.change(before.get(), report);
        } else {
            pages.add(Kinds.READINESS, id.toString(), report);
        }
    }
}
