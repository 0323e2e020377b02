package packhorse.tracker.console;

import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import packhorse.core.message.v1.Envelope;
import packhorse.core.message.v1.Presence;
import packhorse.core.message.v1.Present;
import packhorse.core.topology.EndpointId;

/** Who is here. It is a level and no row of events: each console is told of what changed since it was told. Safe for any thread. */
final class Attendance {
    private record Here(Optional<String> site, Instant since, long acting) {}

    private final Lines lines;
    private final Memory memory;
    private final InstantSource clock;
    private final Map<EndpointId, Here> here = new ConcurrentHashMap<>();
    private final AtomicBoolean due = new AtomicBoolean();

    Attendance(Lines lines, Memory memory, InstantSource clock) {
        this.lines = lines;
        this.memory = memory;
        this.clock = clock;
    }

    /**
     * An endpoint is here, or something of it is other than it was.
     *
     * @return whether it is
     */
    boolean here(EndpointId endpoint, Optional<String> site, long acting) {
        Here before = here.get(endpoint);
        if (before != null && before.site().equals(site) && before.acting() == acting) {
            return false;
        }
        here.put(endpoint, new Here(site, before == null ? clock.instant() : before.since(), acting));
        changed(endpoint);
        return true;
    }

    /** An endpoint is not here any more. */
    void gone(EndpointId endpoint) {
        here.remove(endpoint);
        changed(endpoint);
    }

    private void changed(EndpointId endpoint) {
        lines.forEach(line -> line.due(endpoint));
        due.set(true);
    }

    /** A console that is in the list already is to be told of all; whoever comes meanwhile is named twice and not never. */
    void opened(ConsoleLine line) {
        line.due(here.keySet());
        due.set(true);
    }

    /** Tells all consoles what they were not told; what does not fit into a queue is told with a later call. */
    void tell() {
        if (due.getAndSet(false)) {
            lines.forEach(this::tell);
        }
    }

    private void tell(ConsoleLine line) {
        for (Optional<ConsoleLine.Batch> next = line.next(); next.isPresent(); next = line.next()) {
            ConsoleLine.Batch batch = next.get();
            if (!line.send(Envelope.newBuilder().setPresence(presence(batch)))) {
                line.unsaid(batch);
                if (!line.closed) {
                    due.set(true);
                }
                return;
            }
        }
    }

    private Presence presence(ConsoleLine.Batch batch) {
        Presence.Builder presence = Presence.newBuilder().setFull(batch.full());
        for (EndpointId endpoint : batch.endpoints()) {
            Here its = here.get(endpoint);
            if (its == null) {
                presence.addGone(Memory.bytes(endpoint));
            } else {
                presence.addHere(Present.newBuilder()
                        .setEndpoint(Memory.bytes(endpoint))
                        .setSite(its.site().orElse(""))
                        .setSinceMillis(its.since().toEpochMilli())
                        .setDesiredRevision(Math.max(its.acting(), memory.revision(endpoint))));
            }
        }
        return presence.build();
    }
}
