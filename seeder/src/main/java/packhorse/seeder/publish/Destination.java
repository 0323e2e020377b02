package packhorse.seeder.publish;

import java.util.Optional;
import packhorse.core.content.ReleaseId;
import packhorse.seeder.build.Progress;
import packhorse.seeder.build.SourcePlan;

/** Where a release is published: an origin's directory on this machine, or an origin reached over HTTP. */
interface Destination extends AutoCloseable {
    /** The document that stands in the catalogue at {@code targetPath}, verified; empty where there is none. */
    Optional<byte[]> document(String targetPath);

    /**
     * Brings the content of {@code plan} to the origin and says what it is, reading the source at most once. Takes up what an
     * earlier call for the same release left.
     */
    DeliveredContent deliver(ReleaseId id, SourcePlan plan, Progress progress);

    /**
     * Brings the rest and signs: objects, then the document, then targets that name it. Does nothing when the catalogue
     * already holds exactly this document there.
     *
     * @param content what {@link #deliver} brought; empty for a bundle
     */
    void publish(String targetPath, byte[] document, Optional<DeliveredContent> content);

    @Override
    void close();
}
