package packhorse.seeder.publish;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import packhorse.core.OperationException;
import packhorse.core.content.ManifestCodec;
import packhorse.core.content.ReleaseId;
import packhorse.core.durable.DurableFiles;
import packhorse.core.trust.SigningKey;
import packhorse.seeder.build.BuiltContent;
import packhorse.seeder.build.ContentBuilder;
import packhorse.seeder.build.Progress;
import packhorse.seeder.build.SourcePlan;
import packhorse.seeder.origin.OriginDirectory;
import packhorse.seeder.origin.StagedWriter;
import packhorse.seeder.origin.Staging;

/**
 * An origin's data directory on this machine. The content is written beside the store while it is hashed and moved into it when it
 * is published. A journal beside it says what a finished pass came to, so a publish that died after it does not read the
 * source again, unless the source looks different now.
 */
final class LocalOrigin implements Destination {
    private static final String FILE_LIST = "files.ndjson";
    private static final String JOURNAL = "built";
    private static final String OWNER = "this machine";

    private final OriginDirectory directory;
    private final List<SigningKey> signers;
    private Staging.@Nullable Staged staged;

    LocalOrigin(OriginDirectory directory, List<SigningKey> signers) {
        this.directory = directory;
        this.signers = List.copyOf(signers);
    }

    @Override
    public Optional<byte[]> document(String targetPath) {
        return directory.document(targetPath);
    }

    @Override
    public DeliveredContent deliver(ReleaseId id, SourcePlan plan, Progress progress) {
        String name = Staging.idOf(OWNER, id.targetPath(), plan.contentLength());
        Staging.Staged open = directory.staging().open(name, plan.contentLength());
        staged = open;
        try {
            Path fileList = open.beside(FILE_LIST);
            Optional<BuiltContent> earlier = earlier(open, plan);
            if (earlier.isPresent()) {
                return new DeliveredContent(earlier.get(), fileList);
            }
            Files.deleteIfExists(open.beside(JOURNAL));
            BuiltContent built;
            try (StagedWriter out = open.writer()) {
                built = ContentBuilder.build(plan, out, fileList, progress);
                out.finish();
            }
            BuildJournal.write(new DurableFiles(), open.beside(JOURNAL), plan.digest(), id, built);
            return new DeliveredContent(built, fileList);
        } catch (IOException e) {
            throw new OperationException(
                    "cannot write the content beside the store: " + e.getMessage()
                            + "; check space and permissions and publish again",
                    e);
        }
    }

    private static Optional<BuiltContent> earlier(Staging.Staged open, SourcePlan plan) throws IOException {
        if (open.size() != plan.contentLength()) {
            return Optional.empty();
        }
        return BuildJournal.read(open.beside(JOURNAL), plan.digest());
    }

    @Override
    public void publish(String targetPath, byte[] document, Optional<DeliveredContent> content) {
        Optional<OriginDirectory.Arrived> arrived = content.map(delivered -> new OriginDirectory.Arrived(
                ManifestCodec.decode(document),
                Optional.of(delivered.built().hashes()),
                Optional.ofNullable(staged).map(Staging.Staged::content),
                Optional.of(delivered.fileList())));
        directory.publish(targetPath, document, request -> request.sign(signers).bytes(), arrived);
        removeStaged();
    }

    private void removeStaged() {
        if (staged != null) {
            try {
                staged.remove();
            } catch (IOException e) {
                throw new OperationException(
                        "published, but what is left of it cannot be removed: " + e.getMessage(), e);
            }
        }
    }

    @Override
    public void close() {
        if (staged != null) {
            staged.close();
            staged = null;
        }
    }
}
