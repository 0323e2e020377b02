package packhorse.console.trackers;

import com.google.protobuf.ByteString;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.console.wave.LeaseDesk;
import packhorse.core.identity.MachineIdentity;
import packhorse.core.message.v1.EndpointInventory;
import packhorse.core.message.v1.EndpointInventoryNeeded;
import packhorse.core.message.v1.EndpointReports;
import packhorse.core.message.v1.EndpointStored;
import packhorse.core.message.v1.Envelope;
import packhorse.core.message.v1.LeaseAsk;
import packhorse.core.message.v1.LeaseRuling;
import packhorse.core.message.v1.Presence;
import packhorse.core.message.v1.Present;
import packhorse.core.message.v1.TokenAsk;
import packhorse.core.message.v1.TokenRuling;
import packhorse.core.message.v1.Welcome;
import packhorse.core.state.DesiredItem;
import packhorse.core.topology.EndpointId;
import packhorse.core.topology.HostPort;
import packhorse.core.wire.WireClient;
import packhorse.core.wire.WireClientConfig;
import packhorse.core.wire.WireLoop;
import packhorse.core.wire.WireSession;

/**
 * One tracker.
 *
 * <p>Four threads. The <i>listener</i> takes what the tracker says in its order and hands it to the desk; inventories, which are many
 * and long when a site joins, go to a <i>store room</i> of their own. The other two say things: {@link Outgoing}.
 *
 * <p>Bounds: messages that wait for the listener, parts of inventories that wait, answers that the desk owes. Beyond them the session is
 * not read, which the tracker feels through TCP.
 */
final class TrackerLink implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TrackerLink.class);

    /** Messages that wait for the listener. */
    private static final int MAIL_MAX = 1_024;

    /** Parts of inventories that wait: a tracker sends 2 MiB without an answer, a part has 400 KiB at most. */
    private static final int INVENTORIES_MAX = 256;

    /** Answers that the desk owes. A tracker asks for fewer at once. */
    private static final int OWED_MAX = 60_000;

    /** A tracker waits for so long for what it gave to be stored. */
    private static final Duration ANSWER_MAX = Duration.ofSeconds(15);

    /** What one tracker may have; five times what it takes. */
    private static final int HERE_MAX = 100_000;

    private static final int SITE_LENGTH_MAX = 256;

    private static final Duration LOOK = Duration.ofMillis(200);

    private record Mail(WireSession session, Envelope message) {}

    private final HostPort tracker;
    private final ConsoleDesk desk;
    private final BlockingQueue<Mail> mail = new ArrayBlockingQueue<>(MAIL_MAX);
    private final BlockingQueue<Mail> inventories = new ArrayBlockingQueue<>(INVENTORIES_MAX);
    private final AtomicInteger owed = new AtomicInteger();
    private final List<Thread> threads = new ArrayList<>();
    private final WireClient client;

    /** Written by the listener only. */
    private final Map<EndpointId, Sighting> here = new ConcurrentHashMap<>();

    private volatile @Nullable WireSession session;
    private volatile String trouble = "not reached yet";
    private volatile boolean closing;

    private final Outgoing outgoing;

    private final AtomicLong reportsTaken = new AtomicLong();
    private final AtomicLong reportsStored = new AtomicLong();
    private final AtomicLong leasesAsked = new AtomicLong();
    private final AtomicLong leasesRuled = new AtomicLong();
    private final AtomicLong malformed = new AtomicLong();

    private TrackerLink(
            HostPort tracker,
            TrackersConfig config,
            MachineIdentity identity,
            ConsoleDesk desk,
            InstantSource clock,
            RandomGenerator random,
            WireLoop loop) {
        this.tracker = tracker;
        this.desk = desk;
        this.outgoing = new Outgoing(tracker, desk, here::containsKey, () -> Optional.ofNullable(session));
        WireClientConfig wire = WireClientConfig.of(
                        List.of(tracker), Optional.empty(), Optional.empty(), config.software(), clock.millis())
                .pausing(config.retryMin(), config.retryMax(), config.refusedPause());
        this.client = WireClient.start(wire, identity, new Ear(), random, loop);
    }

    static TrackerLink start(
            HostPort tracker,
            TrackersConfig config,
            MachineIdentity identity,
            ConsoleDesk desk,
            InstantSource clock,
            RandomGenerator random,
            WireLoop loop) {
        TrackerLink link = new TrackerLink(tracker, config, identity, desk, clock, random, loop);
        link.run("listener", link::listen);
        link.run("finder", link.outgoing::find);
        link.run("speaker", link.outgoing::speak);
        link.run("store-room", link::shelve);
        return link;
    }

    /** What one of the threads does until it is interrupted. */
    private interface Work {
        void run() throws InterruptedException;
    }

    private void run(String name, Work work) {
        threads.add(Thread.ofVirtual().name(name + " " + tracker).start(() -> {
            try {
                work.run();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }));
    }

    // ---- any thread

    /** These are to be told something new, as far as they are here. */
    void due(Set<EndpointId> endpoints) {
        List<EndpointId> some = endpoints.size() < here.size()
                ? endpoints.stream().filter(here::containsKey).toList()
                : here.keySet().stream().filter(endpoints::contains).toList();
        outgoing.due(some);
    }

    /** What holds for all endpoints is to be said anew. */
    void standingDue() {
        outgoing.standingDue();
    }

    private boolean isOpen(WireSession which) {
        return which.equals(session);
    }

    Collection<EndpointId> here() {
        return here.keySet();
    }

    TrackerState state() {
        return new TrackerState(
                tracker,
                session != null,
                trouble,
                here.size(),
                outgoing.wordsSent(),
                reportsTaken.get(),
                reportsStored.get(),
                leasesAsked.get(),
                leasesRuled.get(),
                outgoing.delays(),
                malformed.get());
    }

    @Override
    public void close() {
        closing = true;
        client.close();
        threads.forEach(Thread::interrupt);
        try {
            for (Thread thread : threads) {
                thread.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** What the wire tells. */
    private final class Ear implements WireClient.Listener {
        @Override
        public void reached(String server, WireSession opened, Welcome welcome) {
            session = opened;
            trouble = "";
            outgoing.standingDue();
            LOG.info("the tracker {} is reached: {}", tracker, welcome.getName());
        }

        @Override
        public boolean received(WireSession from, Envelope message) {
            if (owed.get() >= OWED_MAX) {
                return false;
            }
            return message.hasEndpointInventory()
                    ? inventories.offer(new Mail(from, message))
                    : mail.offer(new Mail(from, message));
        }

        @Override
        public void unreachable(String line) {
            over(line);
        }

        @Override
        public void refused(String line) {
            over(line);
        }

        private void over(String line) {
            session = null;
            trouble = line;
            if (!closing) {
                LOG.warn("{}", line);
            }
        }
    }

    // ---- the listener

    private void listen() throws InterruptedException {
        WireSession talking = null;
        while (true) {
            Mail next = mail.poll(LOOK.toMillis(), TimeUnit.MILLISECONDS);
            if (talking != null
                    && !isOpen(talking)
                    && (next == null || !next.session().equals(talking))) {
                talking = null;
                here.clear();
                outgoing.forgetDue();
                guarded("the loss of the session", null, () -> desk.lost(tracker, trouble));
            }
            if (next != null && isOpen(next.session())) {
                talking = next.session();
                guarded(next.message().getBodyCase().toString(), next.session(), () -> take(next));
            }
        }
    }

    /** What one message brings may cost it its answer or its tracker the session, never the others. */
    private void guarded(String what, @Nullable WireSession from, Runnable work) {
        try {
            work.run();
        } catch (MalformedException e) {
            malformed.incrementAndGet();
            LOG.error("the tracker {} sends a malformed {}: {}", tracker, what, e.getMessage());
            if (from != null) {
                from.close("your " + what + " is malformed: " + e.getMessage(), true);
            }
        } catch (RuntimeException e) {
            LOG.error("the {} of the tracker {} is not answered", what, tracker, e);
        }
    }

    /** A frame means nothing. */
    private static final class MalformedException extends RuntimeException {
        private static final long serialVersionUID = 1;

        MalformedException(String line) {
            super(line);
        }
    }

    private void take(Mail next) {
        WireSession from = next.session();
        Envelope message = next.message();
        switch (message.getBodyCase()) {
            case PRESENCE -> roll(from, message.getPresence());
            case ENDPOINT_REPORTS -> store(from, message.getEndpointReports());
            case LEASE_ASK -> rule(from, message.getLeaseAsk());
            case TOKEN_ASK -> token(from, message.getTokenAsk());
            case MACHINES -> desk.certified(message.getMachines().getMachinesList());
            case LINK_COUNTS -> desk.counted(tracker, message.getLinkCounts());
            default -> LOG.debug("{} sends {}, which is nothing for a console", tracker, message.getBodyCase());
        }
    }

    private static EndpointId id(ByteString bytes) {
        if (bytes.size() != EndpointId.LENGTH_BYTES) {
            throw new MalformedException("an endpoint's name has 16 bytes, not " + bytes.size());
        }
        return EndpointId.ofBytes(bytes.toByteArray());
    }

    private static Optional<String> site(String name) {
        if (name.length() > SITE_LENGTH_MAX) {
            throw new MalformedException(
                    "a site's name of " + name.length() + " characters, the most is " + SITE_LENGTH_MAX);
        }
        return name.isEmpty() ? Optional.empty() : Optional.of(name);
    }

    private void roll(WireSession from, Presence presence) {
        List<Sighting> sightings = new ArrayList<>(presence.getHereCount());
        for (Present present : presence.getHereList()) {
            sightings.add(new Sighting(
                    id(present.getEndpoint()),
                    site(present.getSite()),
                    Instant.ofEpochMilli(present.getSinceMillis()),
                    present.getDesiredRevision()));
        }
        List<EndpointId> gone =
                presence.getGoneList().stream().map(TrackerLink::id).toList();
        if (presence.getFull()) {
            here.clear();
        }
        if (here.size() + sightings.size() > HERE_MAX) {
            throw new MalformedException("it has more than " + HERE_MAX + " endpoints");
        }
        gone.forEach(here::remove);
        Set<EndpointId> news = new LinkedHashSet<>();
        for (Sighting sighting : sightings) {
            Sighting before = here.put(sighting.endpoint(), sighting);
            if (before == null
                    || !before.since().equals(sighting.since())
                    || !before.site().equals(sighting.site())
                    || before.desiredRevision() < sighting.desiredRevision()) {
                news.add(sighting.endpoint());
            }
        }
        try {
            desk.present(new Roll(tracker, presence.getFull(), sightings, gone));
        } catch (RuntimeException e) {
            // A roll is said once in a session; the next one says it again.
            from.close("the console cannot write down who is here; its log says why", true);
            throw e;
        }
        outgoing.due(news);
    }

    /** Has the desk's answer sent when it comes; one that does not come is not waited for for ever. */
    private <T> void owe(
            WireSession from,
            String what,
            CompletableFuture<T> answer,
            Function<T, Envelope.Builder> message,
            AtomicLong answered) {
        owed.incrementAndGet();
        var unused = answer.copy()
                .orTimeout(ANSWER_MAX.toSeconds(), TimeUnit.SECONDS)
                .whenComplete((value, failure) -> {
                    owed.decrementAndGet();
                    if (failure == null) {
                        answered.incrementAndGet();
                        outgoing.answer(from, message.apply(value));
                    } else {
                        LOG.warn("the {} of the tracker {} is not answered: {}", what, tracker, failure.toString());
                    }
                });
    }

    private void store(WireSession from, EndpointReports message) {
        EndpointId endpoint = id(message.getEndpoint());
        reportsTaken.incrementAndGet();
        owe(
                from,
                "reports",
                desk.store(endpoint, message.getReports()),
                stored -> Envelope.newBuilder()
                        .setEndpointStored(EndpointStored.newBuilder()
                                .setNumber(message.getNumber())
                                .setEndpoint(message.getEndpoint())
                                .setStored(stored)),
                reportsStored);
    }

    private void rule(WireSession from, LeaseAsk ask) {
        String action = ask.getRequest().getAction();
        LeaseQuestion question = new LeaseQuestion(id(ask.getEndpoint()), site(ask.getSite()), action);
        leasesAsked.incrementAndGet();
        CompletableFuture<Optional<LeaseDesk.Ruling>> ruling = action.length() > DesiredItem.ACTION_LENGTH_MAX
                ? CompletableFuture.completedFuture(
                        Optional.of(new LeaseDesk.Ruling.Refused("no order has an action with so long a name")))
                : desk.lease(question);
        owe(
                from,
                "lease question",
                ruling,
                ruled -> Envelope.newBuilder().setLeaseRuling(ruling(ask.getNumber(), ruled)),
                leasesRuled);
    }

    private static LeaseRuling ruling(long number, Optional<LeaseDesk.Ruling> ruled) {
        LeaseRuling.Builder message = LeaseRuling.newBuilder().setNumber(number);
        if (ruled.isEmpty()) {
            return message.setPassed(true).build();
        }
        return switch (ruled.get()) {
            case LeaseDesk.Ruling.Granted(Instant until) ->
                message.setUntilMillis(until.toEpochMilli()).build();
            case LeaseDesk.Ruling.Refused(String reason) ->
                message.setReason(reason).build();
        };
    }

    private void token(WireSession from, TokenAsk ask) {
        TokenRuling.Builder ruling = TokenRuling.newBuilder().setNumber(ask.getNumber());
        desk.token(ask.getToken()).ifPresent(ruling::setToken);
        outgoing.answer(from, Envelope.newBuilder().setTokenRuling(ruling));
    }

    // ---- the store room

    private void shelve() throws InterruptedException {
        while (true) {
            Mail next = inventories.take();
            if (isOpen(next.session())) {
                guarded("inventory", next.session(), () -> {
                    EndpointInventory message = next.message().getEndpointInventory();
                    EndpointId endpoint = id(message.getEndpoint());
                    outgoing.answer(
                            next.session(),
                            Envelope.newBuilder()
                                    .setEndpointInventoryNeeded(EndpointInventoryNeeded.newBuilder()
                                            .setNumber(message.getNumber())
                                            .setEndpoint(message.getEndpoint())
                                            .setNeeded(desk.inventory(endpoint, message.getDelta()))));
                });
            }
        }
    }
}
