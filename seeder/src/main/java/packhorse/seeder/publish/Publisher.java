package packhorse.seeder.publish;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import packhorse.core.OperationException;
import packhorse.core.UsageException;
import packhorse.core.content.BlobRef;
import packhorse.core.content.Bundle;
import packhorse.core.content.BundleCodec;
import packhorse.core.content.InfoHash;
import packhorse.core.content.InstallSection;
import packhorse.core.content.Manifest;
import packhorse.core.content.ManifestCodec;
import packhorse.core.content.Pack;
import packhorse.core.content.PieceLength;
import packhorse.core.content.ReleaseId;
import packhorse.core.content.Sha256;
import packhorse.core.content.Torrents;
import packhorse.peer.adapter.Adapters;
import packhorse.peer.adapter.Irreversible;
import packhorse.seeder.build.BuiltContent;
import packhorse.seeder.build.ContentBuilder;
import packhorse.seeder.build.ContentSink;
import packhorse.seeder.build.Progress;
import packhorse.seeder.build.SourcePlan;
import packhorse.seeder.build.SourceScanner;

/**
 * Publishes releases and bundles at a destination.
 *
 * <p>The order is what makes a crash harmless: first the identity is looked up, so that a content that can never be published is
 * refused before it is read; then the content goes to the origin while it is hashed; then the objects; the signed targets,
 * which alone make the release visible, come last. Whoever repeats a publish that died does the same steps again, and each
 * finds what it had done.
 */
public final class Publisher {
    /** Stands in drafts for digests that are not known yet. */
    private static final Sha256 UNKNOWN = Sha256.of(new byte[0]);

    private final Destination destination;
    private final Progress progress;
    private final Adapters adapters = Adapters.standard();

    Publisher(Destination destination, Progress progress) {
        this.destination = destination;
        this.progress = progress;
    }

    /**
     * Publishes a file or a tree.
     *
     * @throws UsageException when the source is unusable, or the identity already names something else
     * @throws OperationException when it failed; publishing again takes it up
     */
    public Published publish(PublishRequest request) {
        SourcePlan plan = SourceScanner.scan(request.source(), request.keepOwner());
        request.install().ifPresent(install -> install.check(plan, draft(request, plan)));
        String path = request.id().targetPath();
        Optional<byte[]> before = destination.document(path);
        return before.isPresent() ? compare(request, plan, before.get()) : publishNew(request, plan);
    }

    private Published publishNew(PublishRequest request, SourcePlan plan) {
        DeliveredContent content = destination.deliver(request.id(), plan, progress);
        Manifest manifest = manifest(request, content.built());
        byte[] document = ManifestCodec.encode(manifest);
        destination.publish(request.id().targetPath(), document, Optional.of(content));
        return outcome(manifest, document, true);
    }

    /** The identity is taken: the same release again changes nothing, any other is refused. */
    private Published compare(PublishRequest request, SourcePlan plan, byte[] before) {
        Manifest published = ManifestCodec.decode(before);
        if (published.content().length() != plan.contentLength()) {
            throw taken(
                    request.id(),
                    "content of " + published.content().length() + " bytes, and " + request.source() + " makes "
                            + plan.contentLength());
        }
        Manifest offered = manifest(request, hash(plan));
        if (!offered.content().equals(published.content())) {
            throw taken(
                    request.id(),
                    "content with SHA-256 " + published.content().sha256() + ", and " + request.source() + " makes "
                            + offered.content().sha256());
        }
        if (!Arrays.equals(ManifestCodec.encode(offered), before)) {
            throw taken(
                    request.id(),
                    "the same content under another description (kind, file name, modes, dependencies, open swarm,"
                            + " how it is put in place)");
        }
        return outcome(published, before, false);
    }

    private BuiltContent hash(SourcePlan plan) {
        Path scratch = null;
        try {
            scratch = Files.createTempFile("packhorse-files-", ".ndjson");
            return ContentBuilder.build(plan, ContentSink.none(), scratch, progress);
        } catch (IOException e) {
            throw new OperationException("cannot use the temporary directory: " + e.getMessage(), e);
        } finally {
            deleteScratch(scratch);
        }
    }

    private static void deleteScratch(@org.jspecify.annotations.Nullable Path scratch) {
        if (scratch != null && !scratch.toFile().delete()) {
            scratch.toFile().deleteOnExit();
        }
    }

    private static UsageException taken(ReleaseId id, String what) {
        return new UsageException(id + " is already published with " + what
                + "; an identity names one content for ever, give it a new version");
    }

    static Manifest manifest(PublishRequest request, BuiltContent built) {
        Pack pack = Torrents.pack(built.hashes(), request.openSwarm());
        // Assert before signing: what was just made proves itself against the pack as a receiver will prove it.
        Torrents.check(pack, Torrents.hybrid(built.hashes()).bytes());
        return new Manifest(
                request.id(),
                request.kind(),
                built.form(),
                built.contentName(),
                built.hashes().data(),
                built.files(),
                built.fileCount(),
                List.of(pack),
                request.dependencies(),
                request.install().map(InstallFile::section));
    }

    /** The manifest as it will be, with digests that mean nothing yet. */
    private static Manifest draft(PublishRequest request, SourcePlan plan) {
        BlobRef content = new BlobRef(UNKNOWN, plan.contentLength());
        BlobRef other = new BlobRef(UNKNOWN, 1);
        Pack pack = new Pack(
                content,
                PieceLength.forContent(plan.contentLength()),
                InfoHash.of(new byte[0]),
                UNKNOWN,
                UNKNOWN,
                other,
                request.openSwarm()
                        ? Optional.of(new Pack.OpenSwarm(InfoHash.of(new byte[0]), other))
                        : Optional.empty());
        return new Manifest(
                request.id(),
                request.kind(),
                plan.form(),
                plan.contentName(),
                content,
                other,
                plan.fileCount(),
                List.of(pack),
                request.dependencies(),
                request.install().map(InstallFile::section));
    }

    private Published outcome(Manifest manifest, byte[] document, boolean isNew) {
        return new Published(
                manifest.id().targetPath(),
                Sha256.of(document),
                manifest.content().length(),
                manifest.content().sha256(),
                manifest.fileCount(),
                manifest.install().map(InstallSection::adapter),
                Irreversible.reasons(manifest, adapters),
                isNew);
    }

    /**
     * Publishes a bundle of releases that are in the catalogue; their manifest digests come from there.
     *
     * @throws UsageException when a member is not published, or the identity already names another bundle
     */
    public Published publish(BundleRequest request) {
        List<String> irreversible = new ArrayList<>();
        Bundle bundle = request.resolve(id -> {
            byte[] member = destination
                    .document(id.targetPath())
                    .orElseThrow(() -> new UsageException(
                            request.source() + " names " + id + ", which is not in the catalogue; publish it first"));
            Irreversible.reasons(ManifestCodec.decode(member), adapters)
                    .forEach(reason -> irreversible.add(id + ": " + reason));
            return Sha256.of(member);
        });
        byte[] document = BundleCodec.encode(bundle);
        Optional<byte[]> before = destination.document(bundle.targetPath());
        if (before.isPresent() && !Arrays.equals(before.get(), document)) {
            throw new UsageException("the bundle " + bundle.name() + "@" + bundle.version()
                    + " is already published with other members; give it a new version");
        }
        if (before.isEmpty()) {
            destination.publish(bundle.targetPath(), document, Optional.empty());
        }
        Sha256 digest = Sha256.of(document);
        return new Published(
                bundle.targetPath(), digest, 0, digest, 0, Optional.empty(), irreversible, before.isEmpty());
    }
}
