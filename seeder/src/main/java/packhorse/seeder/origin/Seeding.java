package packhorse.seeder.origin;

import packhorse.core.content.Sha256;
import packhorse.core.trust.VerifiedManifest;

/** What serves whole packs to peers: the origin's own agent, or nobody where a test needs none. */
public interface Seeding extends AutoCloseable {
    /** Serves a release whose pack stands whole in the store. */
    void seed(VerifiedManifest manifest);

    /**
     * Serves a pack no more; when it returns, nobody reads it here.
     *
     * @throws packhorse.core.OperationException when that cannot be now
     */
    void drop(Sha256 pack);

    /** Where it listens, for people. */
    String describe();

    @Override
    void close();
}
