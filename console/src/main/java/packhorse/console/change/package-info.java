/**
 * The road of one change: who asks for what, who says yes, what is built, tested, approved, done, handed over and kept.
 *
 * <p>Requests, orders, stages with their gates and checklists, two kinds of approval, problems, defects and the records that go with
 * an order. Everybody in the console may enter: the ledger keeps these values, the scheduler asks these machines, the page shows them.
 *
 * <p>Invariants: a state machine is one class whose Javadoc holds its table, and a move that the table has not is refused in one line
 * that says what to do; a final state is left by nothing; nobody approves their own change, whatever role they hold; a plan approval
 * counts for one digest and is void for every other; a stage is left only when nothing required is open in it.
 */
@Pure
@NullMarked
package packhorse.console.change;

import org.jspecify.annotations.NullMarked;
import packhorse.core.Pure;
