package packhorse.console.ledger;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.JdbiException;

/**
 * Many rows for one statement, in the transaction of a handle, sent in pieces of {@value #ROWS_MAX}. It speaks to the driver itself: of a row of
 * twenty values half the time went into finding out how each is bound.
 */
final class Bulk implements AutoCloseable {
    /** PostgreSQL takes 65,535 parameters a statement when a driver makes one statement of many rows. */
    static final int ROWS_MAX = 1_000;

    private final PreparedStatement statement;
    private int waiting;

    Bulk(Handle handle, String sql) {
        try {
            statement = handle.getConnection().prepareStatement(sql);
        } catch (SQLException e) {
            throw new BulkException(e);
        }
    }

    /** The ledger tries again where the cause is that another transaction came first. */
    private static final class BulkException extends JdbiException {
        private static final long serialVersionUID = 1;

        BulkException(SQLException cause) {
            super(String.valueOf(cause.getMessage()), cause);
        }
    }

    /** One row of texts, whole numbers and bytes. */
    void add(Object... values) {
        try {
            for (int i = 0; i < values.length; i++) {
                bind(i + 1, values[i]);
            }
            statement.addBatch();
            waiting++;
            if (waiting == ROWS_MAX) {
                send();
            }
        } catch (SQLException e) {
            throw new BulkException(e);
        }
    }

    private void bind(int at, Object value) throws SQLException {
        switch (value) {
            case String text -> statement.setString(at, text);
            case Integer number -> statement.setInt(at, number);
            case Long number -> statement.setLong(at, number);
            case byte[] bytes -> statement.setBytes(at, bytes);
            default -> throw new IllegalArgumentException("a column has no " + value.getClass());
        }
    }

    /** Sends whatever waits. */
    void flush() {
        try {
            send();
        } catch (SQLException e) {
            throw new BulkException(e);
        }
    }

    private void send() throws SQLException {
        if (waiting > 0) {
            statement.executeBatch();
            waiting = 0;
        }
    }

    /** What waits and was not flushed is not sent. */
    @Override
    public void close() {
        try {
            statement.close();
        } catch (SQLException e) {
            throw new BulkException(e);
        }
    }
}
