package packhorse.core.identity;

import java.math.BigInteger;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import packhorse.core.topology.EndpointId;

/**
 * The deny-list of a machine that is no authority: the latest that a tracker told it. Until it was told anything, nobody is denied;
 * a revision that is not newer changes nothing, so that two trackers may both tell. Safe for any thread.
 */
public final class ToldDenials implements DenyList {
    private record Told(long revision, Set<EndpointId> endpoints) {}

    private final AtomicReference<Told> latest = new AtomicReference<>(new Told(0, Set.of()));
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

    /** Takes what a tracker told; listeners are called on this thread when it was news. */
    public void tell(long revision, Set<EndpointId> endpoints) {
        Told next = new Told(revision, Set.copyOf(endpoints));
        Told before = latest.getAndUpdate(told -> told.revision() < revision ? next : told);
        if (before.revision() < revision) {
            listeners.forEach(Runnable::run);
        }
    }

    @Override
    public boolean denied(EndpointId id, BigInteger serial) {
        return latest.get().endpoints().contains(id);
    }

    @Override
    public Set<EndpointId> endpoints() {
        return latest.get().endpoints();
    }

    @Override
    public long revision() {
        return latest.get().revision();
    }

    @Override
    public void onChange(Runnable listener) {
        listeners.add(listener);
    }
}
