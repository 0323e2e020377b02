package packhorse.console.law;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import packhorse.console.wave.ActionId;
import packhorse.core.topology.EndpointId;

/** Law 13: who was told to forget a report may; who has begun begins once. */
public final class NothingLostNothingTwice implements Law {
    @Override
    public int number() {
        return 13;
    }

    @Override
    public String sentence() {
        return "A crash of any process between any two lines loses no report and repeats no action.";
    }

    @Override
    public List<Breach> breaches(World before, World now) {
        List<Breach> breaches = new ArrayList<>();
        record Book(EndpointId endpoint, long journal) {}
        Map<Book, World.Journal> were = new HashMap<>();
        for (World.Journal journal : before.journals()) {
            were.put(new Book(journal.endpoint(), journal.journal()), journal);
        }
        for (World.Journal journal : now.journals()) {
            World.Journal was = were.get(new Book(journal.endpoint(), journal.journal()));
            if (journal.acknowledged() > journal.stored()) {
                breaches.add(Breach.of(
                        this,
                        journal.endpoint() + " was told to forget its reports up to " + journal.acknowledged()
                                + ", stored are those up to " + journal.stored()));
            }
            if (was != null && journal.stored() < was.stored()) {
                breaches.add(Breach.of(
                        this,
                        "of " + journal.endpoint() + " the reports up to " + was.stored()
                                + " were stored, now those up to " + journal.stored()));
            }
        }
        Set<ActionId> begun = new HashSet<>();
        for (World.Start start : now.starts()) {
            if (!begun.add(start.action())) {
                breaches.add(
                        Breach.of(this, start.action().wave().deployment(), start.action() + " began a second time"));
            }
        }
        return breaches;
    }
}
