package packhorse.console.wave;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import packhorse.console.change.Actor;
import packhorse.console.change.Outcome;
import packhorse.console.change.Role;
import packhorse.console.change.Who;

/**
 * Places holds and lifts them.
 *
 * <pre>
 * kind      placed by                                                            lifted by
 * OPERATOR  INSTALLATION_COORDINATOR, CHANGE_COORDINATOR, APPROVER, ADMINISTRATOR  INSTALLATION_COORDINATOR, APPROVER
 * POLICY    the product                                                          the product, once it is mended; INSTALLATION_COORDINATOR, APPROVER
 * BLACKOUT  the product                                                          the product, once it is over
 * LAW       the product                                                          APPROVER
 * </pre>
 */
public final class HoldDesk {
    private static final Who PLACERS =
            Who.of(Role.INSTALLATION_COORDINATOR, Role.CHANGE_COORDINATOR, Role.APPROVER, Role.ADMINISTRATOR);

    private HoldDesk() {}

    /** Who may place one by hand. */
    public static Who placers() {
        return PLACERS;
    }

    /** Who may lift one of this kind. */
    public static Who lifters(Hold.Kind kind) {
        return switch (kind) {
            case OPERATOR -> Who.of(Role.INSTALLATION_COORDINATOR, Role.APPROVER);
            case POLICY -> Who.orProduct(Role.INSTALLATION_COORDINATOR, Role.APPROVER);
            case BLACKOUT -> Who.onlyProduct();
            case LAW -> Who.of(Role.APPROVER);
        };
    }

    /** Holds the deployment. A second hold of a kind that holds already is no other one. */
    public static Outcome<Deployment> place(
            Deployment deployment, Hold.Kind kind, String why, Actor actor, Instant now) {
        boolean product = actor instanceof Actor.Product;
        if (product == (kind == Hold.Kind.OPERATOR) || (!product && !PLACERS.includes(actor))) {
            return Outcome.rejected(deployment.id() + ": a hold of the kind " + kind + " is placed by "
                    + (kind == Hold.Kind.OPERATOR ? PLACERS : Who.onlyProduct()) + "; " + actor.name() + " is none");
        }
        if (deployment.state().isFinal()) {
            return Outcome.rejected(deployment.id() + " is " + deployment.state() + ": nothing is left to hold");
        }
        if (deployment.holding().stream().anyMatch(hold -> hold.kind() == kind)) {
            return Outcome.moved(deployment);
        }
        List<Hold> all = new ArrayList<>(deployment.holds());
        all.add(Hold.of(kind, actor.name(), why, now));
        return Outcome.moved(deployment.held(all));
    }

    /** Lifts the hold of this kind. */
    public static Outcome<Deployment> lift(Deployment deployment, Hold.Kind kind, Actor actor, Instant now) {
        if (deployment.holding().stream().noneMatch(hold -> hold.kind() == kind)) {
            return Outcome.rejected(deployment.id() + " has no hold of the kind " + kind);
        }
        Who lifters = lifters(kind);
        if (!lifters.includes(actor)) {
            return Outcome.rejected(deployment.id() + ": a hold of the kind " + kind + " is lifted by " + lifters + "; "
                    + actor.name() + " is none");
        }
        return Outcome.moved(deployment.held(deployment.holds().stream()
                .map(hold -> hold.kind() == kind && hold.holds() ? hold.lift(now) : hold)
                .toList()));
    }
}
