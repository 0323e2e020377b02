/**
 * The only truth of the console: what stands here is decided, what does not is not. One SQL schema lives in an embedded SQLite file or
 * in PostgreSQL. {@link packhorse.console.ledger.Ledger} opens it; the books beside it each keep one kind of record.
 *
 * <p>Invariants: what a method here returned from outlives a loss of power; a transaction is whole or not at all, its audit links with
 * it; nothing is overwritten that somebody changed since it was read; what only one process may do at a time is written under that
 * process's fence, and an older fence writes nothing. JDBI, Flyway, Hikari and the drivers are known here and nowhere else.
 */
@NullMarked
package packhorse.console.ledger;

import org.jspecify.annotations.NullMarked;
