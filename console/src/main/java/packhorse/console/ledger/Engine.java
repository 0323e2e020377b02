package packhorse.console.ledger;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.Properties;
import packhorse.console.ledger.LedgerConfig.Embedded;
import packhorse.console.ledger.LedgerConfig.Server;
import packhorse.core.UsageException;
import packhorse.core.durable.PrivateFile;

/**
 * A database and what it wants said differently.
 *
 * <p>SQLite has one writer at a time whatever we do, so writers wait for one connection here instead of for each other's lock there; it
 * begins each transaction with the write lock, because one that reads first and then finds the lock taken cannot wait for it. Readers
 * see the last commit (write-ahead log) and wait for nobody. {@code synchronous=FULL}: with NORMAL a commit outlives the process but not
 * the machine.
 */
enum Engine {
    SQLITE("BLOB", "TEXT", " WITHOUT ROWID", "CAST(unixepoch('subsec') * 1000 AS INTEGER)"),
    // Without a collation of its own a text would be sorted by the rules of a language, which differ from server to
    // server.
    POSTGRESQL("BYTEA", "TEXT COLLATE \"C\"", "", "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)");

    /** Reading is short and the processors are few; more connections only wait for these. */
    private static final int READERS = 4;
    /** Each transaction is milliseconds; a server's connection costs it a process. */
    private static final int SERVER_CONNECTIONS = 8;
    /** One that locks, one that changes the schema, and one that looks. */
    private static final int PATIENT_CONNECTIONS = 3;
    /**
     * Our longest statements take seconds. After a failover that drops connections without a word nobody answers at all: who waited for ever
     * would hold the scheduler.
     */
    private static final String ANSWER_SECONDS = "60";
    /** A disk that flushes for longer than this is as good as gone. */
    private static final int WAIT_MILLIS = 10_000;

    /**
     * Endpoints' ids are random, so a wave's rows lie all over its indexes: with SQLite's own 2 MiB the same pages were written out and read
     * again many times in one transaction.
     */
    private static final int WRITER_CACHE_KIB = 64 << 10;

    private static final int READER_CACHE_KIB = 8 << 10;

    /** Of 4 KiB: the log is put into the file every 32 MiB, not after every transaction of some hundred reports. */
    private static final int CHECKPOINT_PAGES = 8_192;

    private final String bytesType;
    private final String keyType;
    private final String clustered;
    private final String nowMillis;

    Engine(String bytesType, String keyType, String clustered, String nowMillis) {
        this.bytesType = bytesType;
        this.keyType = keyType;
        this.clustered = clustered;
        this.nowMillis = nowMillis;
    }

    static Engine of(LedgerConfig config) {
        return switch (config) {
            case Embedded embedded -> SQLITE;
            case Server server -> POSTGRESQL;
        };
    }

    /** The type of a column of bytes. */
    String bytesType() {
        return bytesType;
    }

    /** The type of a column of texts that are sorted by their characters' numbers. */
    String keyType() {
        return keyType;
    }

    /** What a table ends with that is nothing but its key: it is kept once, not beside its key's index. */
    String clustered() {
        return clustered;
    }

    /** The database's own clock in milliseconds, as an expression: consoles' clocks differ. */
    String nowMillis() {
        return nowMillis;
    }

    /** What a query ends with whose rows nobody else may change until the transaction ends. */
    String lockRows() {
        return switch (this) {
            // One writer at a time.
            case SQLITE -> "";
            case POSTGRESQL -> " FOR UPDATE";
        };
    }

    /** Holds the rows that are read until the transaction ends; where only one writes anyway, nothing has to be said. */
    String forUpdate() {
        return this == SQLITE ? "" : " FOR UPDATE";
    }

    /** For transactions that write. */
    static HikariDataSource writer(LedgerConfig config) {
        return switch (config) {
            case Embedded embedded -> sqlite(embedded, "IMMEDIATE", 1);
            case Server server -> postgresql(server);
        };
    }

    /** For transactions that only read. */
    static HikariDataSource readers(LedgerConfig config, HikariDataSource writer) {
        return switch (config) {
            case Embedded embedded -> sqlite(embedded, "DEFERRED", READERS);
            case Server server -> writer;
        };
    }

    private static HikariDataSource sqlite(Embedded embedded, String transactions, int connections) {
        Path file = embedded.file().toAbsolutePath();
        Path directory = file.getParent();
        if (directory == null || !Files.isDirectory(directory)) {
            throw new UsageException(
                    "the ledger's directory " + directory + " is not there; make it, or name another file");
        }
        // The driver unpacks its native library; beside the ledger it is found and removed again after a kill.
        try {
            // Its log and index get the same rights from SQLite.
            PrivateFile.ensure(file);
            System.setProperty(
                    "org.sqlite.tmpdir",
                    Files.createDirectories(directory.resolve("native")).toString());
        } catch (IOException e) {
            throw new UsageException(
                    "cannot write into the ledger's directory " + directory + ": " + e.getMessage(), e);
        }
        HikariConfig pool = new HikariConfig();
        pool.setJdbcUrl("jdbc:sqlite:" + file + "?journal_mode=WAL&synchronous=FULL&foreign_keys=true&busy_timeout="
                + WAIT_MILLIS + "&transaction_mode=" + transactions + "&cache_size=-"
                + (connections == 1 ? WRITER_CACHE_KIB : READER_CACHE_KIB) + "&wal_autocheckpoint=" + CHECKPOINT_PAGES);
        pool.setMaximumPoolSize(connections);
        return opened(pool, "ledger-" + transactions.toLowerCase(Locale.ROOT));
    }

    private static HikariDataSource postgresql(Server server) {
        HikariConfig pool = pool(server);
        pool.addDataSourceProperty("socketTimeout", ANSWER_SECONDS);
        pool.setMaximumPoolSize(SERVER_CONNECTIONS);
        return opened(pool, "ledger");
    }

    private static HikariConfig pool(Server server) {
        HikariConfig pool = new HikariConfig();
        pool.setJdbcUrl("jdbc:" + server.url());
        pool.setDataSourceProperties(properties(server));
        pool.setUsername(server.user());
        server.password().ifPresent(pool::setPassword);
        return pool;
    }

    /** What is said to the driver of every connection. */
    static Properties properties(Server server) {
        Properties said = new Properties();
        said.setProperty("reWriteBatchedInserts", "true");
        said.setProperty("ApplicationName", "packhorse");
        said.setProperty("tcpKeepAlive", "true");
        switch (server.security()) {
            case TLS -> {
                said.setProperty("sslmode", "verify-full");
                // Without a file of our own what the system believes, and not a file in somebody's home.
                server.trust()
                        .ifPresentOrElse(
                                file -> said.setProperty("sslrootcert", file.toString()),
                                () -> said.setProperty("sslfactory", "org.postgresql.ssl.DefaultJavaSSLFactory"));
            }
            case NONE -> said.setProperty("sslmode", "prefer");
        }
        return said;
    }

    /** For bringing a ledger to another schema, where one statement may take as long as it takes; closed by whoever asked. */
    static Optional<HikariDataSource> patient(LedgerConfig config) {
        return switch (config) {
            case Embedded embedded -> Optional.empty();
            case Server server -> {
                HikariConfig pool = pool(server);
                pool.setMaximumPoolSize(PATIENT_CONNECTIONS);
                yield Optional.of(opened(pool, "ledger-schema"));
            }
        };
    }

    private static HikariDataSource opened(HikariConfig pool, String name) {
        pool.setPoolName(name);
        pool.setMinimumIdle(1);
        pool.setConnectionTimeout(WAIT_MILLIS);
        pool.setAutoCommit(true);
        return new HikariDataSource(pool);
    }
}
