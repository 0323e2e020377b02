package packhorse.console.ledger;

import java.time.Instant;
import java.util.Optional;
import packhorse.core.content.Sha256;

/**
 * What was answered to requests that carry a key, so that one that comes again, because its answer was lost, does nothing twice. The
 * answer is kept in the transaction that did what was asked.
 */
public interface Answers {
    /** A key is a random text; longer ones are refused. */
    int KEY_LENGTH_MAX = 200;

    /**
     * One answer.
     *
     * @param request the digest of what was asked: another request under the same key is a mistake
     */
    record Answer(Sha256 request, Instant at, int status, String body) {}

    /** What was answered under the key, if anything. */
    Optional<Answer> find(String asker, String key);

    /** Keeps an answer. */
    void keep(String asker, String key, Answer answer);

    /** Forgets what was answered before then; how many. */
    int forget(Instant before);
}
