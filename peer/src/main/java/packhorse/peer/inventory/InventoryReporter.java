package packhorse.peer.inventory;

import com.google.protobuf.InvalidProtocolBufferException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.core.OperationException;
import packhorse.core.durable.DurableFiles;
import packhorse.core.message.InventoryCodec;
import packhorse.core.message.v1.InventoryDelta;
import packhorse.core.state.Inventory;
import packhorse.core.state.Inventory.Difference;
import packhorse.core.state.LineState;

/**
 * Tells the tracker what this machine is made of, when it changed.
 *
 * <p>The newest inventory stands on disk with its revision, written before it is said; so a restart finds nothing changed and
 * says nothing. Revisions begin at the milliseconds of the clock when the first was made and grow by one: an agent that
 * lost its disk begins far above what trackers remember of it, so the same number never means two inventories. Whoever knows the
 * revision before the newest gets the difference, whoever knows another one gets everything: a tracker says what it has at the
 * beginning of each session ({@link #needed}), and again whenever a difference does not fit.
 *
 * <p>One thread looks, writes and says; the door's methods only post to it.
 */
public final class InventoryReporter implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(InventoryReporter.class);

    private static final String FILE = "inventory";

    /**
     * The same wish is not answered again sooner: a session that broke half-way is made good then, and a tracker that cannot take what
     * it was sent does not hear it in a circle.
     */
    private static final long AGAIN_MILLIS = 30_000;

    /** A stop waits for a look that is under way; a package tool that takes longer is left behind. */
    private static final long STOP_SECONDS_MAX = 5;

    private final Path file;
    private final UnaryOperator<Inventory> collector;
    private final Consumer<InventoryDelta> sender;
    private final InstantSource clock;
    private final ScheduledExecutorService owner;

    // Only the owner.
    private long revision;
    private Inventory newest = Inventory.EMPTY;
    private long before;
    private Difference step = newest.since(newest);
    private String trouble = "";
    private long heard;
    private long answeredHave = -1;
    private long answeredRevision = -1;
    private long answeredMillis;
    private boolean againWaits;

    private InventoryReporter(
            Path file, UnaryOperator<Inventory> collector, Consumer<InventoryDelta> sender, InstantSource clock) {
        this.file = file;
        this.collector = collector;
        this.sender = sender;
        this.clock = clock;
        this.owner = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().name("inventory").daemon().factory());
    }

    /**
     * Starts to look at this machine.
     *
     * @param data the agent's directory
     * @param holdings what the agent's own store holds now
     * @param lines what is in place; absent while that is not known
     * @param sender is given each frame to send, in order; what it cannot send now is asked for again by the next session
     */
    public static InventoryReporter start(
            Path data,
            InventoryConfig config,
            Supplier<List<HeldRelease>> holdings,
            Supplier<Optional<List<LineState>>> lines,
            Consumer<InventoryDelta> sender,
            InstantSource clock) {
        Collector machine = Collector.ofThisMachine();
        return of(data, config, last -> machine.collect(holdings.get(), lines.get(), last), sender, clock);
    }

    /** As above, of whatever {@code collector} says, who is told what it said before. */
    static InventoryReporter of(
            Path data,
            InventoryConfig config,
            UnaryOperator<Inventory> collector,
            Consumer<InventoryDelta> sender,
            InstantSource clock) {
        InventoryReporter reporter = new InventoryReporter(data.resolve(FILE), collector, sender, clock);
        reporter.owner.execute(reporter::load);
        var unused = reporter.owner.scheduleWithFixedDelay(
                reporter::look, config.settle().toMillis(), config.interval().toMillis(), TimeUnit.MILLISECONDS);
        return reporter;
    }

    /** Looks again soon: something that the inventory shows has changed. */
    public void changed() {
        post(this::look);
    }

    /** The tracker has the inventory up to {@code have}, 0 for nothing. */
    public void needed(long have) {
        post(() -> answer(have));
    }

    private void post(Runnable work) {
        try {
            owner.execute(work);
        } catch (RejectedExecutionException e) {
            LOG.debug("the inventory is closed: {}", e.toString());
        }
    }

    private void load() {
        try {
            InventoryDelta whole = InventoryDelta.parseFrom(Files.readAllBytes(file));
            newest = Inventory.EMPTY.with(InventoryCodec.read(whole));
            revision = whole.getRevision();
        } catch (NoSuchFileException e) {
            LOG.debug("{} does not exist yet", file);
        } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
            LOG.warn("{} was damaged and is made anew: {}", file, e.getMessage());
        } catch (IOException e) {
            complain(file + " cannot be read: " + e);
        }
    }

    private void look() {
        try {
            Inventory now = collector.apply(newest);
            Difference difference = now.since(newest);
            if (difference.isEmpty()) {
                return;
            }
            long next = revision == 0 ? Math.max(1, clock.millis()) : revision + 1;
            new DurableFiles().replace(file, InventoryCodec.whole(next, now).toByteArray());
            before = revision;
            step = difference;
            revision = next;
            newest = now;
            trouble = "";
            say(before);
        } catch (OperationException e) {
            complain(String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
            // A scheduled look that throws would be the last one.
            complain("the inventory cannot be taken: " + e);
        }
    }

    /** Answers a wish of the tracker's. */
    private void answer(long have) {
        heard = have;
        if (revision == 0 || have == revision) {
            return;
        }
        long now = clock.millis();
        if (have == answeredHave && revision == answeredRevision && Math.abs(now - answeredMillis) < AGAIN_MILLIS) {
            if (!againWaits) {
                againWaits = true;
                var unused = owner.schedule(this::again, AGAIN_MILLIS, TimeUnit.MILLISECONDS);
            }
            return;
        }
        answeredHave = have;
        answeredRevision = revision;
        answeredMillis = now;
        say(have);
    }

    private void say(long have) {
        boolean difference = have != 0 && have == before;
        List<InventoryDelta> frames = difference
                ? InventoryCodec.frames(before, revision, step)
                : InventoryCodec.frames(0, revision, newest.since(Inventory.EMPTY));
        try {
            frames.forEach(sender);
        } catch (RuntimeException e) {
            answeredHave = -1;
            complain("the inventory cannot be sent: " + e);
        }
    }

    private void again() {
        againWaits = false;
        answer(heard);
    }

    private void complain(String reason) {
        if (!reason.equals(trouble)) {
            trouble = reason;
            LOG.warn("{}", reason);
        }
    }

    @Override
    public void close() {
        owner.shutdownNow();
        try {
            var unused = owner.awaitTermination(STOP_SECONDS_MAX, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
