package packhorse.console.law;

import java.util.ArrayList;
import java.util.List;
import packhorse.console.wave.Wave;

/** Law 1: a bad release meets one wave, not two. */
public final class OneWaveAtATime implements Law {
    @Override
    public int number() {
        return 1;
    }

    @Override
    public String sentence() {
        return "At most one wave of a deployment is ACTIVE or DRAINING.";
    }

    @Override
    public List<Breach> breaches(World before, World now) {
        List<Breach> breaches = new ArrayList<>();
        for (World.Order order : now.orders()) {
            List<Wave> running = new ArrayList<>();
            for (Wave wave : order.deployment().waves()) {
                if (wave.state().runs()) {
                    running.add(wave);
                }
            }
            if (running.size() > 1) {
                breaches.add(Breach.of(
                        this,
                        order.deployment().id(),
                        running.get(0).id() + " is " + running.get(0).state() + " and "
                                + running.get(1).id() + " is " + running.get(1).state()));
            }
        }
        return breaches;
    }
}
