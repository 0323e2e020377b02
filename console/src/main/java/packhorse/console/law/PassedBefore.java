package packhorse.console.law;

import java.util.ArrayList;
import java.util.List;
import packhorse.console.wave.Wave;

/** Law 2: having finished is not having passed. */
public final class PassedBefore implements Law {
    @Override
    public int number() {
        return 2;
    }

    @Override
    public String sentence() {
        return "No wave starts unless its predecessor passed, or a named person overrode it.";
    }

    @Override
    public List<Breach> breaches(World before, World now) {
        List<Breach> breaches = new ArrayList<>();
        for (World.Order order : now.orders()) {
            for (Wave wave : order.deployment().waves()) {
                if (wave.state().runs() && !order.deployment().mayFollow(wave.id())) {
                    breaches.add(Breach.of(
                            this,
                            order.deployment().id(),
                            wave.id() + " is " + wave.state() + ", but a wave before it has not passed and nobody"
                                    + " waived that"));
                }
            }
        }
        return breaches;
    }
}
