package packhorse.console.law;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import packhorse.console.wave.DeploymentId;

/** Law 4: a plan that changed after it was signed is another plan. */
public final class OnlyWhatWasSigned implements Law {
    @Override
    public int number() {
        return 4;
    }

    @Override
    public String sentence() {
        return "What is executed is what was approved: the digest matches, else the approval is void.";
    }

    @Override
    public List<Breach> breaches(World before, World now) {
        List<Breach> breaches = new ArrayList<>();
        for (World.Start start : World.begun(before, now)) {
            DeploymentId id = start.action().wave().deployment();
            Optional<World.Order> order = now.order(id);
            if (order.isEmpty() || !order.get().signed(start.plan())) {
                breaches.add(Breach.of(
                        this, id, start.action() + " began under the plan " + start.plan() + ", which nobody signed"));
            }
        }
        return breaches;
    }
}
