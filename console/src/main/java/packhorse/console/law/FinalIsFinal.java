package packhorse.console.law;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import packhorse.console.wave.Action;
import packhorse.console.wave.ActionId;
import packhorse.console.wave.Wave;
import packhorse.console.wave.WaveState;

/** Law 7: a retry is a new attempt, and a verdict is not revised by who comes late. */
public final class FinalIsFinal implements Law {
    @Override
    public int number() {
        return 7;
    }

    @Override
    public String sentence() {
        return "Terminal states are final.";
    }

    @Override
    public List<Breach> breaches(World before, World now) {
        List<Breach> breaches = new ArrayList<>();
        Map<ActionId, Action> ended = new HashMap<>();
        for (Action action : before.actions()) {
            if (action.ended()) {
                ended.put(action.id(), action);
            }
        }
        for (Action action : now.actions()) {
            Action was = ended.get(action.id());
            if (was != null && was.state() != action.state()) {
                breaches.add(Breach.of(
                        this,
                        action.id().wave().deployment(),
                        action.id() + " ended as " + was.state() + " and is " + action.state()));
            }
        }
        for (World.Order was : before.orders()) {
            Optional<World.Order> found = now.order(was.deployment().id());
            if (found.isEmpty()) {
                continue;
            }
            World.Order order = found.get();
            if (was.deployment().state().isFinal()
                    && order.deployment().state() != was.deployment().state()) {
                breaches.add(Breach.of(
                        this,
                        was.deployment().id(),
                        "it was " + was.deployment().state() + " and is "
                                + order.deployment().state()));
            }
            for (Wave wave : was.deployment().waves()) {
                Wave is = order.deployment().wave(wave.id().number());
                boolean left = wave.state().isFinal() && is.state() != wave.state();
                boolean revised =
                        (wave.state() == WaveState.JUDGED || wave.state().isFinal())
                                && is.extensions() == wave.extensions()
                                && !is.verdict().equals(wave.verdict());
                boolean members =
                        wave.membership().isPresent() && !is.membership().equals(wave.membership());
                if (left || revised || members) {
                    breaches.add(Breach.of(
                            this,
                            was.deployment().id(),
                            wave.id() + " was " + wave.state() + " "
                                    + wave.verdict().map(Enum::name).orElse("")
                                    + " with membership " + wave.membership() + " and is " + is.state() + " "
                                    + is.verdict().map(Enum::name).orElse("") + " with " + is.membership()));
                }
            }
        }
        return breaches;
    }
}
