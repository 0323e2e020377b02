package packhorse.console.ledger;

import java.util.Optional;
import java.util.function.Supplier;
import org.jdbi.v3.core.Handle;
import packhorse.core.OperationException;
import packhorse.core.content.Sha256;

/** The attachments' table. */
final class SqlAttachments implements Attachments {
    private final Handle handle;
    private final Supplier<Handle> writer;

    /** @param writer gives the handle where it may write, and throws elsewhere */
    SqlAttachments(Handle handle, Supplier<Handle> writer) {
        this.handle = handle;
        this.writer = writer;
    }

    @Override
    public void add(String id, Sha256 sha256, byte[] bytes) {
        int added = writer.get()
                .createUpdate("INSERT INTO attachment (id, sha256, bytes) VALUES (:id, :sha256, :bytes)"
                        + " ON CONFLICT (id) DO NOTHING")
                .bind("id", id)
                .bind("sha256", sha256.hex())
                .bind("bytes", bytes)
                .execute();
        if (added == 0) {
            throw new Refusal(Refusal.Why.EXISTS, "there is an attachment " + id + " already");
        }
    }

    @Override
    public Optional<byte[]> find(String id) {
        return handle.createQuery("SELECT sha256, bytes FROM attachment WHERE id = :id")
                .bind("id", id)
                .map((row, context) -> proven(id, Sha256.parse(row.getString(1)), row.getBytes(2)))
                .findOne();
    }

    /** The digest is of the record's making: what is kept here is what was asked to be. */
    private static byte[] proven(String id, Sha256 kept, byte[] bytes) {
        if (!Sha256.of(bytes).equals(kept)) {
            throw new OperationException(
                    "the attachment " + id + " is not what was kept, " + kept.hex() + ": the ledger is damaged");
        }
        return bytes;
    }
}
