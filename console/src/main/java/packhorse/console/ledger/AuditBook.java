package packhorse.console.ledger;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.result.ResultIterator;
import packhorse.console.audit.AuditChain;
import packhorse.console.audit.AuditEntry;
import packhorse.console.audit.AuditLink;
import packhorse.core.content.Sha256;

/** The chain of all decisions, as the ledger keeps it. */
public final class AuditBook {
    private final Ledger ledger;

    public AuditBook(Ledger ledger) {
        this.ledger = ledger;
    }

    /**
     * What a look at the whole chain found.
     *
     * @param links that fit, from the first on
     * @param digest of the last of them
     * @param broken what is wrong with the next, in one line; empty: the chain is whole
     */
    public record Finding(long links, Sha256 digest, Optional<String> broken) {}

    /** Adds a decision by itself. */
    public AuditLink add(AuditEntry entry) {
        return ledger.write(handle -> add(handle, entry));
    }

    /**
     * Adds a decision inside the transaction that carries it out. Links stand in the order of their times, whatever a clock says: whoever
     * looks for those of a time goes by that.
     */
    static AuditLink add(Handle handle, AuditEntry entry) {
        // The update before the read: it holds the row, so that two transactions never bind to the same link.
        AuditChain chain = handle.createQuery(
                        "UPDATE audit_head SET number = number + 1 WHERE one = 1 RETURNING number - 1, digest")
                .map((row, context) -> new AuditChain(row.getLong(1), Sha256.parse(row.getString(2))))
                .one();
        AuditLink link =
                chain.add(last(handle, chain.number()).map(entry::notBefore).orElse(entry));
        handle.createUpdate("INSERT INTO audit (number, bytes, digest) VALUES (:number, :bytes, :digest)")
                .bind("number", link.number())
                .bind("bytes", link.bytes())
                .bind("digest", link.digest().hex())
                .execute();
        handle.createUpdate("UPDATE audit_head SET digest = :digest WHERE one = 1")
                .bind("digest", link.digest().hex())
                .execute();
        return link;
    }

    /** When the link with this number was made; empty where it is not there, or is no link any more. */
    private static Optional<Instant> last(Handle handle, long number) {
        return handle.createQuery("SELECT number, bytes, digest FROM audit WHERE number = ?")
                .bind(0, number)
                .map((row, context) -> link(row))
                .findOne()
                .flatMap(link -> {
                    try {
                        return Optional.of(AuditEntry.parse(link.bytes()).at());
                    } catch (IllegalArgumentException e) {
                        // Whoever verifies the chain says so; decisions go on.
                        return Optional.empty();
                    }
                });
    }

    /** Up to {@code limit} links behind the one with the number {@code after}. */
    public List<AuditLink> after(long after, int limit) {
        return ledger.read(handle -> handle.createQuery(
                        "SELECT number, bytes, digest FROM audit WHERE number > :after ORDER BY number LIMIT :limit")
                .bind("after", after)
                .bind("limit", limit)
                .map((row, context) -> link(row))
                .list());
    }

    /** The number of the newest link, 0 before the first. */
    public long newest() {
        return ledger.read(AuditBook::length);
    }

    /** How many links there are. */
    static long length(Handle handle) {
        return handle.createQuery("SELECT number FROM audit_head WHERE one = 1")
                .mapTo(Long.class)
                .one();
    }

    /** Walks the whole chain, one link in memory at a time. */
    public Finding verify() {
        return ledger.read(AuditBook::verify);
    }

    static Finding verify(Handle handle) {
        AuditChain chain = new AuditChain();
        Optional<String> broken = Optional.empty();
        try (ResultIterator<AuditLink> links = handle.createQuery(
                        "SELECT number, bytes, digest FROM audit ORDER BY number")
                .setFetchSize(1000)
                .map((row, context) -> link(row))
                .iterator()) {
            while (broken.isEmpty() && links.hasNext()) {
                broken = chain.follow(links.next());
            }
        }
        if (broken.isEmpty()) {
            broken = handle.createQuery("SELECT number, digest FROM audit_head WHERE one = 1")
                    .map((row, context) -> row.getLong(1) == chain.number()
                                    && row.getString(2).equals(chain.digest().hex())
                            ? Optional.<String>empty()
                            : Optional.of("the newest link should be number " + row.getLong(1) + " with "
                                    + row.getString(2) + ", but the chain ends with number " + chain.number()
                                    + ": its end was cut off or replaced"))
                    .one();
        }
        return new Finding(chain.number(), chain.digest(), broken);
    }

    static AuditLink link(ResultSet row) throws SQLException {
        return new AuditLink(row.getLong("number"), row.getBytes("bytes"), Sha256.parse(row.getString("digest")));
    }
}
