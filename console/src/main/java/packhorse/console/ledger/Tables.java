package packhorse.console.ledger;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import packhorse.core.OperationException;

/** The schema's tables, each behind those it refers to; what a backup holds. A test compares them with the database's own list. */
final class Tables {
    /** It has a row from its making on. */
    static final String SEEDED = "audit_head";

    static final List<String> ALL = List.of(
            "lease",
            "audit",
            SEEDED,
            "status",
            "report_head",
            "action_now",
            "record",
            "counter",
            "answered",
            "outbox",
            "membership",
            "member",
            "crowd",
            "attempt",
            "permit",
            "beginning",
            "desired",
            "desired_head",
            "endpoint",
            "endpoint_trait",
            "inventory",
            "running_wave",
            "wave_site",
            "attachment");

    /** Where its migrations are written down; it is not of the ledger's making, and is always there. */
    private static final String HISTORY = "flyway_schema_history";

    private Tables() {}

    /**
     * Those of {@link #ALL} that the schema has: an older one has fewer.
     *
     * @throws OperationException where the ledger is not in the schema that the connection looks into: it would have none
     */
    static List<String> present(Handle handle) {
        Set<String> there = new HashSet<>();
        try (ResultSet tables = handle.getConnection()
                .getMetaData()
                .getTables(null, handle.getConnection().getSchema(), "%", new String[] {"TABLE"})) {
            while (tables.next()) {
                there.add(tables.getString("TABLE_NAME").toLowerCase(Locale.ROOT));
            }
        } catch (SQLException e) {
            throw new OperationException("the ledger does not say which tables it has: " + e.getMessage(), e);
        }
        if (!there.contains(HISTORY)) {
            throw new OperationException(
                    "the ledger's tables are not where its connection looks for them; let the database's user have the"
                            + " schema they are in as its first (ALTER USER … SET search_path)");
        }
        return ALL.stream().filter(there::contains).toList();
    }
}
