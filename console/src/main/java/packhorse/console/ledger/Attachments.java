package packhorse.console.ledger;

import java.util.Optional;
import packhorse.core.content.Sha256;

/** The bytes of attachments, beside their records: a list of them reads none. */
public interface Attachments {
    /** Keeps what is new; {@link Refusal.Why#EXISTS} where its id is taken. */
    void add(String id, Sha256 sha256, byte[] bytes);

    /** What was kept, proved by its digest; empty where there is none. */
    Optional<byte[]> find(String id);
}
