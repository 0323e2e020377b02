package packhorse.peer.agent;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.core.message.FrameCodec;
import packhorse.core.message.StateCodec;
import packhorse.core.message.v1.Envelope;
import packhorse.core.state.DesiredItem;
import packhorse.core.state.DesiredState;
import packhorse.core.state.InstallPolicy;
import packhorse.core.state.Operation;
import packhorse.core.state.Priority;
import packhorse.core.state.Subject;

/**
 * What the user of this machine ordered himself: items like those of a tracker, in a file beside theirs, so that they survive
 * restarts and are reported alike. Their names begin with {@value #PREFIX}, and with the time they were given at, so none comes
 * twice. Whether he may is asked before.
 *
 * <p>Owns the list. Only the owner thread enters.
 */
final class LocalOrders {
    /** No tracker's action begins so. */
    static final String PREFIX = "local:";
    /** Of those that ended, so many are kept for whoever looks what became of them. */
    private static final int ENDED_KEPT = 20;
    /** One person's wishes at a time. */
    private static final int OPEN_MAX = 200;

    private static final Logger LOG = LoggerFactory.getLogger(LocalOrders.class);

    private final Kept<List<DesiredItem>> items;
    private final InstantSource clock;
    private final Runnable changed;
    private long last;

    /** @param changed told when another item counts */
    LocalOrders(Path file, Errands errands, InstantSource clock, Runnable changed) {
        this.items = new Kept<>(file, read(file), LocalOrders::bytes, errands);
        this.clock = clock;
        this.changed = changed;
    }

    private static List<DesiredItem> read(Path file) {
        if (!Files.exists(file)) {
            return List.of();
        }
        try {
            return StateCodec.read(FrameCodec.decode(Files.readAllBytes(file)).getDesiredState())
                    .items();
        } catch (IOException | IllegalArgumentException e) {
            LOG.error(
                    "what was ordered on this machine cannot be read from {} ({}); order it again",
                    file,
                    e.getMessage());
            return List.of();
        }
    }

    private static byte[] bytes(List<DesiredItem> items) {
        return FrameCodec.encode(Envelope.newBuilder()
                .setVersion(FrameCodec.VERSION)
                .setDesiredState(StateCodec.write(new DesiredState(0, items)))
                .build());
    }

    /** Whether an action was ordered here. */
    static boolean isLocal(String action) {
        return action.startsWith(PREFIX);
    }

    /** Those that count. */
    List<DesiredItem> items() {
        return items.standing();
    }

    /**
     * Orders something; what is ordered already and has not ended is not ordered again.
     *
     * @param ended whether an item has
     */
    void order(
            Subject subject,
            Operation operation,
            InstallPolicy policy,
            Predicate<DesiredItem> ended,
            Consumer<DesiredItem> then,
            Consumer<Refused> refused) {
        Optional<DesiredItem> same = items.newest().stream()
                .filter(item -> item.subject().equals(subject) && item.operation() == operation)
                .filter(item -> !ended.test(item))
                .findFirst();
        if (same.isPresent() && items.standing().contains(same.get())) {
            then.accept(same.get());
            return;
        }
        List<DesiredItem> next = pruned(ended);
        if (same.isEmpty() && next.stream().filter(item -> !ended.test(item)).count() >= OPEN_MAX) {
            refused.accept(Refused.failed("this machine's user already waits for " + OPEN_MAX
                    + " things; see packhorse status, and order this when some are done"));
            return;
        }
        DesiredItem item = same.orElseGet(() -> item(subject, operation, policy));
        if (same.isEmpty()) {
            next.add(item);
        }
        items.put(
                List.copyOf(next),
                () -> {
                    changed.run();
                    then.accept(item);
                },
                refused);
    }

    private List<DesiredItem> pruned(Predicate<DesiredItem> ended) {
        List<DesiredItem> kept = new ArrayList<>(items.newest());
        List<DesiredItem> over = kept.stream().filter(ended).toList();
        kept.removeAll(over.subList(0, Math.max(0, over.size() - ENDED_KEPT)));
        return kept;
    }

    private DesiredItem item(Subject subject, Operation operation, InstallPolicy policy) {
        last = Math.max(last + 1, clock.millis());
        Optional<Instant> none = Optional.empty();
        return new DesiredItem(
                PREFIX + Long.toString(last, Character.MAX_RADIX),
                subject,
                operation,
                none,
                none,
                none,
                Priority.USER,
                none,
                policy);
    }
}
