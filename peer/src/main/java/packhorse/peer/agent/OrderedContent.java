package packhorse.peer.agent;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.core.content.ReleaseId;
import packhorse.core.content.Sha256;
import packhorse.core.trust.VerifiedManifest;
import packhorse.peer.agent.WantedJournal.Whom;
import packhorse.peer.desired.Course;

/**
 * Brings the content that orders want, gives up what they want no more, and takes off the disk what they want deleted. Each may be said
 * again and again; what is under way is not begun twice, and what could not begin is tried again after a pause, so often and then no more.
 *
 * <p>Owns what is under way. Only the owner thread enters.
 */
final class OrderedContent {
    /** A fetch that could not begin (the torrent is not had, say), or a deletion that failed, is tried again after this long. */
    private static final Duration TRY_AGAIN = Duration.ofSeconds(5);
    /** A fetch that could not begin this often is reported as failed. */
    private static final int TRIES_MAX = 12;

    private static final Logger LOG = LoggerFactory.getLogger(OrderedContent.class);

    private final Catalogued catalogued;
    private final Packs packs;
    private final Intake intake;
    private final Swarms swarms;
    private final Shelf shelf;
    private final WantedJournal journal;
    private final Errands errands;
    private final InstantSource clock;
    private final Runnable changed;
    private final BiConsumer<Sha256, String> failed;
    private final Map<Sha256, Integer> tries = new HashMap<>();
    private final Map<Sha256, Instant> tryAt = new HashMap<>();
    private final Set<Sha256> beginning = new HashSet<>();
    private final Set<Sha256> waitingFor = new HashSet<>();
    private final Set<ReleaseId> deleting = new HashSet<>();
    private Optional<Instant> deleteAt = Optional.empty();

    /**
     * Brings nothing yet.
     *
     * @param changed told when the course may be another one
     * @param failed told of a pack that will not come, and why
     */
    OrderedContent(
            Catalogued catalogued,
            Packs packs,
            Intake intake,
            Swarms swarms,
            Shelf shelf,
            WantedJournal journal,
            Errands errands,
            InstantSource clock,
            Runnable changed,
            BiConsumer<Sha256, String> failed) {
        this.catalogued = catalogued;
        this.packs = packs;
        this.intake = intake;
        this.swarms = swarms;
        this.shelf = shelf;
        this.journal = journal;
        this.errands = errands;
        this.clock = clock;
        this.changed = changed;
        this.failed = failed;
    }

    /** Time passes; whether something may be tried again now. */
    boolean tick() {
        Instant now = clock.instant();
        boolean due = deleteAt.filter(time -> !now.isBefore(time)).isPresent();
        if (due) {
            deleteAt = Optional.empty();
        }
        return tryAt.values().removeIf(time -> !now.isBefore(time)) || due;
    }

    /** Brings it, unless it is on its way. */
    void fetch(Sha256 pack, Course.Fetch fetch) {
        PackState state = packs.get(pack);
        if (state != null && state.phase != PackState.Phase.LEAVING) {
            await(state);
            if (!state.releases.contains(fetch.part().release())) {
                begin(pack, fetch);
            }
            return;
        }
        begin(pack, fetch);
    }

    private void begin(Sha256 pack, Course.Fetch fetch) {
        Instant now = clock.instant();
        Optional<VerifiedManifest> manifest = catalogued.manifest(fetch.part().manifest());
        if (manifest.isEmpty() || tryAt.containsKey(pack) || !beginning.add(pack)) {
            return;
        }
        intake.acquire(
                manifest.get(),
                Whom.ORDERED,
                state -> {
                    beginning.remove(pack);
                    tries.remove(pack);
                    state.ordered = Optional.of(fetch.priority());
                    if (state.phase == PackState.Phase.WHOLE) {
                        // Should the engine refuse what stands on the disk, this is not repeated without a pause.
                        tryAt.put(pack, clock.instant().plus(TRY_AGAIN));
                    }
                    await(state);
                    changed.run();
                },
                refused -> {
                    beginning.remove(pack);
                    int count = tries.merge(pack, 1, Integer::sum);
                    if (count >= TRIES_MAX) {
                        tries.remove(pack);
                        failed.accept(pack, refused.reason());
                    } else {
                        LOG.warn("{} cannot be fetched yet: {}", fetch.part().release(), refused.reason());
                        tryAt.put(pack, now.plus(TRY_AGAIN));
                    }
                });
    }

    private void await(PackState state) {
        if (state.phase == PackState.Phase.WHOLE || !waitingFor.add(state.id())) {
            return;
        }
        state.waiters.add(new PackWaiter() {
            @Override
            public boolean isPerson() {
                return false;
            }

            @Override
            public void proving() {
                LOG.debug("{} is proven", state.id());
            }

            @Override
            public void whole(PackState pack) {
                waitingFor.remove(pack.id());
                changed.run();
            }

            @Override
            public void lost(Refused why) {
                waitingFor.remove(state.id());
                if (state.phase != PackState.Phase.LEAVING) {
                    failed.accept(state.id(), why.reason());
                }
            }
        });
    }

    /** Gives up what no order wants any more, unless people do. */
    void end(Sha256 pack) {
        PackState state = packs.get(pack);
        boolean others = journal.wantedBy(Whom.PEOPLE).contains(pack)
                || (state != null && state.waiters.stream().anyMatch(PackWaiter::isPerson));
        if (beginning.contains(pack)) {
            return;
        }
        if (state != null && state.phase == PackState.Phase.FETCHING && !others) {
            LOG.info("{} is no longer desired; what came of it is dropped", state.manifest.id());
            waitingFor.remove(pack);
            swarms.remove(
                    state,
                    state.manifest.id() + " is no longer desired here",
                    changed,
                    refused -> LOG.warn("{}: {}", pack, refused.reason()));
        } else if (state == null || state.phase != PackState.Phase.LEAVING) {
            errands.quietly("forget that " + pack + " was ordered", () -> journal.remove(pack, Whom.ORDERED));
        }
    }

    /** Takes a release off the disk; its content too where no other has it. */
    void delete(ReleaseId id) {
        Optional<PackState> holder = packs.all().stream()
                .filter(state -> state.phase == PackState.Phase.WHOLE && state.releases.contains(id))
                .findFirst();
        if (holder.isEmpty() || !deleting.add(id)) {
            return;
        }
        PackState state = holder.get();
        if (state.releases.size() > 1) {
            errands.run(
                    () -> {
                        shelf.forget(state.id(), id);
                        return id;
                    },
                    forgotten -> {
                        deleting.remove(id);
                        state.releases.remove(id);
                        changed.run();
                    },
                    refused -> notDeleted(id, refused));
        } else {
            swarms.remove(
                    state,
                    state.manifest.id() + " was deleted from this machine by an order",
                    () -> {
                        deleting.remove(id);
                        changed.run();
                    },
                    refused -> notDeleted(id, refused));
        }
    }

    private void notDeleted(ReleaseId id, Refused why) {
        deleting.remove(id);
        deleteAt = Optional.of(clock.instant().plus(TRY_AGAIN));
        LOG.error("{} is not deleted: {}", id, why.reason());
    }
}
