package packhorse.console.law;

import java.util.ArrayList;
import java.util.List;

/** Law 11: whatever the release does, it breaks no more than that. */
public final class WithinTheBlastRadius implements Law {
    @Override
    public int number() {
        return 11;
    }

    @Override
    public String sentence() {
        return "The number unverified at once never exceeds the blast radius.";
    }

    @Override
    public List<Breach> breaches(World before, World now) {
        List<Breach> breaches = new ArrayList<>();
        for (World.Order order : now.orders()) {
            for (World.Exposure exposure : order.exposures()) {
                long most = exposure.cap().of(exposure.population());
                if (exposure.unverified() > most) {
                    breaches.add(Breach.of(
                            this,
                            order.deployment().id(),
                            exposure.unverified() + " " + exposure.what() + " are not verified, at most " + most));
                }
            }
        }
        return breaches;
    }
}
