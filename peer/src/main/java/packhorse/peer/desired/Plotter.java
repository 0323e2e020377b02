package packhorse.peer.desired;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import packhorse.core.content.ReleaseId;
import packhorse.core.content.Sha256;
import packhorse.core.state.ActionState;
import packhorse.core.state.DesiredItem;
import packhorse.core.state.Priority;
import packhorse.core.state.Subject;
import packhorse.peer.desired.Course.Fetch;
import packhorse.peer.desired.Course.Move;
import packhorse.peer.desired.Resolution.Part;
import packhorse.peer.install.InstallTask;

/** Plots a {@link Course}: goes through the items in their order, then through what nobody desires any more. Used once. */
final class Plotter {
    private final Situation situation;
    private final List<Move> moves = new ArrayList<>();
    private final Map<Sha256, Fetch> fetch = new HashMap<>();
    private final Set<ReleaseId> delete = new TreeSet<>();
    private final Set<Subject> resolve = new LinkedHashSet<>();
    private final Map<Priority, Integer> places = new EnumMap<>(Priority.class);
    private final List<DesiredItem> queue = new ArrayList<>();
    private final InstallCourse installing;
    private final Map<String, InstallTask> tasks = new LinkedHashMap<>();
    private final Set<String> leases = new HashSet<>();
    private final Map<String, String> waits = new HashMap<>();
    private final Map<String, Instant> restarts = new HashMap<>();
    private @Nullable Instant wake;

    Plotter(Situation situation) {
        this.situation = situation;
        this.installing = new InstallCourse(situation);
    }

    Course plot() {
        // What nobody wants any more comes first: it frees what others wait for.
        Map<String, DesiredItem> wanted = new HashMap<>();
        situation.desired().items().forEach(item -> wanted.put(item.action(), item));
        situation.installs().told().values().stream()
                .filter(task -> !wanted.containsKey(task.action()))
                .forEach(this::keep);
        for (DesiredItem item : situation.desired().items()) {
            switch (item.operation()) {
                case DISTRIBUTE -> distribute(item);
                case DELETE -> delete(item);
                case INSTALL, UPDATE, ACTIVATE, COMMIT, ROLLBACK, REMOVE -> install(item);
            }
        }
        givePlaces();
        vanished();
        restart(wanted);
        Set<Sha256> end = new HashSet<>(situation.ordered());
        end.removeAll(wantedPacks());
        return new Course(
                moves,
                byUrgency(),
                delete,
                end,
                resolve,
                List.copyOf(tasks.values()),
                leases,
                waits,
                restarts,
                Optional.ofNullable(wake));
    }

    /** Whatever else is to become of a task: what it needs the machine's next start for may be its way back. */
    private void restart(Map<String, DesiredItem> wanted) {
        Restarts when = new Restarts(situation);
        tasks.replaceAll((action, task) -> {
            Optional<DesiredItem> item = Optional.ofNullable(wanted.get(action));
            when.at(task, item).filter(situation.now()::isBefore).ifPresent(this::wakeAt);
            when.planned(task, item).ifPresent(time -> restarts.put(action, time));
            return when.told(task, item);
        });
    }

    private Map<Sha256, Fetch> byUrgency() {
        Map<Sha256, Fetch> sorted = new LinkedHashMap<>();
        new TreeMap<>(fetch)
                .entrySet().stream()
                        .sorted(Comparator.comparing(entry -> entry.getValue().priority(), Comparator.reverseOrder()))
                        .forEach(entry -> sorted.put(entry.getKey(), entry.getValue()));
        return sorted;
    }

    private @Nullable ActionRecord reported(DesiredItem item) {
        return situation.reported().get(item.action());
    }

    private void move(DesiredItem item, ActionState state, String detail) {
        moves.add(new Move(item.action(), item.subject(), item.operation(), state, detail));
    }

    /** Whether the deadline decides; else it is a time to wake at. */
    private boolean tooLate(DesiredItem item, String phase) {
        if (item.deadline().isEmpty()) {
            return false;
        }
        if (!situation.now().isBefore(item.deadline().get())) {
            move(item, ActionState.TIMED_OUT, "not done by " + item.deadline().get() + ": " + phase);
            return true;
        }
        wakeAt(item.deadline().get());
        return false;
    }

    private void wakeAt(Instant time) {
        if (wake == null || time.isBefore(wake)) {
            wake = time;
        }
    }

    /** What was told stands, until something else is to be told; an action that ended needs no task. */
    private void keep(InstallTask task) {
        ActionRecord record = situation.reported().get(task.action());
        if (record != null && !record.ended()) {
            tasks.put(task.action(), task);
        } else {
            installing.ended(task, record).ifPresent(now -> tasks.put(task.action(), now));
        }
    }

    private void install(DesiredItem item) {
        ActionRecord record = reported(item);
        Optional.ofNullable(situation.installs().told().get(item.action())).ifPresent(this::keep);
        Resolution resolution = situation.resolutions().get(item.subject());
        boolean over = record != null && record.ended() && !record.stands();
        if (!over && !(resolution instanceof Resolution.Known)) {
            resolve.add(item.subject());
        }
        if (record == null) {
            move(item, ActionState.ACCEPTED, "");
        } else if (!record.ended()) {
            item.deadline().filter(situation.now()::isBefore).ifPresent(this::wakeAt);
            take(item, record, installing.next(item, record, this::trouble, needs().open()));
        } else if (record.stands()) {
            again(item, resolution);
        }
    }

    private void take(DesiredItem item, ActionRecord record, InstallCourse.Step step) {
        switch (step) {
            case InstallCourse.Step.Report report -> report(record, report);
            case InstallCourse.Step.Queue() -> queue.add(item);
            case InstallCourse.Step.Fetch(List<Part> parts, boolean takesPlace) -> {
                if (takesPlace) {
                    places.merge(item.priority(), 1, Integer::sum);
                }
                want(parts, item.priority());
            }
            case InstallCourse.Step.Tell tell -> tell(tell);
            case InstallCourse.Step.Rest(String why, Optional<Instant> until) -> {
                waits.put(item.action(), why);
                until.ifPresent(this::wakeAt);
            }
        }
    }

    private void report(ActionRecord record, InstallCourse.Step.Report report) {
        moves.add(new Move(
                record.action(),
                record.subject(),
                record.operation(),
                report.state(),
                report.detail(),
                report.code(),
                report.codeClass()));
    }

    private void tell(InstallCourse.Step.Tell tell) {
        tasks.put(tell.task().action(), tell.task());
        tell.wake().filter(situation.now()::isBefore).ifPresent(this::wakeAt);
        if (!tell.waits().isEmpty()) {
            waits.put(tell.task().action(), tell.waits());
        }
        if (tell.lease()) {
            leases.add(tell.task().action());
        }
    }

    private void distribute(DesiredItem item) {
        ActionRecord record = reported(item);
        boolean ended = record != null && record.ended();
        if (record != null && record.ended() && !record.stands()) {
            return;
        }
        Resolution resolution = situation.resolutions().get(item.subject());
        if (!(resolution instanceof Resolution.Known)) {
            resolve.add(item.subject());
        }
        if (record == null) {
            move(item, ActionState.ACCEPTED, "");
            return;
        }
        if (ended) {
            again(item, resolution);
            return;
        }
        boolean fetching = record.state() == ActionState.FETCHING;
        if (resolution instanceof Resolution.Known(List<Part> parts)
                && situation.whole().containsAll(packs(parts))
                && (fetching || verdict(item, parts).isEmpty())) {
            move(item, fetching ? ActionState.STAGED : ActionState.ALREADY_AT_TARGET, "");
            return;
        }
        if (tooLate(item, phase(item, resolution, fetching))) {
            return;
        }
        switch (resolution) {
            case null -> {}
            case Resolution.Unavailable unavailable -> {}
            case Resolution.Wrong(String reason) -> move(item, ActionState.REFUSED, reason);
            case Resolution.Known(List<Part> parts) -> {
                Optional<String> trouble = fetching ? Optional.empty() : verdict(item, parts);
                if (trouble.isPresent()) {
                    move(item, ActionState.REFUSED, trouble.get());
                } else if (fetching) {
                    fetching(item, parts);
                } else if (item.fetchNotBefore()
                        .filter(situation.now()::isBefore)
                        .isPresent()) {
                    wakeAt(item.fetchNotBefore().get());
                } else if (!needs().open()) {
                    queue.add(item);
                }
            }
        }
    }

    private static String phase(DesiredItem item, @Nullable Resolution resolution, boolean fetching) {
        if (fetching) {
            return "still fetching";
        }
        return switch (resolution) {
            case null -> "the catalogue has not answered";
            case Resolution.Unavailable(String reason) -> reason;
            case Resolution.Wrong(String reason) -> reason;
            case Resolution.Known known ->
                item.priority() == Priority.BACKGROUND
                        ? "waits behind more urgent work"
                        : "waits for its time or for a place";
        };
    }

    /** What is wrong with it; nothing while a bundle is unknown that may bring what it needs. */
    private Optional<String> verdict(DesiredItem item, List<Part> parts) {
        return trouble(parts).map(line -> item.subject() + ": " + line);
    }

    private Optional<String> trouble(List<Part> parts) {
        Needs needs = needs();
        return needs.open() ? Optional.empty() : needs.trouble(parts);
    }

    private @Nullable Needs needs;

    private Needs needs() {
        Needs known = needs;
        if (known == null) {
            known = Needs.of(situation);
            needs = known;
        }
        return known;
    }

    private void fetching(DesiredItem item, List<Part> parts) {
        String failure = situation.failures().get(item.action());
        if (failure != null) {
            move(item, ActionState.FAILED, failure);
            return;
        }
        places.merge(item.priority(), 1, Integer::sum);
        want(parts, item.priority());
    }

    /** The end was reported; what the disk lost since is brought back, behind everybody else. */
    private void again(DesiredItem item, @Nullable Resolution resolution) {
        if (resolution instanceof Resolution.Known(List<Part> parts)
                && !situation.failures().containsKey(item.action())) {
            want(parts, Priority.BACKGROUND);
        }
    }

    private void want(List<Part> parts, Priority priority) {
        for (Part part : parts) {
            if (!situation.whole().contains(part.pack())) {
                fetch.merge(
                        part.pack(),
                        new Fetch(part, priority),
                        (a, b) -> a.priority().compareTo(b.priority()) >= 0 ? a : b);
            }
        }
    }

    private void givePlaces() {
        queue.sort(Comparator.comparing(DesiredItem::priority).reversed());
        for (DesiredItem item : queue) {
            int taken = places.getOrDefault(item.priority(), 0);
            if (taken < situation.limits().of(item.priority())) {
                places.put(item.priority(), taken + 1);
                move(item, ActionState.FETCHING, "");
            }
        }
    }

    private void delete(DesiredItem item) {
        ActionRecord record = reported(item);
        if (record != null && record.ended()) {
            return;
        }
        List<ReleaseId> here = subjectReleases(item).stream()
                .filter(situation.held()::containsKey)
                .toList();
        boolean unknown =
                item.subject().bundle() && !(situation.resolutions().get(item.subject()) instanceof Resolution.Known);
        if (unknown) {
            resolve.add(item.subject());
            if (record == null) {
                move(item, ActionState.ACCEPTED, "");
            } else if (situation.resolutions().get(item.subject()) instanceof Resolution.Wrong(String reason)) {
                move(item, ActionState.REFUSED, reason);
            } else {
                var unused = tooLate(item, "the catalogue has not answered");
            }
            return;
        }
        if (here.isEmpty()) {
            move(item, record == null ? ActionState.ALREADY_AT_TARGET : ActionState.DELETED, "");
            return;
        }
        if (record == null) {
            move(item, ActionState.ACCEPTED, "");
            return;
        }
        if (situation.installs().reach() == Installs.Reach.SILENT) {
            // One of them may be in place.
            waits.put(item.action(), situation.installs().trouble());
            var unused = tooLate(item, situation.installs().trouble());
            return;
        }
        Optional<String> wanted =
                here.stream().flatMap(id -> wanting(item, id).stream()).findFirst();
        if (wanted.isPresent()) {
            if (!tooLate(item, wanted.get()) && record.state() != ActionState.WAITING) {
                move(item, ActionState.WAITING, wanted.get());
            }
            return;
        }
        if (!tooLate(item, "still on the disk")) {
            delete.addAll(here);
        }
    }

    private List<ReleaseId> subjectReleases(DesiredItem item) {
        if (!item.subject().bundle()) {
            return List.of(item.subject().id());
        }
        return situation.resolutions().get(item.subject()) instanceof Resolution.Known(List<Part> parts)
                ? parts.stream().map(Part::release).toList()
                : List.of();
    }

    /** Who else wants a release, one line; what shares its content does not stand in the way, only its name. */
    private Optional<String> wanting(DesiredItem deleting, ReleaseId id) {
        Sha256 pack = situation.held().get(id);
        if (pack != null && situation.asked().contains(pack)) {
            return Optional.of("somebody on this machine waits for " + id);
        }
        Optional<String> pin = situation.installs().pin(id);
        if (pin.isPresent()) {
            return pin;
        }
        return wantingItems()
                .filter(item -> subjectReleases(item).contains(id))
                .filter(item -> !item.action().equals(deleting.action()))
                .findFirst()
                .map(item -> "the action " + item.action() + " wants " + id);
    }

    private java.util.stream.Stream<DesiredItem> wantingItems() {
        Predicate<DesiredItem> alive = item -> {
            ActionRecord record = reported(item);
            return record == null || !record.ended() || record.stands();
        };
        return situation.desired().items().stream()
                .filter(item -> item.operation().needsContent())
                .filter(alive);
    }

    /** Every pack that an item wants which is alive; those of subjects that are not known yet cannot be told. */
    private Set<Sha256> wantedPacks() {
        Set<Sha256> wanted = new HashSet<>();
        wantingItems().forEach(item -> {
            Resolution resolution = situation.resolutions().get(item.subject());
            if (resolution instanceof Resolution.Known(List<Part> parts)) {
                wanted.addAll(packs(parts));
            } else if (!(resolution instanceof Resolution.Wrong)) {
                // One of these may be what it wants: nothing ends before that is known.
                wanted.addAll(situation.ordered());
            }
        });
        return wanted;
    }

    private static List<Sha256> packs(List<Part> parts) {
        return parts.stream().map(Part::pack).toList();
    }

    private void vanished() {
        Set<String> named = new HashSet<>();
        situation.desired().items().forEach(item -> named.add(item.action()));
        new TreeMap<>(situation.reported())
                .values().stream()
                        .filter(record -> !record.ended() && !named.contains(record.action()))
                        .forEach(this::vanished);
    }

    private void vanished(ActionRecord record) {
        Optional<DesiredItem> successor = situation.desired().items().stream()
                .filter(item -> sameLine(item.subject(), record.subject()))
                .findFirst();
        InstallCourse.Step.Report end = new InstallCourse.Step.Report(
                successor.isPresent() ? ActionState.SUPERSEDED : ActionState.CANCELLED,
                successor
                        .map(item -> "by " + item.action())
                        .orElse("no longer desired (revision "
                                + situation.desired().revision() + ")"));
        switch (installing.vanished(record, end)) {
            case InstallCourse.Step.Report report -> report(record, report);
            case InstallCourse.Step.Tell tell -> tell(tell);
            case InstallCourse.Step.Queue queue -> {}
            case InstallCourse.Step.Fetch fetch -> {}
            case InstallCourse.Step.Rest rest -> {}
        }
    }

    private static boolean sameLine(Subject a, Subject b) {
        return a.bundle() == b.bundle()
                && a.id().name().equals(b.id().name())
                && a.id().platform().equals(b.id().platform());
    }
}
