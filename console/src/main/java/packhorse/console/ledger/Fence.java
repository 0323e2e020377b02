package packhorse.console.ledger;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import org.jdbi.v3.core.Handle;

/**
 * The right to do what only one process may do at a time, for a while, with a number that grows whenever somebody else gets it.
 *
 * <p>A lease alone is not enough: its holder may be stopped for a minute, go on, and write what he decided before, after another took
 * over. So he writes his number with everything, in the same transaction in which {@link #holds} looked whether it is still the newest:
 * the row is held until that transaction ends, and nobody takes over in between. Times are the database's own.
 *
 * <p>Reference: C. Gray, D. Cheriton, "Leases: an efficient fault-tolerant mechanism for distributed file cache consistency", SOSP 1989;
 * the number is what the field calls a fencing token.
 */
public final class Fence {
    private final Ledger ledger;
    private final String name;
    private final String holder;
    private final Duration time;

    /**
     * @param name of the right
     * @param holder this process, by a name that no other has, nor this one after its next start
     * @param time how long the right lasts from each {@link #take} on; a third of it is a good time between two of them
     */
    public Fence(Ledger ledger, String name, String holder, Duration time) {
        this.ledger = ledger;
        this.name = name;
        this.holder = holder;
        this.time = time;
    }

    /** What the right is called. */
    public String name() {
        return name;
    }

    /** Takes or prolongs the right; its number, or empty while somebody else has it. */
    public OptionalLong take() {
        Optional<Long> fence =
                ledger.write(handle -> handle.createQuery("INSERT INTO lease (name, holder, fence, expires_at) VALUES"
                                + " (:name, :holder, 1, <now> + :time) ON CONFLICT (name) DO UPDATE SET fence = lease.fence + CASE"
                                + " WHEN lease.holder = excluded.holder AND lease.expires_at > <now> THEN 0 ELSE 1 END, holder ="
                                + " excluded.holder, expires_at = excluded.expires_at WHERE lease.holder = excluded.holder OR"
                                + " lease.expires_at <= <now> RETURNING fence")
                        .define("now", ledger.engine().nowMillis())
                        .bind("name", name)
                        .bind("holder", holder)
                        .bind("time", time.toMillis())
                        .mapTo(Long.class)
                        .findOne());
        return fence.map(OptionalLong::of).orElseGet(OptionalLong::empty);
    }

    /** Gives the right back at once, where it is still had. */
    public void release() {
        ledger.write(
                handle -> handle.createUpdate("UPDATE lease SET expires_at = 0 WHERE name = :name AND holder = :holder")
                        .bind("name", name)
                        .bind("holder", holder)
                        .execute());
    }

    /** Inside a transaction: whether {@code fence} is still the newest; then nobody gets a newer one before the transaction ends. */
    boolean holds(Handle handle, long fence) {
        return handle.createUpdate("UPDATE lease SET fence = fence WHERE name = :name AND fence = :fence AND holder ="
                                + " :holder")
                        .bind("name", name)
                        .bind("fence", fence)
                        .bind("holder", holder)
                        .execute()
                == 1;
    }
}
