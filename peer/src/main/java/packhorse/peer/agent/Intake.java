package packhorse.peer.agent;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import packhorse.core.OperationException;
import packhorse.core.content.Sha256;
import packhorse.core.trust.VerifiedManifest;
import packhorse.peer.desired.Plan;

/**
 * The ways a pack comes to this agent: found in the store at the start, asked for by somebody, or put into the store whole by
 * the origin. Each ends in a {@link PackState} among the {@link Packs}. Who asks for a pack that is here or on its way joins the
 * others; what has to be fetched is written down as wanted before anybody is told that it comes.
 *
 * <p>Owns who waits for a pack whose manifest is known and whose part is still being opened. Only the owner thread enters.
 */
final class Intake {
    private record Stock(List<Shelf.Held> whole, List<Shelf.Held> parts) {}

    private record Starting(WantedJournal.Whom whom, Consumer<PackState> then, Consumer<Refused> refused) {}

    private final Packs packs;
    private final Swarms swarms;
    private final Shelf shelf;
    private final WantedJournal journal;
    private final Errands errands;
    private final LongSupplier nanoTime;
    private final boolean seedOnStart;
    private final Map<Sha256, List<Starting>> starting = new HashMap<>();

    /** @param seedOnStart whether packs found whole at the start are served without being asked for */
    Intake(
            Packs packs,
            Swarms swarms,
            Shelf shelf,
            WantedJournal journal,
            Errands errands,
            LongSupplier nanoTime,
            boolean seedOnStart) {
        this.packs = packs;
        this.swarms = swarms;
        this.shelf = shelf;
        this.journal = journal;
        this.errands = errands;
        this.nanoTime = nanoTime;
        this.seedOnStart = seedOnStart;
    }

    /** Takes in what the store holds: everything whole is served again and every wanted part goes on. */
    void load(Runnable then, Consumer<Refused> refused) {
        errands.runHeavy(
                () -> {
                    List<Shelf.Held> whole = shelf.whole();
                    Set<Sha256> there = new HashSet<>();
                    whole.forEach(held -> there.add(held.id()));
                    for (Sha256 pack : journal.wanted()) {
                        if (there.contains(pack)) {
                            journal.remove(pack);
                        }
                    }
                    return new Stock(whole, shelf.parts(journal.wanted()));
                },
                stock -> {
                    loaded(stock);
                    then.run();
                },
                refused);
    }

    private void loaded(Stock stock) {
        long now = nanoTime.getAsLong();
        Map<Sha256, Shelf.Held> held = new HashMap<>();
        Map<Sha256, Plan.Holding> holdings = new HashMap<>();
        for (Shelf.Held part : stock.parts()) {
            held.put(part.id(), part);
            holdings.put(part.id(), Plan.Holding.PART);
        }
        for (Shelf.Held whole : stock.whole()) {
            held.put(whole.id(), whole);
            holdings.put(whole.id(), Plan.Holding.WHOLE);
        }
        Set<Sha256> wanted = new HashSet<>();
        stock.parts().forEach(part -> wanted.add(part.id()));
        for (Plan.Step step : Plan.of(wanted, holdings, Map.of()).steps()) {
            Shelf.Held what = held.get(step.pack());
            if (what == null) {
                continue;
            }
            PackState.Phase phase = step instanceof Plan.Step.Serve ? PackState.Phase.WHOLE : PackState.Phase.FETCHING;
            PackState state = new PackState(what, phase, now);
            packs.put(state);
            if (phase == PackState.Phase.FETCHING || seedOnStart) {
                swarms.enter(state);
            }
        }
    }

    /** Serves a pack that was put into the store whole. */
    void stocked(VerifiedManifest manifest, CompletableFuture<Boolean> answer) {
        Sha256 pack = manifest.manifest().pack().data().sha256();
        PackState known = packs.get(pack);
        if (known != null && known.phase == PackState.Phase.WHOLE) {
            known.releases.add(manifest.manifest().id());
            if (!known.inSwarm) {
                swarms.enter(known);
            }
            answer.complete(true);
            return;
        }
        errands.runHeavy(
                () -> shelf.whole(manifest),
                held -> {
                    if (!packs.contains(pack)) {
                        PackState state = new PackState(held, PackState.Phase.WHOLE, nanoTime.getAsLong());
                        packs.put(state);
                        swarms.enter(state);
                    }
                    answer.complete(true);
                },
                refused -> answer.completeExceptionally(refused.exception()));
    }

    /** Serves a pack no more, and takes it off the disk. */
    void unstocked(Sha256 pack, String reason, CompletableFuture<Boolean> answer) {
        PackState known = packs.get(pack);
        if (known == null) {
            answer.complete(false);
        } else if (known.phase == PackState.Phase.WHOLE) {
            swarms.remove(
                    known,
                    reason,
                    () -> answer.complete(true),
                    refused -> answer.completeExceptionally(refused.exception()));
        } else {
            answer.completeExceptionally(
                    new OperationException("the pack " + pack + " is " + known.phase + " here; it is tried again"));
        }
    }

    /** Makes sure that a pack is here or on its way. */
    void acquire(
            VerifiedManifest manifest, WantedJournal.Whom whom, Consumer<PackState> then, Consumer<Refused> refused) {
        Sha256 id = manifest.manifest().pack().data().sha256();
        PackState known = packs.get(id);
        if (known != null && known.phase == PackState.Phase.LEAVING) {
            refused.accept(Refused.failed(manifest + " is just being deleted here; ask again in a moment"));
            return;
        }
        if (known != null && known.phase == PackState.Phase.FETCHING) {
            errands.quietly("write down that " + manifest + " is wanted", () -> journal.add(id, whom));
        }
        if (known != null) {
            if (known.releases.add(manifest.manifest().id())) {
                if (known.phase == PackState.Phase.WHOLE) {
                    errands.quietly("keep the manifest of " + manifest, () -> shelf.keep(manifest));
                } else {
                    known.others.add(manifest);
                }
            }
            then.accept(known);
            return;
        }
        List<Starting> others = starting.get(id);
        if (others != null) {
            others.add(new Starting(whom, then, refused));
            return;
        }
        starting.put(id, new ArrayList<>(List.of(new Starting(whom, then, refused))));
        errands.runHeavy(
                () -> {
                    Shelf.Held held = shelf.begin(manifest);
                    if (held.partial().isPresent()) {
                        journal.add(id, whom);
                    }
                    return held;
                },
                held -> {
                    // It may have been put into the store whole in the meantime.
                    PackState meanwhile = packs.get(id);
                    PackState state = meanwhile != null ? meanwhile : enter(held);
                    List<Starting> came = takeStarting(id);
                    if (state.phase == PackState.Phase.FETCHING) {
                        came.stream()
                                .map(Starting::whom)
                                .filter(other -> other != whom)
                                .distinct()
                                .forEach(other -> errands.quietly(
                                        "write down that " + manifest + " is wanted", () -> journal.add(id, other)));
                    }
                    came.forEach(waiting -> waiting.then().accept(state));
                },
                failure -> takeStarting(id).forEach(waiting -> waiting.refused().accept(failure)));
    }

    private PackState enter(Shelf.Held held) {
        PackState state = new PackState(
                held,
                held.partial().isPresent() ? PackState.Phase.FETCHING : PackState.Phase.WHOLE,
                nanoTime.getAsLong());
        packs.put(state);
        swarms.enter(state);
        return state;
    }

    private List<Starting> takeStarting(Sha256 id) {
        List<Starting> waiting = starting.remove(id);
        return waiting == null ? List.of() : waiting;
    }
}
