package packhorse.peer.install;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import packhorse.core.content.Version;
import packhorse.core.state.ActionState;
import packhorse.core.state.LineState;
import packhorse.core.state.LineState.Activation;
import packhorse.core.state.LineState.Health;
import packhorse.core.state.LineState.Presence;
import packhorse.core.state.LineState.TransactionState;
import packhorse.core.state.Operation;
import packhorse.peer.install.Step.Kind;

/**
 * What all entries of the journal come to: transactions that are open, tasks that ended, and what is in place of each release line.
 * {@link Admission} says what may begin beside that. At most one transaction is open for a release line (law 3); an ended task is never
 * begun again (law 7). One thread's, changed by {@link #add} only.
 */
public final class Ledger {
    private final SortedMap<Long, Progress> open = new TreeMap<>();
    private final Map<String, TaskStatus> settled = new LinkedHashMap<>();
    private final SortedMap<Line.Name, Line> lines = new TreeMap<>();
    private long last;

    // ---- the fold ----

    /** @throws IllegalStateException when the entry cannot follow on those before */
    public void add(Entry entry) {
        switch (entry) {
            case Entry.Settled ended -> settled.put(ended.status().action(), ended.status());
            case Entry.Stands stands -> {
                Line line = stands.line();
                lines.put(line.name(), line);
                last = Math.max(last, transaction(line.current().home()));
                line.previous().ifPresent(previous -> last = Math.max(last, transaction(previous.home())));
            }
            case Entry.Began began -> begin(began);
            case Entry.OfTransaction step -> {
                Progress progress = open.get(step.transaction());
                if (progress == null) {
                    throw new IllegalStateException("the entry " + step + " is about a transaction that is not open");
                }
                progress.add(step);
                if (step instanceof Entry.Ended) {
                    end(progress);
                }
            }
        }
    }

    private void begin(Entry.Began began) {
        if (settled.containsKey(began.task().action())) {
            throw new IllegalStateException("the task " + began.task().action() + " has ended before");
        }
        Progress standing = open.get(began.transaction());
        if (standing != null) {
            standing.add(began);
            return;
        }
        Progress fresh = new Progress(began);
        if (open.values().stream().anyMatch(other -> !Collections.disjoint(other.lines(), fresh.lines()))) {
            throw new IllegalStateException(
                    "transaction " + began.transaction() + " is about a release line that another one is about");
        }
        open.put(began.transaction(), fresh);
        last = Math.max(last, began.transaction());
    }

    private void end(Progress progress) {
        settled.put(progress.task().action(), progress.status());
        if (!progress.closed()) {
            return;
        }
        open.remove(progress.transaction());
        for (int member = 0; member < progress.members().size(); member++) {
            Line.Name name = Line.Name.of(progress.members().get(member).release());
            Optional<Line> after = after(progress, member, Optional.ofNullable(lines.get(name)));
            if (after.isPresent()) {
                lines.put(name, after.get());
            } else {
                lines.remove(name);
            }
        }
    }

    private static Optional<Line> after(Progress progress, int member, Optional<Line> before) {
        boolean forth = progress.turned().isEmpty();
        boolean stuck = progress.ended().orElseThrow().state() == ActionState.UNDO_FAILED;
        if (forth && progress.operation() == Operation.REMOVE) {
            return Optional.empty();
        }
        InstallTask.Member release = progress.members().get(member);
        Line.Name name = Line.Name.of(release.release());
        if (forth || (stuck && progress.operation() != Operation.REMOVE && progress.isDone(Kind.APPLY, member))) {
            Optional<Line.InPlace> replaced = before.map(Line::current);
            // Whoever goes back does not want to come forward again to the same.
            boolean goneBack = progress.operation() == Operation.ROLLBACK;
            return Optional.of(new Line(
                    name,
                    new Line.InPlace(
                            release,
                            home(progress.transaction(), member),
                            progress.task().policy().mendDrift(),
                            progress.variables()),
                    goneBack ? Optional.empty() : replaced,
                    stuck ? progress.ended().orElseThrow().detail() : ""));
        }
        return stuck && progress.isBegun(Kind.CAPTURE, member)
                ? before.map(line -> new Line(
                        name,
                        line.current(),
                        line.previous(),
                        progress.ended().orElseThrow().detail()))
                : before;
    }

    /** The name of the directory that keeps what a release needs as long as it is in place. */
    public static String home(long transaction, int member) {
        return transaction + "-" + member;
    }

    private static long transaction(String home) {
        int dash = home.indexOf('-');
        try {
            return Long.parseLong(home.substring(0, Math.max(0, dash)));
        } catch (NumberFormatException e) {
            throw new IllegalStateException("\"" + home + "\" is no home of a release", e);
        }
    }

    /** Forgets ended tasks that nobody asks about any more. */
    public void forget(Predicate<String> action) {
        settled.keySet().removeIf(action);
    }

    /** Entries that come to the same, without the history of what is over. Those of open transactions are not among them. */
    public List<Entry> summary(Instant now) {
        List<Entry> entries = new ArrayList<>();
        lines.values().forEach(line -> entries.add(new Entry.Stands(now, line)));
        Set<String> standing = new HashSet<>();
        open.values().forEach(progress -> standing.addAll(progress.actions()));
        settled.values().stream()
                .filter(status -> !standing.contains(status.action()))
                .forEach(status -> entries.add(new Entry.Settled(now, status)));
        return entries;
    }

    // ---- what is so ----

    /** Whether there is nothing to begin any more: it has ended, or moves a transaction. */
    public boolean knows(String action) {
        return settled.containsKey(action) || moving(action).isPresent();
    }

    /** The transaction that a task moves now. */
    public Optional<Progress> moving(String action) {
        return open.values().stream()
                .filter(progress ->
                        progress.ended().isEmpty() && progress.task().action().equals(action))
                .findFirst();
    }

    /** Transactions that are not over, oldest first. */
    public Collection<Progress> open() {
        return Collections.unmodifiableCollection(open.values());
    }

    public Optional<Progress> open(long transaction) {
        return Optional.ofNullable(open.get(transaction));
    }

    /** What is in place for good. */
    public SortedMap<Line.Name, Line> lines() {
        return Collections.unmodifiableSortedMap(lines);
    }

    public Optional<Line> line(Line.Name name) {
        return Optional.ofNullable(lines.get(name));
    }

    /** The number of the next transaction. */
    public long next() {
        return last + 1;
    }

    /** Where every task is that it knows. */
    public Map<String, TaskStatus> statuses() {
        Map<String, TaskStatus> statuses = new LinkedHashMap<>(settled);
        open.values().stream()
                .filter(progress -> progress.ended().isEmpty())
                .map(Progress::status)
                .forEach(status -> statuses.put(status.action(), status));
        return statuses;
    }

    /** Releases whose manifests are needed: in place, kept, or in an open transaction. */
    public Set<InstallTask.Member> needed() {
        Set<InstallTask.Member> needed = new HashSet<>();
        lines.values().forEach(line -> {
            needed.add(line.current().member());
            line.previous().map(Line.InPlace::member).ifPresent(needed::add);
        });
        open.values().forEach(progress -> needed.addAll(progress.members()));
        return needed;
    }

    /** Those of them that were proven once. */
    public Set<InstallTask.Member> proven() {
        Set<InstallTask.Member> proven = new HashSet<>(needed());
        open.values().stream()
                .filter(progress -> !progress.isDone(Kind.PRECHECK, 0))
                .forEach(progress -> proven.removeAll(progress.members()));
        lines.values().forEach(line -> {
            proven.add(line.current().member());
            line.previous().map(Line.InPlace::member).ifPresent(proven::add);
        });
        return proven;
    }

    /** Directories that keep what is in place, or comes in place. */
    public Set<String> homes() {
        Set<String> homes = new HashSet<>();
        lines.values().forEach(line -> {
            homes.add(line.current().home());
            line.previous().map(Line.InPlace::home).ifPresent(homes::add);
        });
        open.values().forEach(progress -> {
            for (int member = 0; member < progress.members().size(); member++) {
                homes.add(home(progress.transaction(), member));
            }
        });
        return homes;
    }

    /**
     * What an endpoint has of each release line, as reports say it.
     *
     * @param health what the last look at a committed line found, with a detail
     * @param unreadable why nothing can be known of a release; its traits are not asked for then
     */
    public List<LineState> lineStates(
            Function<InstallTask.Member, Traits> traits,
            Function<Line.Name, Optional<Found>> health,
            Function<InstallTask.Member, Optional<String>> unreadable) {
        Map<Line.Name, LineState> states = new HashMap<>();
        lines.forEach((name, line) -> states.put(
                name,
                standing(
                        line,
                        unreadable
                                .apply(line.current().member())
                                .map(why -> new Found(Health.ERROR, why))
                                .or(() -> health.apply(name)))));
        for (Progress progress : open.values()) {
            for (int member = 0; member < progress.members().size(); member++) {
                Line.Name name = Line.Name.of(progress.members().get(member).release());
                if (progress.isDone(Kind.PRECHECK, 0)) {
                    states.put(
                            name, moving(progress, member, Optional.ofNullable(lines.get(name)), traits, unreadable));
                }
            }
        }
        return new TreeMap<>(states).values().stream().toList();
    }

    /**
     * What a look at a line found.
     *
     * @param detail one line, empty where all is well
     */
    public record Found(Health health, String detail) {}

    private static LineState standing(Line line, Optional<Found> found) {
        boolean trouble = !line.trouble().isEmpty();
        return new LineState(
                line.name().release(),
                line.name().platform(),
                Optional.of(line.current().member().release().version()),
                line.previous().map(previous -> previous.member().release().version()),
                Presence.INSTALLED,
                TransactionState.COMMITTED,
                Activation.ACTIVE,
                trouble ? Health.ERROR : found.map(Found::health).orElse(Health.UNKNOWN),
                false,
                trouble ? line.trouble() : found.map(Found::detail).orElse(""));
    }

    private static LineState moving(
            Progress progress,
            int member,
            Optional<Line> line,
            Function<InstallTask.Member, Traits> traits,
            Function<InstallTask.Member, Optional<String>> unreadable) {
        InstallTask.Member release = progress.members().get(member);
        Line.Name name = Line.Name.of(release.release());
        Optional<Version> before =
                line.map(one -> one.current().member().release().version());
        boolean removal = progress.operation() == Operation.REMOVE;
        boolean back = progress.isDone(Kind.UNDO, member);
        boolean placed = !back && progress.isDone(removal ? Kind.REMOVE : Kind.APPLY, member);
        boolean captured = progress.isDone(Kind.CAPTURE, member);
        boolean turned = progress.turned().isPresent();
        Optional<String> trouble = unreadable.apply(release);
        Optional<Version> version = placed
                ? (removal ? Optional.empty() : Optional.of(release.release().version()))
                : before;
        boolean prepared = removal || progress.isDone(Kind.PREPARE, member);
        Presence presence = version.isPresent()
                ? Presence.INSTALLED
                : (prepared && !removal && !turned) ? Presence.STAGED : Presence.ABSENT;
        boolean needsStart =
                progress.waiting().filter(one -> one.gate().isStart()).isPresent();
        boolean used = (placed && !removal) ? progress.isDone(Kind.ACTIVATE, member) : version.isPresent();
        return new LineState(
                name.release(),
                name.platform(),
                version,
                placed
                        ? before
                        : line.flatMap(Line::previous)
                                .map(one -> one.member().release().version()),
                presence,
                captured ? TransactionState.UNDOABLE : prepared ? TransactionState.PREPARED : TransactionState.NONE,
                version.isEmpty()
                        ? Activation.INACTIVE
                        : needsStart ? Activation.PENDING_REBOOT : used ? Activation.ACTIVE : Activation.INACTIVE,
                trouble.isPresent() || progress.stranded() || (turned && placed)
                        ? Health.ERROR
                        : progress.isDone(Kind.VERIFY, member) && placed ? Health.OK : Health.UNKNOWN,
                trouble.isEmpty()
                        && captured
                        && !turned
                        && traits.apply(release).undoable(),
                trouble.or(() -> progress.turned().map(Entry.Turned::why)).orElse(""));
    }
}
