package packhorse.peer.agent;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.core.topology.PeerAddress;
import packhorse.peer.process.RestartPace;
import packhorse.peer.swarm.SwarmCommand;
import packhorse.peer.swarm.SwarmCommand.RateLimits;
import packhorse.peer.swarm.SwarmPort;

/**
 * The swarm engine as the owner sees it: always there to be told, though the one behind it may be full, dead or on its way up.
 *
 * <p>A command that a full engine refuses waits in the backlog, and all later ones behind it, so that order holds. An engine
 * that died is replaced after a pause; the next one is told the settings first, then whoever asked is let in to enter the
 * swarms again. Each engine has a number, and what a former one still says is not listened to.
 *
 * <p>Owns the engine, its number, the backlog, the address it listens on and the settings every engine has to be told. Only
 * the owner thread enters.
 */
final class Engine {
    /** Commands that wait for a full engine; enough for a new place with some thousand swarms. */
    private static final int BACKLOG_MAX = 65_536;

    private static final Logger LOG = LoggerFactory.getLogger(Engine.class);

    private final Agent.EngineStarter starter;
    private final Consumer<AgentMessage> owner;
    private final Errands errands;
    private final LongSupplier nanoTime;
    private final Deque<SwarmCommand> backlog = new ArrayDeque<>();
    private Optional<PeerAddress> address = Optional.empty();
    private @Nullable SwarmPort port;
    private int number;
    private final RestartPace pace = new RestartPace();
    private long startedNanos;
    private boolean restartDue;
    private long restartDueNanos;
    /** Written by the owner; read by whoever says where the agent is reached. */
    private volatile Optional<PeerAddress> open = Optional.empty();

    private RateLimits limits;
    /** Set once by the owner, read by the errand that starts an engine: one that came too late is ended at once. */
    private volatile boolean closed;
    /** Started by an errand and not yet taken over by the owner. */
    private final AtomicReference<@Nullable SwarmPort> fresh = new AtomicReference<>();

    /**
     * Starts the first engine.
     *
     * @param limits what the engine was configured with
     */
    Engine(
            Agent.EngineStarter starter,
            RateLimits limits,
            Consumer<AgentMessage> owner,
            Errands errands,
            LongSupplier nanoTime) {
        this.starter = starter;
        this.limits = limits;
        this.owner = owner;
        this.errands = errands;
        this.nanoTime = nanoTime;
        this.port = start(number);
        this.startedNanos = nanoTime.getAsLong();
    }

    private SwarmPort start(int asNumber) {
        return starter.start(event -> owner.accept(new AgentMessage.FromSwarm(asNumber, event)));
    }

    /** Whether an event of the engine with this number is news of the engine that runs now. */
    boolean isCurrent(int engine) {
        return engine == number;
    }

    boolean isRunning() {
        return port != null;
    }

    /** Where it listens, on this machine only; empty until it does. */
    Optional<PeerAddress> address() {
        return address;
    }

    /** Tells the engine now or when it takes commands again; without an engine there is nobody to tell. */
    void tell(SwarmCommand command) {
        boolean direct = backlog.isEmpty() && port != null && port.offer(command);
        if (!direct && port != null) {
            if (backlog.size() >= BACKLOG_MAX) {
                throw new IllegalStateException("the engine has not taken " + BACKLOG_MAX + " commands");
            }
            backlog.add(command);
        }
    }

    /** Sets the limits of this engine and the ones after it. */
    void limits(RateLimits now) {
        if (!now.equals(limits)) {
            limits = now;
            tell(new SwarmCommand.Limits(now));
        }
    }

    void listensOn(PeerAddress address) {
        this.address = Optional.of(address);
    }

    void opensOn(PeerAddress address) {
        open = OwnAddresses.of(address).stream().findFirst();
    }

    /** Where plain clients are served; empty where they are not, or not yet. */
    Optional<PeerAddress> openAddress() {
        return open;
    }

    void died(String reason) {
        LOG.error("the swarm engine ended: {}; it is started again", reason);
        SwarmPort dead = port;
        if (dead != null) {
            errands.quietly("clear away the engine that ended", dead::close);
        }
        port = null;
        number++;
        backlog.clear();
        address = Optional.empty();
        open = Optional.empty();
        restartLater();
    }

    /**
     * Hands over what waited and starts a due engine.
     *
     * @param startedAgain runs when a new engine takes commands
     */
    void tick(long nowNanos, Runnable startedAgain) {
        while (!backlog.isEmpty() && port != null && port.offer(backlog.peek())) {
            backlog.remove();
        }
        if (restartDue && nowNanos - restartDueNanos >= 0) {
            restartDue = false;
            restart(startedAgain);
        }
    }

    private void restart(Runnable startedAgain) {
        int asNumber = number;
        errands.run(
                () -> {
                    SwarmPort started = start(asNumber);
                    fresh.set(started);
                    if (closed && fresh.compareAndSet(started, null)) {
                        started.close();
                    }
                    return started;
                },
                started -> {
                    fresh.compareAndSet(started, null);
                    if (!isCurrent(asNumber)) {
                        // It died before it was known; its successor is due already.
                        errands.quietly("clear away the engine that ended", started::close);
                        return;
                    }
                    port = started;
                    startedNanos = nanoTime.getAsLong();
                    tell(new SwarmCommand.Limits(limits));
                    startedAgain.run();
                },
                refused -> {
                    LOG.error("the swarm engine does not start: {}", refused.reason());
                    startedNanos = nanoTime.getAsLong();
                    restartLater();
                });
    }

    private void restartLater() {
        long now = nanoTime.getAsLong();
        restartDue = true;
        restartDueNanos = now + pace.died(now - startedNanos).toNanos();
    }

    /** Ends the engine; its last events have to find a mailbox that is emptied. */
    void close() {
        closed = true;
        SwarmPort last = port;
        if (last != null) {
            last.close();
        }
        SwarmPort late = fresh.getAndSet(null);
        if (late != null) {
            late.close();
        }
    }
}
