package packhorse.peer.channel;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.channels.SocketChannel;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.core.content.Sha256;
import packhorse.core.identity.IdentityException;
import packhorse.core.identity.RemoteIdentity;
import packhorse.core.topology.EndpointId;
import packhorse.core.topology.PeerAddress;
import packhorse.peer.channel.ChannelRefusal.Reason;
import packhorse.peer.channel.Roster.Standing;

/**
 * All connections of a channel, those that are being made and those at work, held to what the roster says now. A connection is entered
 * here before the roster is asked about it a last time, and a change of the roster looks at all that are entered: so no connection
 * outlives its name, whichever comes first.
 */
final class Connections {
    private static final Logger LOG = LoggerFactory.getLogger(Connections.class);

    /** Two ends that connect to each other do so within the time of a handshake. */
    private static final long CROSSING_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final EndpointId self;
    private final ChannelConfig config;
    private final Roster roster;
    private final Refusals refusals;
    private final Tallies tallies = new Tallies();
    private final Shaper up;
    private final Shaper down;
    private final InstantSource clock;
    private final LongSupplier nanoTime;

    private final Set<Attempt> attempts = ConcurrentHashMap.newKeySet();
    private final Set<Relay> relays = ConcurrentHashMap.newKeySet();
    /** The newest connection of each kind; an older one to the same end is dead and does not know it yet. */
    private final Map<Relay.Purpose, Relay> newest = new ConcurrentHashMap<>();

    /** Our own attempts, once they know what they are for. */
    private final Map<Relay.Purpose, Attempt> calling = new ConcurrentHashMap<>();

    private volatile boolean closed;

    Connections(
            EndpointId self,
            ChannelConfig config,
            Roster roster,
            Refusals refusals,
            InstantSource clock,
            LongSupplier nanoTime) {
        this.self = self;
        this.config = config;
        this.roster = roster;
        this.refusals = refusals;
        this.up = new Shaper(nanoTime);
        this.down = new Shaper(nanoTime);
        this.clock = clock;
        this.nanoTime = nanoTime;
    }

    boolean closed() {
        return closed;
    }

    boolean full() {
        return relays.size() + attempts.size() >= config.connectionsMax();
    }

    /** Connections at work. */
    int working() {
        return relays.size();
    }

    /** Connections that came and are not let in yet. */
    int strangers() {
        return Math.toIntExact(attempts.stream()
                .filter(attempt -> attempt.stranger().isPresent())
                .count());
    }

    /** Those of {@link #strangers} that came from there. */
    int strangers(InetAddress from) {
        return Math.toIntExact(attempts.stream()
                .filter(attempt -> attempt.stranger().filter(from::equals).isPresent())
                .count());
    }

    /** @param stranger as in {@link Attempt} */
    Attempt begin(Optional<InetAddress> stranger) {
        Attempt attempt =
                new Attempt(stranger, nanoTime.getAsLong() + config.handshake().toNanos());
        attempts.add(attempt);
        return attempt;
    }

    /** Gives the attempt a thread; the system may have none left. */
    void start(Attempt attempt, String name, Runnable work) {
        try {
            Thread.ofPlatform().daemon().name(name).start(work);
        } catch (OutOfMemoryError e) {
            LOG.error("there is no thread for {}: {}; raise the limit of tasks", name, e.getMessage());
            attempts.remove(attempt);
            attempt.closeAll();
        }
    }

    /** Our own attempt knows what it is for. */
    void calling(Attempt attempt, Relay.Purpose purpose) {
        Attempt before = calling.put(purpose, attempt);
        var unused = attempt.outcome().whenComplete((came, failure) -> calling.remove(purpose, attempt));
        LOG.trace("calling for {}, after {}", purpose, before);
    }

    /**
     * Decides whether a visitor is to stay, and makes room for it. Two agents that hear of each other connect to each other at the same
     * moment, and libtorrent, which lets only one of two such connections live, cannot agree with the other libtorrent on which:
     * it compares ports, and behind aliases each end compares others. So the channels agree before: the connection that the end
     * with the lower id made stays. The other end gives up its own at once; the lower one waits for its own first.
     *
     * <p>A connection that has lived for a while is no such crossing: a visitor for the same purpose means that it is dead.
     */
    boolean makeWay(Relay.Purpose visit) throws InterruptedException {
        Relay same = newest.get(visit);
        if (same != null) {
            same.end();
        }
        Relay.Purpose own = new Relay.Purpose(visit.pack(), visit.peer(), false, visit.wan());
        Attempt attempt = calling.get(own);
        boolean ownStays = self.compareTo(visit.peer()) < 0;
        if (attempt != null && ownStays) {
            await(attempt);
        } else if (attempt != null) {
            attempt.giveWay();
        }
        Relay mine = newest.get(own);
        if (mine == null) {
            return true;
        }
        if (ownStays && mine.ageNanos() < CROSSING_NANOS) {
            return false;
        }
        mine.end();
        return true;
    }

    private void await(Attempt attempt) throws InterruptedException {
        try {
            boolean came = attempt.outcome().get(config.naming().toNanos(), TimeUnit.NANOSECONDS);
            LOG.trace("our own attempt came to something: {}", came);
        } catch (TimeoutException e) {
            LOG.trace("our own attempt takes long");
        } catch (ExecutionException e) {
            throw new AssertionError("an attempt's outcome is true or false", e);
        }
    }

    /**
     * The attempt has become a connection; returns when that ends.
     *
     * @param first what came over the line already
     */
    void carry(
            Attempt attempt,
            Relay.Purpose purpose,
            SocketChannel engine,
            Intake fromEngine,
            Line line,
            PeerAddress at,
            RemoteIdentity who,
            Standing.Named named,
            byte[] first) {
        Relay relay = new Relay(
                purpose,
                engine,
                fromEngine,
                line,
                tallies.of(purpose.pack(), purpose.peer()).link(purpose.wan(), at),
                up,
                down,
                named.priority(),
                who.notAfter(),
                config,
                nanoTime,
                this::gone);
        relays.add(relay);
        newest.put(purpose, relay);
        attempts.remove(attempt);
        attempt.outcome().complete(true);
        if (closed || attempt.late()) {
            relay.cut();
        }
        enforce(relay);
        LOG.debug("{} at {} is here for {}", purpose.peer(), at, purpose.pack());
        relay.run(first);
    }

    private void gone(Relay relay) {
        relays.remove(relay);
        newest.remove(relay.purpose(), relay);
    }

    /** The attempt comes to nothing. */
    void refuse(Attempt attempt, Exception why) {
        attempts.remove(attempt);
        attempt.closeAll();
        attempt.outcome().complete(false);
        if (closed || attempt.crossed() || why instanceof CrossedException || met(attempt)) {
            LOG.trace("{}: {}", attempt.where(), why.getMessage());
            return;
        }
        boolean denied = attempt.peer().isPresent()
                && attempt.pack().isPresent()
                && roster.standing(attempt.peer().get(), attempt.pack().get()) instanceof Standing.Denied;
        String who = attempt.peer().map(EndpointId::toString).orElse("a connection") + " at " + attempt.where();
        if (denied) {
            refusals.add(Reason.DENIED, attempt.peer(), attempt.pack(), attempt.where(), who + " is on the deny-list");
        } else if (attempt.late()) {
            refusals.add(
                    Reason.TIMEOUT,
                    attempt.peer(),
                    attempt.pack(),
                    attempt.where(),
                    who + " took longer than " + config.handshake().toSeconds() + " s to say what it wants");
        } else {
            refusals.add(reason(why), attempt.peer(), attempt.pack(), attempt.where(), line(why, who));
        }
    }

    /** Whether the two have met by another connection: then a visitor that hung up gave way to that one. */
    private boolean met(Attempt attempt) {
        return attempt.stranger().isPresent()
                && attempt.peer().isPresent()
                && relays.stream()
                        .anyMatch(relay -> !relay.purpose().inbound()
                                && relay.purpose().peer().equals(attempt.peer().get()));
    }

    private static Reason reason(Exception why) {
        return switch (why) {
            case RefusedException refused -> refused.reason();
            case IdentityException foreign -> Reason.FOREIGN;
            case Greeting.MalformedException malformed -> Reason.PROTOCOL;
            default -> Reason.TIMEOUT;
        };
    }

    private static String line(Exception why, String who) {
        return why instanceof IOException && !(why instanceof RefusedException)
                ? who + " gave up: " + why.getMessage()
                : String.valueOf(why.getMessage());
    }

    /** The roster changed. */
    void enforce() {
        for (Attempt attempt : attempts) {
            if (attempt.peer().filter(roster::denies).isPresent()) {
                attempt.cut();
            }
        }
        relays.forEach(this::enforce);
    }

    private void enforce(Relay relay) {
        Relay.Purpose purpose = relay.purpose();
        switch (roster.standing(purpose.peer(), purpose.pack())) {
            case Standing.Denied denied -> {
                LOG.info("{} is on the deny-list: its connection is cut", purpose.peer());
                relay.cut();
            }
            case Standing.Stranger stranger -> relay.end();
            case Standing.Named named -> {
                boolean encryptedEnough = named.peer().mayBePlain() || !relay.plain();
                if (named.peer().wan() == purpose.wan() && encryptedEnough) {
                    relay.priority(named.priority());
                } else {
                    relay.end();
                }
            }
        }
    }

    void rates(ChannelRates rates) {
        up.rate(rates.wanUp());
        down.rate(rates.wanDown());
    }

    Map<Sha256, Map<EndpointId, ChannelCount>> counts() {
        return tallies.counts();
    }

    /** Several times a second. */
    void look() {
        long nowNanos = nanoTime.getAsLong();
        attempts.forEach(attempt -> attempt.look(nowNanos));
        Instant now = clock.instant();
        relays.forEach(relay -> relay.look(nowNanos, now));
    }

    void close() {
        closed = true;
        attempts.forEach(Attempt::cut);
        relays.forEach(Relay::cut);
    }
}
