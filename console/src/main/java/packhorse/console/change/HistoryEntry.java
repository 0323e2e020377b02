package packhorse.console.change;

import java.time.Instant;

/**
 * One line of a record's history. The audit trail of the ledger holds the same in a chain that shows every change.
 *
 * @param who an account's name, or the product
 * @param what one line
 * @param remarks of whoever did it, may be empty
 */
public record HistoryEntry(Instant at, String who, String what, String remarks) {
    public HistoryEntry {
        what = Words.shown(what);
        remarks = Words.prose("remarks", remarks);
    }

    static HistoryEntry by(Actor actor, Instant at, String what, String remarks) {
        return new HistoryEntry(at, actor.name(), what, remarks);
    }
}
