package packhorse.console.law;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import packhorse.console.wave.DeploymentId;
import packhorse.console.wave.Hold;
import packhorse.console.wave.LeaseDesk;

/** Law 9: a click stops it within a known time. What a named person forces in a blackout is no breach of the hold that the blackout placed. */
public final class HoldsHold implements Law {
    @Override
    public int number() {
        return 9;
    }

    @Override
    public String sentence() {
        return "After a hold, nothing irreversible starts later than the lease time plus clock skew.";
    }

    @Override
    public List<Breach> breaches(World before, World now) {
        List<Breach> breaches = new ArrayList<>();
        for (World.Start start : World.begun(before, now)) {
            DeploymentId id = start.action().wave().deployment();
            now.order(id).ifPresent(order -> {
                for (Hold hold : order.deployment().holds()) {
                    Instant last = hold.since().plus(LeaseDesk.HALT_WITHIN);
                    boolean forced = hold.kind() == Hold.Kind.BLACKOUT
                            && start.forcedBy().isPresent();
                    if (hold.heldAt(start.at()) && start.at().isAfter(last) && !forced) {
                        breaches.add(
                                Breach.of(this, id, start.action() + " began at " + start.at() + ", " + hold.line()));
                    }
                }
            });
        }
        return breaches;
    }
}
