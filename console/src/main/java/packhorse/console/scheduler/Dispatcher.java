package packhorse.console.scheduler;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiFunction;
import packhorse.console.ledger.DesiredRow;
import packhorse.console.ledger.Pages;
import packhorse.console.ledger.Stored;
import packhorse.console.ledger.Waves.Tried;
import packhorse.console.ledger.Waves.Who;
import packhorse.console.wave.Action;
import packhorse.console.wave.ActionId;
import packhorse.console.wave.ActionNumbers;
import packhorse.console.wave.Attempts;
import packhorse.console.wave.DeploymentState;
import packhorse.console.wave.Dispatch;
import packhorse.console.wave.Doors;
import packhorse.console.wave.Line;
import packhorse.console.wave.Member;
import packhorse.console.wave.Purpose;
import packhorse.console.wave.Retry;
import packhorse.console.wave.WaveId;
import packhorse.console.wave.WaveTally;
import packhorse.core.state.ActionState;
import packhorse.core.topology.EndpointId;

/**
 * Writes what {@link Dispatch} makes of a wave: an attempt and a desired item for each member and step, in bulk, and what becomes of
 * attempts that nobody waits for any more. No item carries a lease: dispatching lets an endpoint make everything ready, and only
 * {@link LeaseClerk} lets it begin.
 *
 * <p>Where another order is at work on an endpoint in the same release line, the endpoint is left out. Whoever was left out is looked at again
 * with every look while the wave is active, and given up with it.
 */
final class Dispatcher {
    /** Members are read in pieces of this size. */
    static final int PAGE = 1_000;

    private final Onlooker onlooker;

    Dispatcher(Onlooker onlooker) {
        this.onlooker = onlooker;
    }

    /** Sends the content ahead to all members; how many items. */
    long sendAhead(Pages pages, Sight sight, WaveId wave) {
        Instant deadline = sight.now().plus(sight.plan().timeouts().wave());
        Job job = new Job(pages, sight, wave, deadline);
        // When it is fetched depends on no site's timetable.
        Dispatch items = job.items(List.of(), Map.of());
        if (items.perMember(Purpose.PREPOSITION) == 0) {
            return 0;
        }
        return job.write(items.all(Purpose.PREPOSITION).toList());
    }

    /** Content that was sent ahead, did not come through, and is to be sent again now. */
    List<Chosen> dueAhead(Pages pages, Sight sight, WaveId wave) {
        List<Action> failed = pages.waves().failedAhead(wave, sight.plan().retry(), PAGE);
        if (failed.isEmpty()) {
            return List.of();
        }
        long resent = pages.waves().sentAgain(wave);
        int members = sight.deployment().wave(wave.number()).members();
        List<Chosen> due = new ArrayList<>();
        for (Action last : failed) {
            if (Retry.ahead(last, sight.plan().retry(), resent + due.size(), members)
                            instanceof Retry.Ruling.Again(ActionId next, Instant notBefore)
                    && !notBefore.isAfter(sight.now())) {
                // Content goes at any hour, so that nobody asks where its endpoint is.
                due.add(new Chosen(next, last.endpoint(), ""));
            }
        }
        return due;
    }

    /** Sends content ahead again; how many items. */
    long sendAheadAgain(Pages pages, Sight sight, WaveId wave) {
        Job job = new Job(
                pages, sight, wave, sight.now().plus(sight.plan().timeouts().wave()));
        job.chosen.addAll(dueAhead(pages, sight, wave));
        return job.write();
    }

    /** Takes back what was sent ahead and is still under way; how many. */
    long callBack(Pages pages, Sight sight, WaveId wave) {
        return ended(pages, sight, wave, (member, attempts) -> attempts.superseded(sight.now()));
    }

    /** The first attempt for every member that has none and is free; how many. */
    long first(Pages pages, Sight sight, WaveId wave) {
        Job job = new Job(pages, sight, wave, deadline(pages, sight, wave));
        List<ActionId> superseded = new ArrayList<>();
        job.each(Who.WITHOUT_ATTEMPT, (member, attempts) -> {
            if (attempts.latest().isPresent() || member.gone()) {
                return Optional.empty();
            }
            attempts.superseded(sight.now()).forEach(ahead -> superseded.add(ahead.id()));
            return Optional.of(new ActionId(
                    wave, job.numbers.number(new ActionNumbers.Job(Purpose.DEPLOY, attempts.member(), 1)), 1));
        });
        // What came of it meanwhile stays as it is.
        pages.waves()
                .put(pages.waves().locked(superseded).stream()
                        .filter(ahead -> !ahead.ended())
                        .map(ahead -> ahead.givenUp(ActionState.SUPERSEDED, sight.now()))
                        .toList());
        return job.write();
    }

    /** One more attempt for each member that is to be tried again now; how many. */
    long again(Pages pages, Sight sight, WaveId wave) {
        WaveTally tally = pages.waves().tally(wave, sight.plan(), sight.now());
        Job job = new Job(pages, sight, wave, deadline(pages, sight, wave));
        long[] retried = {tally.retried()};
        job.each(Who.FAILED, (member, attempts) -> {
            Retry.Ruling ruling = Retry.rule(member, sight.plan().retry(), retried[0], tally.members());
            if (ruling instanceof Retry.Ruling.Again(ActionId next, Instant notBefore)
                    && !notBefore.isAfter(sight.now())) {
                retried[0]++;
                return Optional.of(next);
            }
            return Optional.empty();
        });
        return job.write();
    }

    /** The next step for each member that has done one; how many. */
    long nextStep(Pages pages, Sight sight, WaveId wave) {
        Job job = new Job(pages, sight, wave, deadline(pages, sight, wave));
        job.each(
                Who.AWAITING_STEP,
                (member, attempts) -> member.gone() || member.recalled() || member.takenBack()
                        ? Optional.empty()
                        : attempts.nextStep());
        return job.write();
    }

    /** The next rollback for each member that has to be taken back and waits for none; how many. */
    long takeBack(Pages pages, Sight sight, WaveId wave) {
        Instant began = sight.deployment().since();
        Job job = new Job(pages, sight, wave, onlooker.backEnds(pages, sight, wave));
        job.each(Who.TO_TAKE_BACK, (member, attempts) -> attempts.nextBack(member.recalled(), began));
        return job.write();
    }

    /** Lets those begin at once who were sent a later start and have not begun, where a person has opened their site since; how many. */
    long open(Pages pages, Sight sight, WaveId wave, ForcedWindow window) {
        boolean back = sight.deployment().state() == DeploymentState.BACKOUT;
        Purpose purpose = back ? Purpose.ROLL_BACK : Purpose.DEPLOY;
        Job job = new Job(
                pages, sight, wave, back ? onlooker.backEnds(pages, sight, wave) : deadline(pages, sight, wave));
        if (!job.late) {
            each(pages, sight, wave, Who.ALL, (tried, attempts) -> {
                if (window.opens(tried.site(), sight.now())) {
                    attempts.actions().stream()
                            .filter(action -> !action.ended()
                                    && !action.changed()
                                    && job.numbers.job(action.id().number()).purpose() == purpose)
                            .forEach(action -> job.chosen.add(new Chosen(action.id(), tried.endpoint(), tried.site())));
                }
            });
        }
        return job.writeAnew();
    }

    /** Ends what has not ended: of a wave that is over its rollbacks, else what was deployed or never was; how many. */
    long giveUp(Pages pages, Sight sight, WaveId wave) {
        boolean backs = sight.deployment().wave(wave.number()).state().isFinal();
        return ended(pages, sight, wave, (member, attempts) -> {
            if (backs) {
                return attempts.backGivenUp(sight.now()).stream().toList();
            }
            List<Action> ends = new ArrayList<>(attempts.superseded(sight.now()));
            if (attempts.latest().isPresent() || !member.gone()) {
                attempts.givenUp(sight.plan(), sight.now()).ifPresent(ends::add);
            }
            return ends;
        });
    }

    /** A member of whom something may have to be ended. */
    private record Open(Tried tried, Attempts attempts) {}

    /**
     * All are read without a lock, since most of them need nothing; of the others the attempts are then held and looked at again. Whatever an
     * endpoint said in between was stored and acknowledged: it is never said again, and stays.
     */
    private static long ended(Pages pages, Sight sight, WaveId wave, BiFunction<Member, Attempts, List<Action>> ends) {
        List<Open> open = new ArrayList<>();
        each(pages, sight, wave, Who.ALL, (tried, attempts) -> {
            if (!ends(ends, tried, attempts).isEmpty()) {
                open.add(new Open(tried, attempts));
            }
        });
        Map<ActionId, Action> held = new HashMap<>();
        pages.waves()
                .locked(open.stream()
                        .flatMap(one -> one.attempts().actions().stream())
                        .filter(action -> !action.ended())
                        .map(Action::id)
                        .toList())
                .forEach(action -> held.put(action.id(), action));
        List<Action> over = new ArrayList<>();
        List<Action> never = new ArrayList<>();
        for (Open one : open) {
            Attempts now = one.attempts().with(held);
            for (Action action : ends(ends, one.tried(), now)) {
                boolean there =
                        now.actions().stream().anyMatch(before -> before.id().equals(action.id()));
                (there ? over : never).add(action);
            }
        }
        pages.waves().put(over);
        pages.waves().dispatch(Purpose.DEPLOY, never);
        // Whoever may have begun and was given up is to be taken back.
        pages.waves().sum(over.stream().map(Action::id).toList());
        // Whoever comes back later finds nothing to do any more.
        pages.desired().drop(over.stream().map(action -> action.id().toString()).toList());
        return (long) over.size() + never.size();
    }

    private static List<Action> ends(BiFunction<Member, Attempts, List<Action>> ends, Tried tried, Attempts attempts) {
        return ends.apply(attempts.member(tried.site(), tried.gone(), tried.recalled()), attempts);
    }

    private Instant deadline(Pages pages, Sight sight, WaveId id) {
        return onlooker.ends(pages, sight, sight.deployment().wave(id.number()));
    }

    /** Looks at members with all that was dispatched to each. */
    interface Look {
        void at(Tried tried, Attempts attempts);
    }

    static void each(Pages pages, Sight sight, WaveId wave, Who who, Look look) {
        ActionNumbers numbers = numbers(sight, wave);
        int after = 0;
        while (true) {
            List<Tried> page = pages.waves().tried(wave, who, after, PAGE);
            for (Tried tried : page) {
                look.at(tried, new Attempts(wave, numbers, tried.number(), tried.endpoint(), tried.actions()));
            }
            if (page.size() < PAGE) {
                return;
            }
            after = page.getLast().number();
        }
    }

    static ActionNumbers numbers(Sight sight, WaveId wave) {
        return ActionNumbers.of(
                sight.plan(), sight.deployment().wave(wave.number()).members());
    }

    /** An action that is to be dispatched, and where its endpoint is. */
    record Chosen(ActionId id, EndpointId endpoint, String site) {}

    /** Items of one wave, gathered and written at once. */
    private final class Job {
        private final Pages pages;
        private final Sight sight;
        private final WaveId wave;
        private final Instant deadline;
        private final boolean late;
        private final ActionNumbers numbers;
        private final List<Chosen> chosen = new ArrayList<>();

        Job(Pages pages, Sight sight, WaveId wave, Instant deadline) {
            this.pages = pages;
            this.sight = sight;
            this.wave = wave;
            this.late = !sight.now().isBefore(deadline);
            this.deadline = late ? sight.now().plusMillis(1) : deadline;
            this.numbers = Dispatcher.numbers(sight, wave);
        }

        void each(Who who, BiFunction<Member, Attempts, Optional<ActionId>> next) {
            if (late) {
                return;
            }
            Dispatcher.each(pages, sight, wave, who, (tried, attempts) -> {
                Member member = attempts.member(tried.site(), tried.gone(), tried.recalled());
                next.apply(member, attempts)
                        .ifPresent(id -> chosen.add(new Chosen(id, tried.endpoint(), tried.site())));
            });
        }

        /** With the timetables of these sites only. */
        Dispatch items(Collection<String> sites, Map<EndpointId, String> siteOf) {
            Optional<ForcedWindow> forced = Onlooker.forced(pages, wave).map(Stored::value);
            return new Dispatch(
                    sight.plan(),
                    Onlooker.manifests(sight.plan()).orElseThrow(),
                    wave,
                    numbers.members(),
                    () -> pages.waves().membership(wave).orElseThrow(),
                    new Dispatch.Timing(
                            sight.now(),
                            deadline,
                            endpoint -> siteOf.getOrDefault(endpoint, ""),
                            Doors.of(
                                    onlooker.timetables(pages, sight.plan(), sites),
                                    sight.plan().timeouts().run(),
                                    sight.now()),
                            site -> forced.filter(window -> window.opens(site, sight.now()))
                                    .isPresent()));
        }

        /** Writes what was chosen, but for endpoints that another order is at work on; how many were written. */
        long write() {
            return chosen.isEmpty() ? 0 : write(sent());
        }

        /** Writes the items of attempts that are there already as they are to be now; how many. */
        long writeAnew() {
            List<DesiredRow> rows =
                    chosen.isEmpty() ? List.of() : sent().stream().map(Job::row).toList();
            pages.desired().put(rows);
            return rows.size();
        }

        private List<Dispatch.Sent> sent() {
            Map<EndpointId, String> siteOf = new HashMap<>(chosen.size() * 2);
            chosen.forEach(one -> siteOf.put(one.endpoint(), one.site()));
            Dispatch items = items(new TreeSet<>(siteOf.values()), siteOf);
            return chosen.stream()
                    .map(one -> items.sent(one.id(), one.endpoint()))
                    .toList();
        }

        private static DesiredRow row(Dispatch.Sent one) {
            return new DesiredRow(one.endpoint(), Line.of(one.item().subject()), one.item());
        }

        long write(List<Dispatch.Sent> sent) {
            long written = 0;
            Map<Purpose, List<Dispatch.Sent>> byPurpose = new EnumMap<>(Purpose.class);
            for (Dispatch.Sent one : sent) {
                byPurpose
                        .computeIfAbsent(numbers.job(one.id().number()).purpose(), unused -> new ArrayList<>())
                        .add(one);
            }
            for (Map.Entry<Purpose, List<Dispatch.Sent>> some : byPurpose.entrySet()) {
                Set<ActionId> busy = pages.waves()
                        .dispatch(
                                some.getKey(),
                                some.getValue().stream()
                                        .map(one -> one.queued(sight.now()))
                                        .toList());
                List<DesiredRow> rows = some.getValue().stream()
                        .filter(one -> !busy.contains(one.id()))
                        .map(Job::row)
                        .toList();
                pages.desired().put(rows);
                written += rows.size();
            }
            return written;
        }
    }
}
