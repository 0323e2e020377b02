package packhorse.console.scheduler;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import packhorse.console.ledger.StatusBook;
import packhorse.console.wave.LeaseDesk;
import packhorse.core.content.CodeClass;
import packhorse.core.message.StateCodec;
import packhorse.core.message.v1.StatusReport;
import packhorse.core.message.v1.StatusReports;
import packhorse.core.state.ActionState;
import packhorse.core.state.DesiredItem;
import packhorse.core.state.DesiredState;
import packhorse.core.state.Operation;
import packhorse.core.state.StatusEntry;
import packhorse.core.topology.EndpointId;

/**
 * What an agent does, as far as a console can tell: it comes to its newest desired state, asks for a lease right before it begins, writes down
 * what it passed before it says so, and says it again until it is told that it is stored.
 */
final class ModelAgent {
    /** How it goes with an action. */
    enum Nature {
        GOOD,
        /** Fails for good, and is as before. */
        BAD,
        /** Fails the first time, and may work the next. */
        SHAKY,
        /** Loses the first content that it is sent ahead. */
        LOSSY,
        /** Refuses whatever is sent ahead, for good. */
        FULL,
        /** Begins and is never heard of again. */
        SILENT,
        /** Is never there. */
        AWAY
    }

    private static final long JOURNAL = 7;

    final EndpointId id;
    Nature nature;
    private final Set<String> known = new HashSet<>();
    private final List<StatusEntry> journal = new ArrayList<>();
    private final Map<String, Integer> begun = new TreeMap<>();
    private final Map<String, Instant> begunAt = new LinkedHashMap<>();
    /** What it fetched of the content, from where; said with each of its actions, as agents do. */
    long bytesWan;

    long bytesLan;
    private long sequence;
    private long acknowledged;
    private long forgotten;
    private boolean gone;
    private int failures;

    ModelAgent(EndpointId id, Nature nature) {
        this.id = id;
        this.nature = nature;
    }

    /** What was begun, and how often. */
    Map<String, Integer> begun() {
        return begun;
    }

    /** What was begun, and when. */
    Map<String, Instant> begunAt() {
        return begunAt;
    }

    /** All that it ever said. */
    List<StatusEntry> journal() {
        return journal;
    }

    /** Up to which of its reports it was told to forget. */
    long acknowledged() {
        return acknowledged;
    }

    /** It said something before that another ledger was told of: its reports begin with a later one. */
    void forgetFirst() {
        sequence += 3;
        forgotten += 3;
        acknowledged += 3;
    }

    /** Does whatever it can now. */
    void step(DesiredState desired, LeaseClerk leases, ReportClerk reports, Instant now) {
        if (nature == Nature.AWAY || gone) {
            return;
        }
        // What was said before and nobody confirmed goes first, as at the start of a session.
        send(reports, now);
        for (DesiredItem item : desired.items()) {
            if (!known.contains(item.action())) {
                work(item, desired.revision(), leases, now);
            }
        }
        send(reports, now);
    }

    private void work(DesiredItem item, long revision, LeaseClerk leases, Instant now) {
        if (item.fetchNotBefore().filter(now::isBefore).isPresent()
                || item.activateNotBefore().filter(now::isBefore).isPresent()) {
            return;
        }
        if (item.operation() == Operation.DISTRIBUTE) {
            known.add(item.action());
            say(item, revision, now, ActionState.FETCHING, Optional.empty());
            if (nature == Nature.FULL || (nature == Nature.LOSSY && failures++ == 0)) {
                say(
                        item,
                        revision,
                        now,
                        ActionState.FAILED,
                        Optional.of(nature == Nature.FULL ? CodeClass.PERMANENT : CodeClass.TRANSIENT));
            } else {
                say(item, revision, now, ActionState.STAGED, Optional.empty());
            }
            return;
        }
        Optional<List<LeaseDesk.Ruling>> ruling =
                leases.rule(List.of(new LeaseClerk.Ask(id, Optional.empty(), item.action())));
        if (ruling.isEmpty()
                || !(ruling.get().getFirst() instanceof LeaseDesk.Ruling.Granted(Instant until))
                || !now.isBefore(until)) {
            return;
        }
        known.add(item.action());
        begun.merge(item.action(), 1, Integer::sum);
        begunAt.put(item.action(), now);
        if (item.operation() == Operation.ROLLBACK) {
            say(item, revision, now, ActionState.UNDOING, Optional.empty());
            say(item, revision, now, ActionState.UNDONE, Optional.empty());
            return;
        }
        say(item, revision, now, ActionState.APPLYING, Optional.empty());
        if (nature == Nature.SILENT) {
            gone = true;
            return;
        }
        boolean fails = nature == Nature.BAD || (nature == Nature.SHAKY && failures++ == 0);
        if (fails) {
            say(item, revision, now, ActionState.UNDOING, Optional.empty());
            say(
                    item,
                    revision,
                    now,
                    ActionState.FAILED,
                    Optional.of(nature == Nature.BAD ? CodeClass.PERMANENT : CodeClass.TRANSIENT));
        } else {
            say(item, revision, now, ActionState.VERIFYING, Optional.empty());
            say(item, revision, now, ActionState.COMMITTABLE, Optional.empty());
        }
    }

    private void say(DesiredItem item, long revision, Instant now, ActionState state, Optional<CodeClass> failure) {
        sequence++;
        journal.add(new StatusEntry(
                sequence,
                now,
                item.action(),
                item.subject(),
                item.operation(),
                state,
                "",
                failure.isPresent() ? 5 : 0,
                failure,
                bytesWan,
                bytesLan,
                revision));
    }

    private void send(ReportClerk clerk, Instant now) {
        if (acknowledged == sequence) {
            return;
        }
        StatusReports.Builder reports =
                StatusReports.newBuilder().setJournal(JOURNAL).setOldest(acknowledged + 1);
        for (StatusEntry entry : journal.subList((int) (acknowledged - forgotten), journal.size())) {
            StatusReport report = StateCodec.write(entry);
            reports.addReports(report);
        }
        List<StatusBook.Answer> answers = clerk.store(List.of(new StatusBook.Arrival(id, reports.build(), now)));
        acknowledged = answers.getFirst().upTo();
    }
}
