package packhorse.console.law;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import packhorse.console.wave.Sorting;
import packhorse.console.wave.Wave;
import packhorse.console.wave.WaveId;

/** Law 6: nobody is lost in the count, nobody counted twice. */
public final class SortedOnce implements Law {
    @Override
    public int number() {
        return 6;
    }

    @Override
    public String sentence() {
        return "Analysis sorts the frozen membership: every member is in one class at every instant.";
    }

    @Override
    public List<Breach> breaches(World before, World now) {
        List<Breach> breaches = new ArrayList<>();
        for (World.Order order : now.orders()) {
            for (Map.Entry<WaveId, SortedMap<Sorting, Long>> entry :
                    order.sorted().entrySet()) {
                Wave wave = order.deployment().wave(entry.getKey().number());
                long sum = 0;
                boolean negative = false;
                for (long count : entry.getValue().values()) {
                    sum += count;
                    negative |= count < 0;
                }
                if (wave.membership().isPresent() && (sum != wave.members() || negative)) {
                    breaches.add(Breach.of(
                            this,
                            order.deployment().id(),
                            wave.id() + " has " + wave.members() + " members, sorted are " + entry.getValue()));
                }
            }
        }
        return breaches;
    }
}
