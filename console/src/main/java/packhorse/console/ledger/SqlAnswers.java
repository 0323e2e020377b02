package packhorse.console.ledger;

import java.time.Instant;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import packhorse.core.content.Sha256;

/** The answers' table. */
final class SqlAnswers implements Answers {
    private final Handle handle;

    SqlAnswers(Handle handle) {
        this.handle = handle;
    }

    @Override
    public Optional<Answer> find(String asker, String key) {
        return handle.createQuery(
                        "SELECT request, answered_at, status, body FROM answered WHERE asker = :asker AND key = :key")
                .bind("asker", asker)
                .bind("key", key)
                .map((row, context) -> new Answer(
                        Sha256.parse(row.getString(1)),
                        Instant.ofEpochMilli(row.getLong(2)),
                        row.getInt(3),
                        row.getString(4)))
                .findOne();
    }

    @Override
    public void keep(String asker, String key, Answer answer) {
        if (key.isEmpty() || key.length() > KEY_LENGTH_MAX) {
            throw new Refusal(
                    Refusal.Why.INVALID,
                    "a request's key has 1 to " + KEY_LENGTH_MAX + " characters, not " + key.length());
        }
        int kept = handle.createUpdate("INSERT INTO answered (asker, key, request, answered_at, status, body) VALUES"
                        + " (:asker, :key, :request, :at, :status, :body) ON CONFLICT (asker, key) DO NOTHING")
                .bind("asker", asker)
                .bind("key", key)
                .bind("request", answer.request().hex())
                .bind("at", answer.at().toEpochMilli())
                .bind("status", answer.status())
                .bind("body", answer.body())
                .execute();
        if (kept == 0) {
            throw new Refusal(Refusal.Why.EXISTS, "the same request is being answered already; ask again");
        }
    }

    @Override
    public int forget(Instant before) {
        return handle.execute("DELETE FROM answered WHERE answered_at < ?", before.toEpochMilli());
    }
}
