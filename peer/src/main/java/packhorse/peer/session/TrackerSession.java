package packhorse.peer.session;

import java.time.Duration;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.core.identity.MachineIdentity;
import packhorse.core.message.FrameCodec;
import packhorse.core.message.v1.AgentReport;
import packhorse.core.message.v1.Assignment;
import packhorse.core.message.v1.AssignmentKnown;
import packhorse.core.message.v1.DenyList;
import packhorse.core.message.v1.Endpoint;
import packhorse.core.message.v1.Envelope;
import packhorse.core.message.v1.ReportsStored;
import packhorse.core.message.v1.Welcome;
import packhorse.core.state.Recollection;
import packhorse.core.topology.EndpointId;
import packhorse.core.topology.IpAddress;
import packhorse.core.topology.PeerAddress;
import packhorse.core.wire.WireClient;
import packhorse.core.wire.WireSession;
import packhorse.peer.site.SitePlace;

/**
 * One agent's session with its trackers.
 *
 * <p>Reports go up, everything else comes down when it changes. A report goes out when a session begins, at once when it cannot
 * wait ({@link #report} with {@code atOnce}), and otherwise when it differs from the one before and the interval has passed;
 * never are two sent within {@value #SPACING_MILLIS} ms, so a burst of changes is one report. An agent that has nothing to tell
 * tells nothing: that it is there, the session's heartbeats say.
 *
 * <p>A newer assignment is handed on first and acknowledged then, which is when the tracker may tell others to connect to this
 * agent. Each session begins as if this agent knew no assignment, for revisions are each tracker's own.
 */
public final class TrackerSession implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TrackerSession.class);

    /** A burst of changes becomes one report; below what a person or a swarm notices. */
    private static final int SPACING_MILLIS = 50;

    /** How long a report waits when the tracker does not read. */
    private static final Duration FULL_PAUSE = Duration.ofMillis(500);

    /** The first version that knows of acknowledgements apart, desired states, inventories and entitlements. */
    private static final int VERSION_OF_STATES = 2;

    private final SessionConfig config;
    private final Consumer<SessionEvent> listener;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Thread thread;
    private final WireClient client;

    // Guarded by lock.
    private @Nullable AgentReport latest;

    // Guarded by lock: what was sent last in the session there is.
    private @Nullable AgentReport told;

    // Guarded by lock.
    private boolean active;

    // Guarded by lock.
    private boolean pressing;

    // Guarded by lock.
    private boolean stopping;

    // Guarded by lock.
    private @Nullable WireSession session;

    // Guarded by lock.
    private long sequence;

    // Guarded by lock.
    private long knownRevision;

    // Guarded by lock.
    private long sentNanos = System.nanoTime() - TimeUnit.DAYS.toNanos(1);

    // Only the thread that reads.
    private String lastRefusal = "";

    private TrackerSession(
            SessionConfig config,
            MachineIdentity identity,
            RandomGenerator random,
            InstantSource clock,
            Consumer<SessionEvent> listener) {
        this.config = config;
        this.listener = listener;
        this.thread = Thread.ofVirtual().name("tracker-session").unstarted(this::run);
        this.client = WireClient.startAlone(config.wire(), identity, new Ear(), random, clock);
    }

    /** Starts a session; it reports nothing until the first {@link #report}. Events come on threads that must not block. */
    public static TrackerSession start(
            SessionConfig config,
            MachineIdentity identity,
            RandomGenerator random,
            InstantSource clock,
            Consumer<SessionEvent> listener) {
        TrackerSession session = new TrackerSession(config, identity, random, clock, listener);
        session.thread.start();
        return session;
    }

    /**
     * Replaces what the agent has to say. The session fills in sequence and known revision itself.
     *
     * @param moving whether a swarm moves, so that reports are due more often
     * @param atOnce whether this cannot wait for the interval
     */
    public void report(AgentReport report, boolean moving, boolean atOnce) {
        lock.lock();
        try {
            pressing |= atOnce || (moving && !active);
            latest = report;
            active = moving;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Sends a message of its own: status reports, inventory, a question. False when no tracker is reached or it takes no more
     * at the moment, or is too old to know such messages; nothing is kept then, and {@link SessionEvent.Reached} says when to
     * try again.
     */
    public boolean send(Envelope envelope) {
        WireSession now = current();
        return now != null && now.version() >= VERSION_OF_STATES && now.send(envelope);
    }

    private @Nullable WireSession current() {
        lock.lock();
        try {
            return session;
        } finally {
            lock.unlock();
        }
    }

    /** Says goodbye and ends. */
    @Override
    public void close() {
        lock.lock();
        try {
            if (stopping) {
                return;
            }
            stopping = true;
            if (session != null && latest != null) {
                var unused = session.send(envelope(latest, true));
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        client.close();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        lock.lock();
        try {
            while (!stopping) {
                long dueNanos = nanosToNextReport();
                if (dueNanos == 0) {
                    sendReport();
                } else if (dueNanos == Long.MAX_VALUE) {
                    changed.await();
                } else {
                    var unused = changed.awaitNanos(dueNanos);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }

    /** 0 when one is due, {@link Long#MAX_VALUE} when there is nothing to say. */
    private long nanosToNextReport() {
        if (session == null || latest == null || (!pressing && latest.equals(told))) {
            return Long.MAX_VALUE;
        }
        Duration interval = pressing || told == null
                ? Duration.ofMillis(SPACING_MILLIS)
                : active ? config.activeInterval() : config.idleInterval();
        return Math.max(0, sentNanos + interval.toNanos() - System.nanoTime());
    }

    private void sendReport() throws InterruptedException {
        WireSession to = session;
        AgentReport report = latest;
        if (to == null || report == null) {
            return;
        }
        if (to.send(envelope(report, false))) {
            told = report;
            pressing = false;
            sentNanos = System.nanoTime();
        } else {
            long left = FULL_PAUSE.toNanos();
            while (left > 0 && !stopping) {
                left = changed.awaitNanos(left);
            }
        }
    }

    private Envelope envelope(AgentReport report, boolean leaving) {
        sequence++;
        return Envelope.newBuilder()
                .setVersion(FrameCodec.VERSION)
                .setAgentReport(report.toBuilder()
                        .setSequence(sequence)
                        .setKnownRevision(knownRevision)
                        .setLeaving(leaving))
                .build();
    }

    /** What the wire tells. */
    private final class Ear implements WireClient.Listener {
        @Override
        public void reached(String server, WireSession opened, Welcome welcome) {
            lock.lock();
            try {
                session = opened;
                told = null;
                knownRevision = 0;
                lastRefusal = "";
            } finally {
                lock.unlock();
            }
            listener.accept(new SessionEvent.Reached(server));
            listener.accept(new SessionEvent.Welcomed(opened.version(), seenAs(welcome)));
            lock.lock();
            try {
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }

        private static Optional<PeerAddress> seenAs(Welcome welcome) {
            Endpoint seen = welcome.getSeenAs();
            try {
                return welcome.hasSeenAs()
                        ? Optional.of(
                                new PeerAddress(IpAddress.ofBytes(seen.getIp().toByteArray()), seen.getPort()))
                        : Optional.empty();
            } catch (IllegalArgumentException e) {
                LOG.debug("a tracker sees us at no address: {}", e.getMessage());
                return Optional.empty();
            }
        }

        @Override
        public boolean received(WireSession from, Envelope message) {
            try {
                take(from, message);
            } catch (IllegalArgumentException e) {
                from.close("your " + message.getBodyCase() + " is malformed: " + e.getMessage(), true);
                unreachable("the tracker sends a malformed " + message.getBodyCase() + ": " + e.getMessage());
            }
            return true;
        }

        @Override
        public void unreachable(String line) {
            forget();
            listener.accept(new SessionEvent.Unreachable(line));
        }

        @Override
        public void refused(String line) {
            forget();
            listener.accept(new SessionEvent.Refused(line));
        }
    }

    private void forget() {
        lock.lock();
        try {
            session = null;
        } finally {
            lock.unlock();
        }
    }

    private void take(WireSession from, Envelope message) {
        switch (message.getBodyCase()) {
            case ASSIGNMENT -> assigned(from, message.getAssignment());
            case REFUSAL -> refused(message.getRefusal().getReason());
            case DESIRED_STATE -> listener.accept(new SessionEvent.Desired(message.getDesiredState()));
            case REPORTS_STORED ->
                listener.accept(new SessionEvent.Stored(
                        message.getReportsStored().getJournal(),
                        message.getReportsStored().getSequence(),
                        recollection(message.getReportsStored())));
            case INVENTORY_NEEDED ->
                listener.accept(new SessionEvent.InventoryWanted(
                        message.getInventoryNeeded().getHave()));
            case DENY_LIST -> listener.accept(denials(message.getDenyList()));
            case ENTITLEMENT_ANSWER -> listener.accept(new SessionEvent.Entitled(message.getEntitlementAnswer()));
            case LEASE_ANSWER -> listener.accept(new SessionEvent.Lease(message.getLeaseAnswer()));
            default -> LOG.debug("a tracker sends {}, which is nothing for an agent", message.getBodyCase());
        }
    }

    /** A tracker before the first that remembers says nothing of it, and one that says what cannot be is not listened to. */
    private static Recollection recollection(ReportsStored message) {
        return message.getHad() < message.getHadChecksCount()
                ? Recollection.NONE
                : new Recollection(message.getHad(), message.getHadChecksList());
    }

    private void assigned(WireSession from, Assignment message) {
        SitePlace place = AssignmentReader.read(message);
        lock.lock();
        try {
            if (place.revision() == knownRevision) {
                return;
            }
        } finally {
            lock.unlock();
        }
        listener.accept(new SessionEvent.Assigned(place));
        lock.lock();
        try {
            knownRevision = place.revision();
            pressing |= from.version() < VERSION_OF_STATES;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        if (from.version() >= VERSION_OF_STATES
                && !from.send(Envelope.newBuilder()
                        .setVersion(FrameCodec.VERSION)
                        .setAssignmentKnown(AssignmentKnown.newBuilder().setRevision(place.revision()))
                        .build())) {
            LOG.debug("the acknowledgement of assignment {} goes with the next report", place.revision());
        }
    }

    private void refused(String reason) {
        if (!reason.equals(lastRefusal)) {
            lastRefusal = reason;
            listener.accept(new SessionEvent.Refused(reason));
        }
    }

    private static SessionEvent.Denials denials(DenyList list) {
        Set<EndpointId> denied = new HashSet<>();
        list.getAgentIdsList().forEach(id -> denied.add(EndpointId.ofBytes(id.toByteArray())));
        return new SessionEvent.Denials(list.getRevision(), denied);
    }
}
