package packhorse.console.ledger;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.DigestOutputStream;
import java.sql.ResultSet;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipException;
import org.flywaydb.core.api.MigrationVersion;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jspecify.annotations.Nullable;
import packhorse.console.change.Actor;
import packhorse.core.OperationException;
import packhorse.core.UsageException;
import packhorse.core.content.Sha256;
import packhorse.core.durable.Durably;
import packhorse.core.durable.PrivateFile;

/**
 * A whole ledger in one file, the same for either database: so it is the backup of both, and the way from the one to the other.
 *
 * <pre>
 *   gzip of: "packhorse-ledger-1\n"  schema (text)  tables (int)
 *            for each table: name  columns (int)  their names;  for each row 1 and the values;  0
 *            rows of all tables (long)
 *   behind it, not compressed: SHA-256 over the compressed bytes
 *   text: int length, UTF-8      value: 0 nothing | 1 long | 2 text | 3 int length, bytes
 * </pre>
 *
 * <p>It is written from one snapshot while the console goes on, and gets its name once it is whole and on the disk. It is read twice:
 * first for its digest, then into a ledger that holds nothing yet, in one transaction that ends with a walk along the audit chain. An
 * older version's archive is laid into an older schema, which is then brought to this one. Memory: one row, and a batch.
 */
public final class LedgerArchive {
    /** What one archive holds. */
    public record Summary(String schema, int tables, long rows, Sha256 digest) {}

    private static final byte[] MAGIC = "packhorse-ledger-1\n".getBytes(StandardCharsets.US_ASCII);
    private static final int DIGEST_BYTES = Sha256.LENGTH_BYTES;
    /** Attachments and frozen memberships are the largest values; a longer one in an archive is no ledger's. */
    private static final int VALUE_BYTES_MAX = 256 << 20;
    /** Many times what the schema has. */
    private static final int COUNT_MAX = 10_000;

    private static final int BATCH = 500;
    /** So much is in the heap at once, and one row besides. */
    private static final int BATCH_BYTES = 8 << 20;
    /** Rows that a database hands over together. */
    private static final int FETCH = 1000;

    /** What may be long, by table: attachments, plans that list their targets, reports, answers that are given once more. */
    private static final Map<String, String> LONG =
            Map.of("attachment", "bytes", "record", "body", "answered", "body", "inventory", "body");

    private LedgerArchive() {}

    /**
     * Writes all of {@code ledger}, as of one moment, to {@code file}, whether or not that is there; nobody but its owner may read it.
     *
     * @throws UsageException where the file cannot be written
     */
    public static Summary write(Ledger ledger, Path file) {
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        try {
            Summary summary = ledger.read(handle -> {
                try (OutputStream out = new BufferedOutputStream(PrivateFile.create(fresh))) {
                    return write(handle, out);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            Durably.flush(fresh);
            Durably.rename(fresh, file);
            Durably.flush(Durably.directoryOf(file));
            return summary;
        } catch (IOException e) {
            throw unwritable(file, fresh, e);
        } catch (UncheckedIOException e) {
            Throwable cause = e.getCause();
            throw unwritable(file, fresh, cause == null ? e : cause);
        }
    }

    private static UsageException unwritable(Path file, Path fresh, Throwable e) {
        try {
            Files.deleteIfExists(fresh);
        } catch (IOException left) {
            e.addSuppressed(left);
        }
        return new UsageException("cannot write the backup " + file + ": " + e.getMessage(), e);
    }

    private static Summary write(Handle handle, OutputStream file) throws IOException {
        DigestOutputStream digested = new DigestOutputStream(file, Sha256.newDigest());
        GZIPOutputStream packed = new GZIPOutputStream(digested, 1 << 16);
        DataOutputStream out = new DataOutputStream(new BufferedOutputStream(packed, 1 << 16));
        out.write(MAGIC);
        String schema = handle.createQuery(
                        "SELECT version FROM flyway_schema_history ORDER BY installed_rank DESC LIMIT 1")
                .mapTo(String.class)
                .one();
        writeText(out, schema);
        List<String> tables = Tables.present(handle);
        out.writeInt(tables.size());
        long rows = 0;
        for (String table : tables) {
            rows += writeTable(handle, table, out);
        }
        out.writeLong(rows);
        out.flush();
        packed.finish();
        Sha256 digest = Sha256.ofDigest(digested.getMessageDigest().digest());
        file.write(digest.bytes());
        return new Summary(schema, tables.size(), rows, digest);
    }

    private static long writeTable(Handle handle, String table, DataOutputStream out) throws IOException {
        writeText(out, table);
        int together = together(longest(handle, table));
        return handle.createQuery("SELECT * FROM " + table)
                .setFetchSize(together)
                .scanResultSet((results, context) -> {
                    try (ResultSet row = results.get()) {
                        int columns = row.getMetaData().getColumnCount();
                        out.writeInt(columns);
                        for (int column = 1; column <= columns; column++) {
                            writeText(
                                    out,
                                    row.getMetaData().getColumnLabel(column).toLowerCase(Locale.ROOT));
                        }
                        long rows = 0;
                        for (; row.next(); rows++) {
                            out.writeByte(1);
                            for (int column = 1; column <= columns; column++) {
                                writeValue(out, row.getObject(column));
                            }
                        }
                        out.writeByte(0);
                        return rows;
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                });
    }

    private static long longest(Handle handle, String table) {
        String column = LONG.get(table);
        return column == null
                ? 0
                : handle.createQuery("SELECT coalesce(max(octet_length(" + column + ")), 0) FROM " + table)
                        .mapTo(Long.class)
                        .one();
    }

    /** How many rows are fetched at once where the longest has so many bytes. */
    static int together(long longest) {
        return Math.clamp(BATCH_BYTES / Math.max(longest, 1), 1, FETCH);
    }

    private static void writeValue(DataOutputStream out, @Nullable Object value) throws IOException {
        switch (value) {
            case null -> out.writeByte(0);
            case Number number -> {
                out.writeByte(1);
                out.writeLong(number.longValue());
            }
            case String text -> {
                out.writeByte(2);
                writeText(out, text);
            }
            case byte[] bytes -> {
                out.writeByte(3);
                out.writeInt(bytes.length);
                out.write(bytes);
            }
            default -> throw new IllegalStateException("the schema has no " + value.getClass());
        }
    }

    private static void writeText(DataOutputStream out, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    /**
     * Lays {@code file} into the ledger at {@code config}, which is made where it is not there.
     *
     * @throws UsageException where the file is no whole archive, a newer version's, or where the ledger holds something already
     */
    public static Summary restore(LedgerConfig config, Path file) {
        return restored(config, file, (handle, ledger, summary) -> summary);
    }

    /**
     * The same, and in the same transaction {@code also}: so that whoever cuts it has done neither, and does it again.
     *
     * @param also sees the records and the audit chain, and nothing else: the schema is still the archive's
     */
    public static <T> T restore(
            LedgerConfig config, Path file, InstantSource clock, BiFunction<Summary, Pages, T> also) {
        return restored(config, file, (handle, ledger, summary) -> {
            SqlPages pages = new SqlPages(
                    ledger, handle, Actor.product(), clock.instant().truncatedTo(ChronoUnit.MILLIS), true);
            T done = also.apply(summary, pages);
            pages.end();
            return done;
        });
    }

    /** What is done with what was laid into a ledger, before its transaction ends. */
    private interface Laid<T> {
        T end(Handle handle, Ledger ledger, Summary summary);
    }

    private static <T> T restored(LedgerConfig config, Path file, Laid<T> laid) {
        Sha256 digest = proven(file);
        try {
            String schema = read(file, LedgerArchive::schema);
            T done;
            try (Ledger ledger = Ledger.open(config, MigrationVersion.fromVersion(schema))) {
                done = ledger.write(handle -> {
                    requireEmpty(config, handle);
                    return laid.end(handle, ledger, restore(handle, file, digest));
                });
            }
            // Brings it to this version's schema.
            Ledger.open(config).close();
            return done;
        } catch (IOException e) {
            throw broken(file, String.valueOf(e.getMessage()), e);
        }
    }

    private static UsageException broken(Path file, String why, Exception cause) {
        return new UsageException(file + " is no whole backup of a ledger: " + why, cause);
    }

    private static Sha256 proven(Path file) {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
            long compressed = Files.size(file) - DIGEST_BYTES;
            if (compressed < 0) {
                throw broken(file, "it has only " + Files.size(file) + " bytes", new EOFException());
            }
            DigestInputStream digested = new DigestInputStream(new Bounded(in, compressed), Sha256.newDigest());
            digested.transferTo(OutputStream.nullOutputStream());
            Sha256 found = Sha256.ofDigest(digested.getMessageDigest().digest());
            if (!Arrays.equals(found.bytes(), in.readNBytes(DIGEST_BYTES))) {
                throw broken(file, "its bytes do not fit its digest; take another copy", new IOException());
            }
            return found;
        } catch (IOException e) {
            throw new UsageException("cannot read the backup " + file + ": " + e.getMessage(), e);
        }
    }

    private interface Reading<T> {
        T read(DataInputStream in) throws IOException;
    }

    private static <T> T read(Path file, Reading<T> reading) throws IOException {
        try (InputStream raw = new BufferedInputStream(Files.newInputStream(file));
                DataInputStream in = new DataInputStream(new BufferedInputStream(
                        new GZIPInputStream(new Bounded(raw, Files.size(file) - DIGEST_BYTES), 1 << 16), 1 << 16))) {
            return reading.read(in);
        } catch (ZipException | EOFException e) {
            throw broken(file, String.valueOf(e.getMessage()), e);
        }
    }

    private static String schema(DataInputStream in) throws IOException {
        if (!Arrays.equals(in.readNBytes(MAGIC.length), MAGIC)) {
            throw new IOException("it does not begin as one; it may be a newer version's");
        }
        String schema = readText(in);
        if (!schema.matches("[0-9]{1,9}")) {
            throw new IOException("its schema \"" + schema + "\" is no number");
        }
        return schema;
    }

    private static void requireEmpty(LedgerConfig config, Handle handle) {
        for (String table : Tables.present(handle)) {
            long rows = handle.createQuery("SELECT count(*) FROM " + table)
                    .mapTo(Long.class)
                    .one();
            if (rows > (table.equals(Tables.SEEDED) ? 1 : 0)
                    || (table.equals(Tables.SEEDED) && AuditBook.length(handle) > 0)) {
                throw new UsageException("the ledger " + config + " holds something already (" + table
                        + "); a backup is laid into an empty one only, name another");
            }
        }
    }

    private static Summary restore(Handle handle, Path file, Sha256 digest) {
        try {
            Summary summary = read(file, in -> {
                String schema = schema(in);
                int tables = count(in);
                handle.execute("DELETE FROM " + Tables.SEEDED);
                long rows = 0;
                for (int table = 0; table < tables; table++) {
                    rows += restoreTable(handle, in);
                }
                if (in.readLong() != rows || in.read() != -1) {
                    throw new IOException("it has another number of rows than it says");
                }
                return new Summary(schema, tables, rows, digest);
            });
            AuditBook.verify(handle).broken().ifPresent(why -> {
                throw new OperationException(
                        "the backup " + file + " was not taken: its audit chain does not verify: " + why);
            });
            return summary;
        } catch (IOException e) {
            throw broken(file, String.valueOf(e.getMessage()), e);
        }
    }

    private static long restoreTable(Handle handle, DataInputStream in) throws IOException {
        String table = readText(in);
        if (!Tables.ALL.contains(table)) {
            throw new IOException("it has a table \"" + table + "\"");
        }
        int columns = count(in);
        List<String> names = new ArrayList<>();
        for (int column = 0; column < columns; column++) {
            String name = readText(in);
            if (!name.matches("[a-z_][a-z0-9_]{0,62}")) {
                throw new IOException("its table " + table + " has a column \"" + name + "\"");
            }
            names.add(name);
        }
        String places = IntStream.range(0, columns).mapToObj(column -> "?").collect(Collectors.joining(", "));
        String insert = "INSERT INTO " + table + " (" + String.join(", ", names) + ") VALUES (" + places + ")";
        long rows = 0;
        long bytes = 0;
        try (PreparedBatch batch = handle.prepareBatch(insert)) {
            while (in.readByte() == 1) {
                for (int column = 0; column < columns; column++) {
                    bytes += bindValue(batch, column, in);
                }
                batch.add();
                rows++;
                if (isFull(batch.size(), bytes)) {
                    batch.execute();
                    bytes = 0;
                }
            }
            if (batch.size() > 0) {
                batch.execute();
            }
        }
        return rows;
    }

    /** Whether no more rows are bound before these are in the database: until then the driver keeps them all. */
    static boolean isFull(int rows, long bytes) {
        return rows >= BATCH || bytes >= BATCH_BYTES;
    }

    /** Gives back how long it is. */
    private static int bindValue(PreparedBatch batch, int column, DataInputStream in) throws IOException {
        return switch (in.readByte()) {
            case 0 -> {
                batch.bindByType(column, null, Object.class);
                yield 0;
            }
            case 1 -> {
                batch.bind(column, in.readLong());
                yield Long.BYTES;
            }
            case 2 -> {
                String text = readText(in);
                batch.bind(column, text);
                yield text.length();
            }
            case 3 -> {
                byte[] bytes = readBytes(in);
                batch.bind(column, bytes);
                yield bytes.length;
            }
            default -> throw new IOException("it has a value of no kind");
        };
    }

    private static int count(DataInputStream in) throws IOException {
        int count = in.readInt();
        if (count < 0 || count > COUNT_MAX) {
            throw new IOException("it speaks of " + count + " tables or columns");
        }
        return count;
    }

    private static String readText(DataInputStream in) throws IOException {
        return new String(readBytes(in), StandardCharsets.UTF_8);
    }

    private static byte[] readBytes(DataInputStream in) throws IOException {
        int length = in.readInt();
        if (length < 0 || length > VALUE_BYTES_MAX) {
            throw new IOException("it has a value of " + length + " bytes");
        }
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException("it ends in the middle of a value");
        }
        return bytes;
    }

    /** The first bytes of a stream and no more. */
    private static final class Bounded extends InputStream {
        private final InputStream in;
        private long left;

        Bounded(InputStream in, long left) {
            this.in = in;
            this.left = left;
        }

        @Override
        public int read() throws IOException {
            if (left <= 0) {
                return -1;
            }
            left--;
            return in.read();
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            if (left <= 0) {
                return length == 0 ? 0 : -1;
            }
            int read = in.read(into, offset, (int) Math.min(length, left));
            left -= Math.max(read, 0);
            return read;
        }
    }
}
