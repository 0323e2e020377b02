package packhorse.console.law;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import packhorse.console.wave.Action;
import packhorse.console.wave.Line;
import packhorse.core.topology.EndpointId;

/** Law 3: two orders never pull at one release from two sides. */
public final class OneActionPerLine implements Law {
    @Override
    public int number() {
        return 3;
    }

    @Override
    public String sentence() {
        return "An endpoint is in at most one unfinished action per release line.";
    }

    @Override
    public List<Breach> breaches(World before, World now) {
        List<Breach> breaches = new ArrayList<>();
        record Place(EndpointId endpoint, Line line) {}
        Map<Place, Action> unfinished = new HashMap<>();
        for (Action action : now.actions()) {
            if (!action.ended()) {
                Action other = unfinished.put(new Place(action.endpoint(), action.line()), action);
                if (other != null) {
                    breaches.add(Breach.of(
                            this,
                            action.id().wave().deployment(),
                            action.endpoint() + " has " + other.id() + " and " + action.id() + " unfinished, both of "
                                    + action.line()));
                }
            }
        }
        return breaches;
    }
}
