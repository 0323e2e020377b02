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

    private Tables() {}

    /** Those of {@link #ALL} that the schema has: an older one has fewer. */
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
        return ALL.stream().filter(there::contains).toList();
    }
}
