/**
 * Decides how releases are put in place and taken back: tasks, the steps of a transaction, what each record of its journal means,
 * and what comes next. It touches nothing; {@code packhorse.peer.installer} does what it says, and writes each record down before.
 *
 * <p>Invariants: what comes next follows from the journal alone, so a machine that lost its power at any line goes on where it was.
 * Nothing that cannot be repeated is begun twice. Once undoing began, nothing goes forward again. Nothing is committed that was not
 * verified.
 */
@Pure
@NullMarked
package packhorse.peer.install;

import org.jspecify.annotations.NullMarked;
import packhorse.core.Pure;
