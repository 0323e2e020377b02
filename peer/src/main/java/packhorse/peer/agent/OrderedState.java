package packhorse.peer.agent;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.core.durable.Durably;
import packhorse.core.message.FrameCodec;
import packhorse.core.message.StateCodec;
import packhorse.core.message.v1.DesiredStateUpdate;
import packhorse.core.message.v1.Envelope;
import packhorse.core.state.DesiredState;

/**
 * The newest desired state that a tracker said. It stands in a file before it counts, so a machine that starts without any tracker goes
 * on with it; one with a lower number is yesterday's and is not listened to, and one that cannot be read changes nothing.
 *
 * <p>Owns the file. Only the owner thread enters.
 */
final class OrderedState {
    /** What could not be written is tried again after this long. */
    private static final Duration TRY_AGAIN = Duration.ofSeconds(5);

    private static final Logger LOG = LoggerFactory.getLogger(OrderedState.class);

    private final Path file;
    private final Errands errands;
    private final InstantSource clock;
    private final Runnable changed;
    private DesiredState standing;
    private boolean storing;
    private Optional<DesiredState> toStore = Optional.empty();
    private Optional<Instant> storeAt = Optional.empty();

    /**
     * Reads the last one back.
     *
     * @param changed told when another one counts
     */
    OrderedState(Path file, Errands errands, InstantSource clock, Runnable changed) {
        this.file = file;
        this.errands = errands;
        this.clock = clock;
        this.changed = changed;
        this.standing = read(file);
    }

    private static DesiredState read(Path file) {
        if (!Files.exists(file)) {
            return DesiredState.NONE;
        }
        try {
            return StateCodec.read(FrameCodec.decode(Files.readAllBytes(file)).getDesiredState());
        } catch (IOException | IllegalArgumentException e) {
            LOG.error("the desired state in {} cannot be read ({}); a tracker will say it again", file, e.getMessage());
            return DesiredState.NONE;
        }
    }

    /** The one that counts. */
    DesiredState now() {
        return standing;
    }

    /** A tracker says what this endpoint should have. */
    void take(DesiredStateUpdate update) {
        DesiredState said;
        try {
            said = StateCodec.read(update);
        } catch (IllegalArgumentException e) {
            LOG.error(
                    "the desired state {} cannot be read and changes nothing: {}; update this agent, or mend what was"
                            + " ordered",
                    update.getRevision(),
                    e.getMessage());
            return;
        }
        long newest = toStore.map(DesiredState::revision).orElse(standing.revision());
        if (said.revision() > newest) {
            toStore = Optional.of(said);
            store();
        } else {
            LOG.debug("the desired state {} is not newer than {}", said.revision(), newest);
        }
    }

    private void store() {
        if (storing || toStore.isEmpty()) {
            return;
        }
        DesiredState next = toStore.get();
        storing = true;
        storeAt = Optional.empty();
        errands.run(
                () -> {
                    Durably.replace(
                            file,
                            FrameCodec.encode(Envelope.newBuilder()
                                    .setVersion(FrameCodec.VERSION)
                                    .setDesiredState(StateCodec.write(next))
                                    .build()));
                    return next;
                },
                stored -> {
                    storing = false;
                    toStore = toStore.filter(other -> other.revision() > stored.revision());
                    standing = stored;
                    changed.run();
                    store();
                },
                refused -> {
                    // Sessions last for days, so nobody would say it again soon; until it stands the last one holds.
                    storing = false;
                    storeAt = Optional.of(clock.instant().plus(TRY_AGAIN));
                    LOG.error(
                            "the desired state {} cannot be kept and changes nothing: {}",
                            next.revision(),
                            refused.reason());
                });
    }

    /** Time passes: what could not be written is tried again. */
    void tick() {
        if (storeAt.filter(time -> !clock.instant().isBefore(time)).isPresent()) {
            store();
        }
    }
}
