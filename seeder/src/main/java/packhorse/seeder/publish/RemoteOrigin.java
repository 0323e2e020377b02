package packhorse.seeder.publish;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import packhorse.core.OperationException;
import packhorse.core.content.BlobRef;
import packhorse.core.content.ReleaseId;
import packhorse.core.content.Sha256;
import packhorse.core.json.Json;
import packhorse.core.json.JsonFields;
import packhorse.core.trust.Lifetimes;
import packhorse.core.trust.SigningKey;
import packhorse.core.trust.SigningRequest;
import packhorse.core.trust.TargetInfo;
import packhorse.seeder.build.BuiltContent;
import packhorse.seeder.build.ContentBuilder;
import packhorse.seeder.build.ContentSink;
import packhorse.seeder.build.Progress;
import packhorse.seeder.build.SourcePlan;

/**
 * An origin on another machine, reached through its upload door. The source is hashed while it is sent, in one pass; what the
 * origin has from an earlier attempt is hashed again and not sent again. The origin hashes what it received and compares before it
 * publishes. Where somebody else published in between, the targets are signed again upon theirs.
 */
final class RemoteOrigin implements Destination {
    /** As the upload door takes it at most. */
    private static final int CHUNK_BYTES = 8 << 20;
    /** Others publish too, but not without end: each round somebody got through. */
    private static final int ROUNDS_MAX = 16;
    /** Between two questions whether the origin has hashed what it received. */
    private static final long CHECK_PAUSE_NANOS = 100_000_000;

    private final OriginClient client;
    private final RememberedCatalogue catalogue;
    private final List<SigningKey> signers;
    private final InstantSource clock;
    private final Path scratch;

    /**
     * @param client closed with this
     * @param signers of targets
     */
    RemoteOrigin(
            OriginClient client,
            RememberedCatalogue catalogue,
            List<SigningKey> signers,
            InstantSource clock,
            Path scratch) {
        this.client = client;
        this.catalogue = catalogue;
        this.signers = List.copyOf(signers);
        this.clock = clock;
        this.scratch = scratch;
    }

    @Override
    public Optional<byte[]> document(String targetPath) {
        return catalogue.refresh().target(targetPath).map(this::fetch);
    }

    private byte[] fetch(TargetInfo target) {
        try {
            byte[] bytes = catalogue
                    .source()
                    .fetch(target.location(), target.length())
                    .orElseThrow(() -> new OperationException("the origin does not have " + target.location()));
            if (!target.describes(bytes)) {
                throw new OperationException("the origin's " + target.location() + " is not what was signed");
            }
            return bytes;
        } catch (IOException e) {
            throw new OperationException("cannot fetch " + target.location() + ": " + e.getMessage(), e);
        }
    }

    @Override
    public DeliveredContent deliver(ReleaseId id, SourcePlan plan, Progress progress) {
        Blob blob = announce("content " + id.targetPath(), plan.contentLength());
        Path fileList = scratch.resolve("files.ndjson");
        ChunkSink sink = new ChunkSink(blob);
        BuiltContent built = ContentBuilder.build(plan, sink, fileList, progress);
        sink.finish();
        check(blob, built.hashes().sha256());
        return new DeliveredContent(built, fileList);
    }

    /**
     * An announced blob.
     *
     * @param id the origin's name for it
     * @param have bytes that the origin has
     */
    private record Blob(String id, long have) {
        String path() {
            return "/publish/blobs/" + id;
        }
    }

    private Blob announce(String purpose, long length) {
        TreeMap<String, Json> asked = new TreeMap<>();
        asked.put("purpose", new Json.JsonString(purpose));
        asked.put("length", new Json.JsonInteger(length));
        JsonFields answer = client.call("POST", "/publish/blobs", OriginClient.json(asked));
        return new Blob(answer.string("id"), answer.integer("have"));
    }

    /** Sends what the origin lacks, in chunks. */
    private final class ChunkSink implements ContentSink {
        private final Blob blob;
        private final byte[] chunk = new byte[CHUNK_BYTES];
        private int filled;
        private long skip;
        private long offset;

        ChunkSink(Blob blob) {
            this.blob = blob;
            this.skip = blob.have();
            this.offset = blob.have();
        }

        @Override
        public void write(ByteBuffer bytes) {
            int skipped = (int) Math.min(skip, bytes.remaining());
            bytes.position(bytes.position() + skipped);
            skip -= skipped;
            while (bytes.hasRemaining()) {
                int count = Math.min(bytes.remaining(), chunk.length - filled);
                bytes.get(chunk, filled, count);
                filled += count;
                if (filled == chunk.length) {
                    send();
                }
            }
        }

        void finish() {
            if (filled > 0) {
                send();
            }
        }

        private void send() {
            byte[] body = filled == chunk.length ? chunk : Arrays.copyOf(chunk, filled);
            JsonFields answer = client.call("PUT", blob.path() + "/" + offset, body);
            offset += filled;
            filled = 0;
            if (answer.integer("have") != offset) {
                throw new OperationException("the origin lost count of the upload; publish again");
            }
        }
    }

    /** Waits until the origin has hashed what it received; refused when that is something else. */
    private void check(Blob blob, Sha256 expected) {
        byte[] asked = OriginClient.json("sha256", new Json.JsonString(expected.hex()));
        while (!client.call("POST", blob.path() + "/check", asked)
                .string("state")
                .equals("good")) {
            LockSupport.parkNanos(CHECK_PAUSE_NANOS);
        }
    }

    private Sha256 upload(String purpose, byte[] bytes) {
        Blob blob = announce(purpose, bytes.length);
        ChunkSink sink = new ChunkSink(blob);
        sink.write(ByteBuffer.wrap(bytes));
        sink.finish();
        Sha256 digest = Sha256.of(bytes);
        check(blob, digest);
        return digest;
    }

    private void upload(BlobRef ref, Path file) {
        Blob blob = announce("object " + ref.sha256(), ref.length());
        ChunkSink sink = new ChunkSink(blob);
        byte[] buffer = new byte[CHUNK_BYTES];
        try (InputStream in = Files.newInputStream(file)) {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                sink.write(ByteBuffer.wrap(buffer, 0, n));
            }
        } catch (IOException e) {
            throw new OperationException("cannot read " + file + ": " + e.getMessage(), e);
        }
        sink.finish();
        check(blob, ref.sha256());
    }

    @Override
    public void publish(String targetPath, byte[] document, Optional<DeliveredContent> content) {
        content.ifPresent(delivered -> upload(delivered.built().files(), delivered.fileList()));
        for (int round = 0; round < ROUNDS_MAX; round++) {
            Optional<SigningRequest> next =
                    catalogue.refresh().stageTargets(Map.of(targetPath, document), Lifetimes.DEFAULT, clock.instant());
            if (next.isEmpty()) {
                return;
            }
            SigningRequest signed = next.get().sign(signers);
            TreeMap<String, Json> asked = new TreeMap<>();
            asked.put(
                    "document",
                    new Json.JsonString(
                            upload("document " + Sha256.of(document), document).hex()));
            asked.put(
                    "targets",
                    new Json.JsonString(upload("targets " + Sha256.of(signed.bytes()), signed.bytes())
                            .hex()));
            OriginClient.Answer answer = client.ask("POST", "/publish/releases", OriginClient.json(asked));
            if (!answer.isConflict()) {
                client.succeed(answer);
                return;
            }
        }
        throw new OperationException("others published " + ROUNDS_MAX + " times in between; publish again");
    }

    @Override
    public void close() {
        client.close();
        try (var left = Files.walk(scratch)) {
            for (Path path : left.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            throw new OperationException("cannot remove " + scratch + ": " + e.getMessage(), e);
        }
    }
}
