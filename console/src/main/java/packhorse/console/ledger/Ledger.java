package packhorse.console.ledger;

import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.pool.HikariPool;
import java.sql.SQLException;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.MigrationVersion;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.jdbi.v3.core.transaction.TransactionIsolationLevel;
import packhorse.core.OperationException;
import packhorse.core.UsageException;

/**
 * The opened ledger.
 *
 * <p>Whoever writes does it in one transaction that holds all that belongs together. The database may refuse one because another came
 * first (PostgreSQL's serialization failure or deadlock, SQLite's busy); then the whole of it is done again, which is why what is
 * handed in here has no effect outside the transaction.
 */
public final class Ledger implements AutoCloseable {
    /** Two consoles at one row: the second comes through at its second try; more means a fault of ours. */
    private static final int TRIES_MAX = 8;

    private final Engine engine;
    private final HikariDataSource writer;
    private final HikariDataSource readers;
    private final Jdbi writing;
    private final Jdbi reading;
    private final TallyMemo tallies = new TallyMemo();

    private Ledger(Engine engine, HikariDataSource writer, HikariDataSource readers) {
        this.engine = engine;
        this.writer = writer;
        this.readers = readers;
        this.writing = Jdbi.create(writer);
        this.reading = Jdbi.create(readers);
    }

    /**
     * Opens the ledger, and brings an older one to this version's schema.
     *
     * @throws UsageException where it is not there, cannot be opened, or is a newer version's
     */
    public static Ledger open(LedgerConfig config) {
        return open(config, MigrationVersion.LATEST);
    }

    /** Opens the ledger, brought up to {@code schema} and no further. */
    static Ledger open(LedgerConfig config, MigrationVersion schema) {
        HikariDataSource writer;
        try {
            writer = Engine.writer(config);
        } catch (HikariPool.PoolInitializationException e) {
            throw new UsageException("cannot open the ledger " + config + ": " + deepest(e), e);
        }
        try {
            Optional<HikariDataSource> patient = Engine.patient(config);
            try {
                migrate(config, patient.orElse(writer), schema);
            } finally {
                patient.ifPresent(HikariDataSource::close);
            }
            return new Ledger(Engine.of(config), writer, Engine.readers(config, writer));
        } catch (RuntimeException e) {
            writer.close();
            throw e;
        }
    }

    private static void migrate(LedgerConfig config, HikariDataSource writer, MigrationVersion schema) {
        Flyway flyway = Flyway.configure()
                .dataSource(writer)
                .locations("classpath:packhorse/console/ledger/migrations")
                .placeholders(Map.of(
                        "bytes",
                        Engine.of(config).bytesType(),
                        "key",
                        Engine.of(config).keyType(),
                        "clustered",
                        Engine.of(config).clustered()))
                .javaMigrations(new OlderEndpoints())
                .validateMigrationNaming(true)
                .target(schema)
                .load();
        try {
            for (MigrationInfo applied : flyway.info().applied()) {
                if (!applied.getState().isResolved()) {
                    throw new UsageException("the ledger " + config + " has schema " + applied.getVersion()
                            + ", which this version does not know; run the newer packhorse that wrote it");
                }
            }
            flyway.migrate();
        } catch (FlywayException e) {
            throw new UsageException(
                    "the ledger " + config + " cannot be brought to this version's schema: " + deepest(e), e);
        }
    }

    private static String deepest(Throwable thrown) {
        Throwable cause = thrown;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return String.valueOf(cause.getMessage()).lines().findFirst().orElse("no reason given");
    }

    /** Reads, all of it as of one moment. */
    <T> T read(Function<Handle, T> work) {
        return told(() -> reading.inTransaction(TransactionIsolationLevel.REPEATABLE_READ, work::apply));
    }

    /** Reads and writes, all of it or nothing; may be run several times. */
    <T> T write(Function<Handle, T> work) {
        for (int tries = 1; ; tries++) {
            try {
                return writing.inTransaction(work::apply);
            } catch (JdbiException e) {
                if (tries == TRIES_MAX || !cameSecond(e)) {
                    throw new OperationException("the ledger did not take it: " + deepest(e), e);
                }
            }
        }
    }

    private static <T> T told(Supplier<T> work) {
        try {
            return work.get();
        } catch (JdbiException e) {
            throw new OperationException("the ledger cannot be read: " + deepest(e), e);
        }
    }

    /** Whether the database refused only because another transaction came first. */
    private static boolean cameSecond(Throwable thrown) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql) {
                String state = String.valueOf(sql.getSQLState());
                // 40001 serialization failure, 40P01 deadlock; 5 is SQLite's SQLITE_BUSY.
                if (state.equals("40001") || state.equals("40P01") || (sql.getErrorCode() & 0xff) == 5) {
                    return true;
                }
            }
        }
        return false;
    }

    Engine engine() {
        return engine;
    }

    /** What was counted of waves in this process. */
    TallyMemo tallies() {
        return tallies;
    }

    @Override
    public void close() {
        // Of a server both are one; closing it again does nothing.
        readers.close();
        writer.close();
    }
}
