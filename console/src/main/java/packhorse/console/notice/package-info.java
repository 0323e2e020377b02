/**
 * Who is told what, in which words, when, and what becomes of it. Whoever decides something that people wait for enters with a
 * {@link packhorse.console.notice.Notice} and asks a {@link packhorse.console.notice.Notifier} for the entries of the outbox, which it
 * writes in the transaction of its decision; {@code console.notify} carries them out.
 *
 * <p>Invariants: a template that names what its kind does not know is refused when it is loaded, so that telling somebody cannot fail
 * later; one happening makes one entry for each who hears of it, however often it is decided, since an entry's id follows from both;
 * what is urgent waits for nobody's night and no digest; an entry ends told or dead with a reason, never silently.
 */
@Pure
@NullMarked
package packhorse.console.notice;

import org.jspecify.annotations.NullMarked;
import packhorse.core.Pure;
