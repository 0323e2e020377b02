package packhorse.peer.journal;

import java.util.Collection;
import java.util.OptionalLong;
import packhorse.core.message.ReportCheck;
import packhorse.core.message.StateCodec;
import packhorse.core.state.Recollection;
import packhorse.core.state.StatusEntry;

/**
 * Finds where this disk's journal and what a tracker remembers of it part.
 *
 * <p><b>Problem.</b> A disk that was put back to an earlier state gives sequences a second time, and the tracker takes the new reports for
 * repetitions of those that it has. <b>Algorithm.</b> Two histories of one journal have a beginning in common, and nothing after it: where one
 * report differs, all after it do, and where one is the same, all before it are. So it is enough to compare what both have, from the oldest on,
 * up to the first that differs. A tracker that has a report beyond the newest here has another history too.
 *
 * <p><b>Trade-off.</b> What the tracker has and no longer remembers the check of cannot be compared, nor can what was acknowledged and is
 * gone from here. Where that hides the place at which they part, all that waits counts as not stored: rather twice than lost. Two
 * reports whose four bytes agree by chance are taken for one, once in 2³² disks put back.
 */
final class Parting {
    private Parting() {}

    /**
     * Compares, in one pass over what waits.
     *
     * @param waiting reports that are not known to be stored, in order
     * @param next the sequence that comes after all that was written here
     * @return the last sequence that both are known to have, one before the first that waits where none of them is; empty where nothing
     *     speaks against their being one journal
     */
    static OptionalLong after(Recollection tracker, Collection<StatusEntry> waiting, long next) {
        OptionalLong common = OptionalLong.empty();
        for (StatusEntry entry : waiting) {
            long sequence = entry.sequence();
            if (common.isEmpty()) {
                common = OptionalLong.of(sequence - 1);
            }
            if (sequence < tracker.first()) {
                continue;
            }
            if (sequence > tracker.last()) {
                return OptionalLong.empty();
            }
            if (ReportCheck.of(StateCodec.write(entry)) != tracker.check(sequence)) {
                return common;
            }
            common = OptionalLong.of(sequence);
        }
        boolean beyond = tracker.last() >= next;
        return beyond ? OptionalLong.of(common.orElse(next - 1)) : OptionalLong.empty();
    }
}
