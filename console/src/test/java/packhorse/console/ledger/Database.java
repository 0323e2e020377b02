package packhorse.console.ledger;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import packhorse.console.ledger.LedgerConfig.Embedded;
import packhorse.console.ledger.LedgerConfig.Server;

/** Each database that the ledger runs on, for tests: one server for all tests of this process, a database for each {@link #config}. */
public enum Database {
    SQLITE {
        @Override
        public LedgerConfig config(Path folder) {
            return new Embedded(folder.resolve("ledger.db"));
        }
    },
    POSTGRESQL {
        @Override
        public LedgerConfig config(Path folder) {
            EmbeddedPostgres server = Holder.SERVER;
            String name = "ledger" + NEXT.incrementAndGet();
            try (Connection connection = server.getPostgresDatabase().getConnection();
                    Statement statement = connection.createStatement()) {
                statement.execute("CREATE DATABASE " + name);
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
            return new Server("postgresql://localhost:" + server.getPort() + "/" + name, "postgres", Optional.empty());
        }
    };

    private static final AtomicInteger NEXT = new AtomicInteger();

    /** An empty one, nobody else's. */
    public abstract LedgerConfig config(Path folder);

    private static final class Holder {
        static final EmbeddedPostgres SERVER = start();

        private static EmbeddedPostgres start() {
            try {
                File unpacked = Path.of("target", "postgresql").toAbsolutePath().toFile();
                EmbeddedPostgres server = EmbeddedPostgres.builder()
                        .setOverrideWorkingDirectory(unpacked)
                        .start();
                Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                    try {
                        server.close();
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                }));
                return server;
            } catch (IOException e) {
                throw new UncheckedIOException("PostgreSQL did not start", e);
            }
        }
    }
}
