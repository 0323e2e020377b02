package packhorse.console.ledger;

import java.util.ArrayList;
import java.util.List;
import org.flywaydb.core.api.MigrationVersion;
import org.flywaydb.core.api.migration.Context;
import org.flywaydb.core.api.migration.JavaMigration;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import packhorse.console.fleet.EndpointFacts;
import packhorse.console.json.Records;
import packhorse.core.topology.EndpointId;

/** Writes what is looked for of endpoints that an older version wrote down: it follows from their facts, which no database reads as we do. */
final class OlderEndpoints implements JavaMigration {
    private static final int TOGETHER = 1_000;

    @Override
    public MigrationVersion getVersion() {
        return MigrationVersion.fromVersion("16");
    }

    @Override
    public String getDescription() {
        return "what is looked for of older endpoints";
    }

    @Override
    public Integer getChecksum() {
        return 1;
    }

    @Override
    public boolean canExecuteInTransaction() {
        return true;
    }

    @Override
    public void migrate(Context context) {
        // Flyway's connection and transaction; the handle closes neither.
        try (Handle handle = Jdbi.create(context.getConnection()).open()) {
            String after = "";
            while (true) {
                List<EndpointFacts> some = facts(handle, after);
                if (some.isEmpty()) {
                    return;
                }
                write(handle, some);
                after = some.getLast().endpoint().toString();
            }
        }
    }

    private static List<EndpointFacts> facts(Handle handle, String after) {
        return new ArrayList<>(handle.createQuery("SELECT endpoint, name, facts FROM endpoint WHERE endpoint > :after"
                        + " ORDER BY endpoint LIMIT " + TOGETHER)
                .bind("after", after)
                .map((row, context) -> Records.read(
                                EndpointFacts.class, row.getString(3), "the ledger's endpoint " + row.getString(1))
                        .withName(row.getString(2)))
                .list());
    }

    private static void write(Handle handle, List<EndpointFacts> some) {
        new SqlTraits(handle).add(some);
        try (Bulk bulk = new Bulk(handle, "UPDATE endpoint SET kind = ?, pair = ?, host = ? WHERE endpoint = ?")) {
            for (EndpointFacts one : some) {
                EndpointId endpoint = one.endpoint();
                bulk.add(
                        one.machineKind(),
                        one.redundantPair().orElse(""),
                        one.vmHost().orElse(""),
                        endpoint.toString());
            }
            bulk.flush();
        }
    }
}
