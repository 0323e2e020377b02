package packhorse.seeder.publish;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import packhorse.core.content.ContentHashes;
import packhorse.core.content.Kind;
import packhorse.core.content.Manifest;
import packhorse.core.content.ManifestCodec;
import packhorse.core.content.ReleaseId;
import packhorse.core.content.Sha256;
import packhorse.core.content.Torrents;
import packhorse.core.durable.DurableFiles;
import packhorse.seeder.build.BuiltContent;

/**
 * What a finished pass over a source came to, on disk: the digest of what the source looked like, the length of a manifest,
 * the manifest, and the torrent, which holds all hashes. Written by rename, so it is whole or not there; read back through
 * the same checks as any manifest and torrent, so damage makes it worth nothing and not wrong.
 */
final class BuildJournal {
    private BuildJournal() {}

    /** On the disk, name and all, when it returns. */
    static void write(DurableFiles files, Path file, Sha256 source, ReleaseId id, BuiltContent built) {
        byte[] manifest = ManifestCodec.encode(new Manifest(
                id,
                Kind.PACKAGE,
                built.form(),
                built.contentName(),
                built.hashes().data(),
                built.files(),
                built.fileCount(),
                List.of(Torrents.pack(built.hashes(), false)),
                List.of()));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(source.bytes());
        out.writeBytes(
                ByteBuffer.allocate(Integer.BYTES).putInt(manifest.length).array());
        out.writeBytes(manifest);
        out.writeBytes(Torrents.hybrid(built.hashes()).bytes());
        files.replace(file, out.toByteArray());
    }

    /** What a pass over the source that looked like {@code source} came to; empty when there was none, or of another one. */
    static Optional<BuiltContent> read(Path file, Sha256 source) throws IOException {
        byte[] bytes;
        try {
            bytes = Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
        int head = Sha256.LENGTH_BYTES + Integer.BYTES;
        if (bytes.length < head
                || !Arrays.equals(bytes, 0, Sha256.LENGTH_BYTES, source.bytes(), 0, Sha256.LENGTH_BYTES)) {
            return Optional.empty();
        }
        int manifestLength = ByteBuffer.wrap(bytes).getInt(Sha256.LENGTH_BYTES);
        if (manifestLength < 0 || manifestLength > bytes.length - head) {
            return Optional.empty();
        }
        try {
            Manifest manifest = ManifestCodec.decode(Arrays.copyOfRange(bytes, head, head + manifestLength));
            ContentHashes hashes = Torrents.check(
                            manifest.pack(), Arrays.copyOfRange(bytes, head + manifestLength, bytes.length))
                    .hashes();
            return Optional.of(new BuiltContent(
                    manifest.form(), manifest.contentName(), hashes, manifest.files(), manifest.fileCount()));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
