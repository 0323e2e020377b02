package packhorse.seeder.origin;

import packhorse.core.trust.VerifiedManifest;

/** What serves whole packs to peers: the origin's own agent, or nobody where a test needs none. */
public interface Seeding extends AutoCloseable {
    /** Serves a release whose pack stands whole in the store. */
    void seed(VerifiedManifest manifest);

    /** Where it listens, for people. */
    String describe();

    @Override
    void close();
}
