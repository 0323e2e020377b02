package packhorse.peer.agent;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.core.content.Sha256;
import packhorse.core.topology.PeerAddress;
import packhorse.core.trust.VerifiedManifest;
import packhorse.peer.channel.PeerChannel;
import packhorse.peer.store.Partial;
import packhorse.peer.swarm.SwarmCommand;
import packhorse.peer.swarm.SwarmEvent;

/**
 * The life of a pack in its swarm: it enters, gains pieces, is proven, is served on, or is lost.
 *
 * <p>The engine's word that every piece is there is not enough: the whole is read once more against the manifest's SHA-256,
 * and only that proof moves it into the store proper, from where it is served, to outsiders too where its publisher opened it.
 * A pack that is lost takes those who wait for it along, each with the reason.
 *
 * <p>Owns the transitions of {@link PackState.Phase} and nothing else; the states themselves stand in {@link Packs}. Only the
 * owner thread enters.
 */
final class Swarms {
    private static final Logger LOG = LoggerFactory.getLogger(Swarms.class);

    /** What could not be taken off the disk is tried again after this long. */
    private static final Duration REMOVE_AGAIN = Duration.ofSeconds(5);

    private final Packs packs;
    private final Engine engine;
    private final Duties duties;
    private final Reporter reporter;
    private final Shelf shelf;
    private final WantedJournal journal;
    private final Errands errands;
    private final PeerChannel channel;
    private final Reach reach;
    private final Sources sources;
    private final LongSupplier nanoTime;
    private Runnable gone = () -> {};

    Swarms(
            Packs packs,
            Engine engine,
            Duties duties,
            Reporter reporter,
            Shelf shelf,
            WantedJournal journal,
            Errands errands,
            PeerChannel channel,
            Reach reach,
            Sources sources,
            LongSupplier nanoTime) {
        this.packs = packs;
        this.engine = engine;
        this.duties = duties;
        this.reporter = reporter;
        this.shelf = shelf;
        this.journal = journal;
        this.errands = errands;
        this.channel = channel;
        this.reach = reach;
        this.sources = sources;
        this.nanoTime = nanoTime;
    }

    /** Has {@code told} run whenever a pack is there no more, whatever took it. */
    void whenGone(Runnable told) {
        gone = told;
    }

    /** Puts a pack into the engine, with its duty there. */
    void enter(PackState state) {
        boolean whole = state.phase == PackState.Phase.WHOLE;
        state.inSwarm = true;
        state.checking = !whole;
        state.told = Optional.empty();
        engine.tell(new SwarmCommand.Add(state.torrent, state.directory, whole));
        if (whole) {
            serveOutsiders(state);
        }
        duties.tell(state);
        reporter.press();
    }

    /** Puts every pack into a new engine; one that is being proven enters when that is done. */
    void enterAll() {
        packs.all().forEach(state -> {
            if (state.phase == PackState.Phase.FETCHING || state.phase == PackState.Phase.WHOLE) {
                enter(state);
            }
        });
    }

    /** Lets somebody who waits for pieces have them first. */
    void hurry(Sha256 pack, int first, int last) {
        with(pack, state -> {
            if (state.wants()) {
                engine.tell(new SwarmCommand.Hurry(pack, first, last));
            }
        });
    }

    private void serveOutsiders(PackState state) {
        if (state.pack.openSwarm().isPresent()) {
            engine.tell(new SwarmCommand.ServeOpen(state.torrent, state.directory));
        }
    }

    /** Takes an event of the engine that runs. */
    void take(SwarmEvent event) {
        switch (event) {
            case SwarmEvent.Listening(PeerAddress address) -> {
                engine.listensOn(address);
                reach.engineListens(address, nanoTime.getAsLong());
                reporter.press();
            }
            case SwarmEvent.OpenListening(PeerAddress address) -> engine.opensOn(address);
            case SwarmEvent.Checking checking ->
                LOG.debug("{}: looked at {} of {} pieces", checking.pack(), checking.pieces(), checking.pieceCount());
            case SwarmEvent.Added added ->
                with(added.pack(), state -> {
                    // It may have been given up since it was added: nobody is to be met there again.
                    if (!state.inSwarm) {
                        return;
                    }
                    state.checking = false;
                    state.lastGainNanos = nanoTime.getAsLong();
                    duties.tellAgain(state);
                    reporter.press();
                });
            case SwarmEvent.PiecesVerified verified ->
                with(verified.pack(), state -> {
                    if (state.gain(verified.pieces(), nanoTime.getAsLong())) {
                        reporter.change();
                    }
                });
            case SwarmEvent.Progress progress ->
                with(progress.pack(), state -> {
                    state.connected = progress.connected().size();
                    if (state.gain(progress.had(), nanoTime.getAsLong())) {
                        reporter.change();
                    }
                });
            case SwarmEvent.Complete complete -> with(complete.pack(), this::prove);
            // The channel's counts are the ones that are shown: they know the peer and the link.
            case SwarmEvent.Counters counters -> reporter.moved(nanoTime.getAsLong());
            case SwarmEvent.OpenCounters counters -> with(counters.pack(), state -> state.outside(counters.byClient()));
            case SwarmEvent.Banned banned ->
                with(
                        banned.pack(),
                        state -> channel.remote(banned.peer()).ifPresent(peer -> {
                            state.bans.merge(peer, 1, Integer::sum);
                            sources.banned(state, peer);
                            LOG.warn(
                                    "{}: the peer {} took part in a bad piece and is refused",
                                    state.manifest.id(),
                                    peer);
                            reporter.press();
                        }));
            case SwarmEvent.Starved starved ->
                with(starved.pack(), state -> {
                    state.forgiven++;
                    LOG.warn("{}: no progress while peers are banned; bans are forgotten", state.manifest.id());
                    reporter.press();
                });
            case SwarmEvent.Forgiven forgiven ->
                with(forgiven.pack(), state -> {
                    state.forgiven++;
                    reporter.press();
                });
            case SwarmEvent.ShareComplete share -> with(share.pack(), state -> reporter.press());
            case SwarmEvent.Relocated relocated -> with(relocated.pack(), this::discardPart);
            case SwarmEvent.Removed removed -> with(removed.pack(), Swarms::removed);
            case SwarmEvent.Damaged damaged ->
                with(damaged.pack(), state -> {
                    if (state.phase == PackState.Phase.LEAVING) {
                        // Its removal is under way already, and knows what has to go.
                        return;
                    }
                    String reason = state.manifest.id() + " is damaged on this disk (" + state.file()
                            + "); check the disk, then pull it again";
                    LOG.error("{}", reason);
                    remove(
                            state,
                            reason,
                            () -> LOG.info("{} is off the shelf", state.id()),
                            refused -> LOG.error("{} stays on the shelf: {}", state.id(), refused.reason()));
                });
            case SwarmEvent.Failed failed ->
                with(failed.pack(), state -> {
                    if (state.phase == PackState.Phase.LEAVING) {
                        // The engine let go of the files, which is what the removal waits for.
                        removed(state);
                    } else {
                        lost(state, failed.reason());
                    }
                });
            case SwarmEvent.PublisherFault fault ->
                with(fault.pack(), state -> {
                    if (state.phase == PackState.Phase.LEAVING) {
                        removed(state);
                        return;
                    }
                    lost(
                            state,
                            "the torrent of " + state.manifest.id()
                                    + " contradicts itself; its publisher has to publish it again");
                    discardPart(state);
                });
            case SwarmEvent.Died(String reason) -> {
                engine.died(reason);
                packs.all().forEach(PackState::engineEnded);
                // Nobody touches its files now.
                List.copyOf(packs.all()).forEach(Swarms::removed);
            }
        }
    }

    private void with(Sha256 pack, Consumer<PackState> what) {
        PackState state = packs.get(pack);
        if (state != null) {
            what.accept(state);
        }
    }

    /** Reads the whole once more; only the proof that comes of it moves the content into the store proper. */
    private void prove(PackState state) {
        if (state.phase != PackState.Phase.FETCHING || state.partial == null) {
            return;
        }
        state.phase = PackState.Phase.PROVING;
        state.provenBytes.set(0);
        state.waiters.forEach(PackWaiter::proving);
        reporter.press();
        Partial partial = state.partial;
        errands.runHeavy(
                () -> {
                    Path directory = shelf.prove(partial, state.provenBytes::set);
                    journal.remove(state.id());
                    return directory;
                },
                directory -> promoted(state, directory),
                refused -> {
                    if (state.phase == PackState.Phase.PROVING) {
                        engine.tell(new SwarmCommand.Remove(state.id()));
                        lost(state, state.manifest.id() + " is not put into the store: " + refused.reason());
                    }
                });
    }

    private void promoted(PackState state, Path directory) {
        if (state.phase != PackState.Phase.PROVING) {
            // The engine gave it up meanwhile, and so it was told; whoever asks next finds it whole in the store.
            LOG.warn("{} stands in the store, but is not served: it was given up while it was proven", state.id());
            return;
        }
        state.directory = directory;
        state.watch.movedTo(state.file());
        state.becomeWhole();
        List<VerifiedManifest> others = List.copyOf(state.others);
        state.others.clear();
        if (!others.isEmpty()) {
            errands.quietly("keep the manifests of " + state.releases, () -> others.forEach(shelf::keep));
        }
        if (state.inSwarm) {
            engine.tell(new SwarmCommand.Relocate(state.id(), directory));
            serveOutsiders(state);
        } else {
            enter(state);
            discardPart(state);
        }
        reporter.press();
        takeWaiters(state).forEach(waiter -> waiter.whole(state));
    }

    /** Gives a pack up. */
    private void lost(PackState state, String reason) {
        LOG.error("{}", reason);
        packs.remove(state.id());
        state.phase = PackState.Phase.GONE;
        state.inSwarm = false;
        duties.leave(state);
        engine.tell(new SwarmCommand.WithdrawOpen(state.id()));
        state.watch.failed(reason);
        takeWaiters(state).forEach(waiter -> waiter.lost(Refused.failed(reason)));
        errands.quietly("forget that " + state.id() + " is wanted", () -> journal.remove(state.id()));
        reporter.press();
        gone.run();
    }

    /** Gives up what people wait for and a tracker does not let this machine have; the part stays on the disk. */
    void refuseDenied() {
        for (PackState state : List.copyOf(packs.all())) {
            Optional<String> why = duties.denied(state.id());
            if (why.isPresent() && state.phase == PackState.Phase.FETCHING && state.ordered.isEmpty()) {
                engine.tell(new SwarmCommand.Remove(state.id()));
                lost(state, "this machine may not have " + state.manifest.id() + ": " + why.get());
            }
        }
    }

    /**
     * Takes a pack off the disk, whole or in part.
     *
     * @param reason for those who wait for it or read it
     * @param done runs when the disk is free of it, else {@code refused} with why it is not
     */
    void remove(PackState state, String reason, Runnable done, Consumer<Refused> refused) {
        boolean whole = state.phase == PackState.Phase.WHOLE;
        boolean swarming = state.inSwarm && engine.isRunning();
        state.phase = PackState.Phase.LEAVING;
        state.inSwarm = false;
        duties.leave(state);
        state.watch.failed(reason);
        takeWaiters(state).forEach(waiter -> waiter.lost(Refused.failed(reason)));
        state.afterRemoval = Optional.of(() -> takeOff(state, whole, done, refused));
        if (swarming) {
            engine.tell(new SwarmCommand.WithdrawOpen(state.id()));
            engine.tell(new SwarmCommand.Remove(state.id()));
        } else {
            removed(state);
        }
        reporter.press();
    }

    /** What the disk does not let go of now it may let go of later: till then nobody can have the pack. */
    private void takeOff(PackState state, boolean whole, Runnable done, Consumer<Refused> refused) {
        errands.run(
                () -> {
                    if (whole) {
                        shelf.remove(state.id());
                    }
                    shelf.discardPart(state.id());
                    journal.remove(state.id());
                    return state;
                },
                removed -> {
                    packs.remove(state.id());
                    sources.forget(state.id());
                    state.phase = PackState.Phase.GONE;
                    reporter.press();
                    done.run();
                    gone.run();
                },
                why -> {
                    state.afterRemoval = Optional.of(() -> takeOff(state, whole, done, refused));
                    state.removeAgainNanos = OptionalLong.of(nanoTime.getAsLong() + REMOVE_AGAIN.toNanos());
                    refused.accept(why);
                });
    }

    /** Tries again to remove what could not be removed. */
    void tick(long nowNanos) {
        for (PackState state : List.copyOf(packs.all())) {
            if (state.removeAgainNanos.isPresent() && nowNanos - state.removeAgainNanos.getAsLong() >= 0) {
                removed(state);
            }
        }
    }

    private static void removed(PackState state) {
        Optional<Runnable> then = state.afterRemoval;
        state.afterRemoval = Optional.empty();
        state.removeAgainNanos = OptionalLong.empty();
        then.ifPresent(Runnable::run);
    }

    private static List<PackWaiter> takeWaiters(PackState state) {
        List<PackWaiter> waiting = List.copyOf(state.waiters);
        state.waiters.clear();
        return waiting;
    }

    private void discardPart(PackState state) {
        errands.quietly("drop the part of " + state.id(), () -> shelf.discardPart(state.id()));
    }
}
