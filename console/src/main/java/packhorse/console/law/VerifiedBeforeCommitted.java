package packhorse.console.law;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import packhorse.console.wave.Action;
import packhorse.core.state.ActionState;
import packhorse.core.topology.EndpointId;

/** Law 10: nothing becomes final unseen. An endpoint whose reports have a gap is looked at when the gap is closed. */
public final class VerifiedBeforeCommitted implements Law {
    @Override
    public int number() {
        return 10;
    }

    @Override
    public String sentence() {
        return "Every COMMITTED was VERIFIED first.";
    }

    @Override
    public List<Breach> breaches(World before, World now) {
        List<Breach> breaches = new ArrayList<>();
        Set<EndpointId> gaps = new HashSet<>();
        for (World.Journal journal : now.journals()) {
            if (!journal.whole()) {
                gaps.add(journal.endpoint());
            }
        }
        for (Action action : now.actions()) {
            if (action.state() == ActionState.COMMITTED && !action.verified() && !gaps.contains(action.endpoint())) {
                breaches.add(Breach.of(
                        this, action.id().wave().deployment(), action.id() + " is COMMITTED and was never found good"));
            }
        }
        return breaches;
    }
}
