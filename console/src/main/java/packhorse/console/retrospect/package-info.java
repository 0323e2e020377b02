/**
 * Looks back at what the ledger has: tells an order as an {@link packhorse.console.report.OrderStory}, its distribution log line by line, and
 * writes its evidence. Enter with {@link packhorse.console.retrospect.Retrospect}.
 *
 * <p>Invariants: one look is as of one moment, its numbers, its log and its audit links too; members and attempts are counted where they stand
 * and read one after the other, never held all together; what is not known is left open and never made up.
 */
@NullMarked
package packhorse.console.retrospect;

import org.jspecify.annotations.NullMarked;
