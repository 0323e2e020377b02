package packhorse.seeder.origin;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.core.OperationException;
import packhorse.core.UsageException;
import packhorse.core.content.ContentHashes;
import packhorse.core.content.Manifest;
import packhorse.core.content.ManifestCodec;
import packhorse.core.content.Sha256;
import packhorse.core.content.TargetDocument;
import packhorse.core.json.CanonicalJson;
import packhorse.core.json.Json;
import packhorse.core.json.JsonFields;
import packhorse.core.json.JsonReader;
import packhorse.core.trust.Role;
import packhorse.core.trust.VerifyingKey;
import packhorse.seeder.build.ContentBuilder;
import packhorse.seeder.build.Progress;
import packhorse.seeder.sign.SignedRequest;

/**
 * Takes releases from publishers on other machines, and shows them the catalogue that they sign upon.
 *
 * <p>A publisher opens a session and signs every request after it ({@link UploadSessions}); the signature covers the body's digest,
 * which travels in a header, so nothing of a stranger's body is ever read. Everything comes as blobs: announced with a purpose and
 * a length, filled in chunks from where it stopped, then checked: the origin hashes what it stored. A release is published by naming
 * checked blobs: the document and the signed targets. The answer to a publication that lost a race is a conflict with nothing
 * changed, and the publisher signs again upon the newer targets.
 *
 * <p>States of a blob: <pre>
 *   announced, filling  --last byte, check asked-->  checking  --digest as said--> good  --published--> gone
 *          ^                                            |
 *          +---------- digest differs: bytes removed ---+
 * </pre>
 */
final class UploadDoor {
    static final String SESSIONS = "/publish/sessions";
    static final String BLOBS = "/publish/blobs";
    static final String RELEASES = "/publish/releases";
    static final String CATALOGUE = "/publish/catalogue";
    /** One chunk: long enough to fill a line, short enough to be read whole before it is believed. */
    static final int CHUNK_BYTES_MAX = 8 << 20;
    /** Requests that only carry a few words. */
    private static final int WORDS_BYTES_MAX = 4096;
    /** Content that would take longer than this to name is no purpose. */
    private static final int PURPOSE_LENGTH_MAX = 512;

    private static final Logger LOG = LoggerFactory.getLogger(UploadDoor.class);

    private final OriginDirectory directory;
    private final UploadSessions sessions;
    private final InstantSource clock;
    private final Runnable published;
    private final Map<String, Check> checks = new ConcurrentHashMap<>();
    /** Hashing uses every processor already: one blob at a time. */
    private final Semaphore hashing = new Semaphore(1);

    /** How far the check of a blob has come. */
    private sealed interface Check {
        record Running() implements Check {}

        record Good(VerifyingKey owner, ContentHashes hashes) implements Check {}

        record Bad(String reason) implements Check {}
    }

    /** @param published called after each publication */
    UploadDoor(OriginDirectory directory, UploadSessions sessions, InstantSource clock, Runnable published) {
        this.directory = directory;
        this.sessions = sessions;
        this.clock = clock;
        this.published = published;
    }

    void register(RoutesConfig routes) {
        routes.post(SESSIONS, refusing(this::openSession));
        routes.post(BLOBS, refusing(this::announce));
        routes.put(BLOBS + "/{id}/{offset}", refusing(this::fill));
        routes.post(BLOBS + "/{id}/check", refusing(this::check));
        routes.post(RELEASES, refusing(this::publish));
        routes.post(CATALOGUE, refusing(this::read));
    }

    private interface Step {
        void handle(Context context) throws Refusal, IOException;
    }

    private static Handler refusing(Step step) {
        return context -> {
            try {
                step.handle(context);
            } catch (Refusal e) {
                refuse(context, e.status(), e.getMessage());
            } catch (IllegalArgumentException e) {
                refuse(context, Refusal.BAD_REQUEST, "not understood: " + e.getMessage());
            } catch (UsageException e) {
                refuse(context, Refusal.UNACCEPTABLE, e.getMessage());
            } catch (StaleTargetsException e) {
                refuse(context, Refusal.CONFLICT, e.getMessage());
            } catch (OperationException | IOException e) {
                LOG.warn("an upload failed: {}", e.getMessage());
                refuse(context, Refusal.NO_ROOM, "the origin failed: " + e.getMessage());
            }
        };
    }

    private static void refuse(Context context, int status, @org.jspecify.annotations.Nullable String why) {
        TreeMap<String, Json> fields = new TreeMap<>();
        fields.put("error", new Json.JsonString(String.valueOf(why)));
        context.status(status);
        answer(context, fields);
    }

    private static void answer(Context context, Map<String, Json> fields) {
        context.contentType("application/json");
        context.result(CanonicalJson.encode(Json.JsonObject.of(fields)));
    }

    private void openSession(Context context) throws Refusal, IOException {
        JsonFields asked = words(body(context, WORDS_BYTES_MAX));
        VerifyingKey key = VerifyingKey.parse(asked.string("key"));
        UploadSessions.Opening opening = sessions.open(key, clock.instant())
                .orElseThrow(() -> new Refusal(
                        Refusal.UNAUTHORISED,
                        "the key " + key.keyId().brief()
                                + " is not a publisher's here; add it to publishers in the origin's configuration"));
        TreeMap<String, Json> fields = new TreeMap<>();
        fields.put("session", new Json.JsonString(opening.id()));
        fields.put("nonce", new Json.JsonString(opening.nonce()));
        answer(context, fields);
    }

    /** The publisher behind a request, known before its body is read, and the body. */
    private record Authorised(VerifyingKey publisher, Sha256 digest) {}

    private Authorised authorised(Context context) throws Refusal {
        Refusal stranger = new Refusal(
                Refusal.UNAUTHORISED, "the request is not signed by a publisher of this origin, or was sent before");
        String session = context.header(SignedRequest.SESSION_HEADER);
        String sequence = context.header(SignedRequest.SEQUENCE_HEADER);
        String digest = context.header(SignedRequest.BODY_HEADER);
        String signature = context.header(SignedRequest.SIGNATURE_HEADER);
        if (session == null || sequence == null || digest == null || signature == null) {
            throw stranger;
        }
        try {
            Sha256 body = Sha256.parse(digest);
            VerifyingKey publisher = sessions.authorise(
                            session,
                            new UploadSessions.UnsignedRequest(context.method().name(), context.path(), body),
                            Long.parseLong(sequence),
                            HexFormat.of().parseHex(signature),
                            clock.instant())
                    .orElseThrow(() -> stranger);
            return new Authorised(publisher, body);
        } catch (IllegalArgumentException e) {
            throw stranger;
        }
    }

    private static byte[] body(Context context, int bytesMax) throws Refusal, IOException {
        byte[] body = context.bodyInputStream().readNBytes(bytesMax + 1);
        if (body.length > bytesMax) {
            throw new Refusal(Refusal.TOO_LARGE, "a request of more than " + bytesMax + " bytes");
        }
        return body;
    }

    private static byte[] body(Context context, Authorised authorised, int bytesMax) throws Refusal, IOException {
        byte[] body = body(context, bytesMax);
        if (!Sha256.of(body).equals(authorised.digest())) {
            throw new Refusal(Refusal.UNAUTHORISED, "the body is not the one that was signed");
        }
        return body;
    }

    private static JsonFields words(byte[] body) {
        return JsonFields.of(JsonReader.parse(body), "the request");
    }

    private void announce(Context context) throws Refusal, IOException {
        Authorised authorised = authorised(context);
        JsonFields asked = words(body(context, authorised, WORDS_BYTES_MAX));
        String purpose = asked.string("purpose");
        long length = asked.integer("length");
        if (purpose.length() > PURPOSE_LENGTH_MAX || length < 1) {
            throw new Refusal(Refusal.BAD_REQUEST, "a blob has a short purpose and at least 1 byte");
        }
        String id = Staging.idOf(authorised.publisher().hex(), purpose, length);
        try (Staging.Staged staged = directory.staging().open(id, length)) {
            staged.describe(authorised.publisher().hex(), length, clock.instant());
            TreeMap<String, Json> fields = new TreeMap<>();
            fields.put("id", new Json.JsonString(id));
            fields.put("have", new Json.JsonInteger(staged.size()));
            answer(context, fields);
        }
    }

    /** Opens the blob that the path names, if it is this publisher's. */
    private Staging.Staged owned(Context context, Authorised authorised) throws Refusal {
        String id = context.pathParam("id");
        return directory
                .staging()
                .find(id, authorised.publisher().hex())
                .orElseThrow(() -> new Refusal(
                        Refusal.NOT_FOUND, "there is no unfinished upload " + id + " of yours; announce it first"));
    }

    /**
     * A file of the catalogue. Machines read it by their certificates; a publisher has none, but signs upon what is there.
     * The name travels in the signed body, so that no two ways to write a path mean two things.
     */
    private void read(Context context) throws Refusal, IOException {
        Authorised authorised = authorised(context);
        String name = words(body(context, authorised, WORDS_BYTES_MAX)).string("file");
        Path file = directory
                .repositoryFile(name)
                .filter(Files::isRegularFile)
                .orElseThrow(() -> new Refusal(Refusal.NOT_FOUND, "the catalogue has no " + name));
        FileAnswer.send(context, file, "application/octet-stream", false, () -> {});
    }

    private void fill(Context context) throws Refusal, IOException {
        Authorised authorised = authorised(context);
        long offset = Long.parseLong(context.pathParam("offset"));
        try (Staging.Staged staged = owned(context, authorised)) {
            long have = staged.size();
            if (offset != have) {
                throw new Refusal(Refusal.CONFLICT, "the origin has " + have + " bytes, not " + offset);
            }
            byte[] chunk = body(context, authorised, CHUNK_BYTES_MAX);
            if (have + chunk.length > staged.length()) {
                throw new Refusal(
                        Refusal.TOO_LARGE,
                        have + " and " + chunk.length + " bytes are more than the announced " + staged.length());
            }
            staged.append(offset, chunk, clock.instant());
            checks.remove(staged.id());
            TreeMap<String, Json> fields = new TreeMap<>();
            fields.put("have", new Json.JsonInteger(have + chunk.length));
            answer(context, fields);
        }
    }

    private void check(Context context) throws Refusal, IOException {
        Authorised authorised = authorised(context);
        Sha256 expected =
                Sha256.parse(words(body(context, authorised, WORDS_BYTES_MAX)).string("sha256"));
        String id = context.pathParam("id");
        Check known = checks.get(id);
        if (known == null
                || (known instanceof Check.Good good && !good.hashes().sha256().equals(expected))) {
            Staging.Staged staged = owned(context, authorised);
            if (staged.size() != staged.length()) {
                long have = staged.size();
                staged.close();
                throw new Refusal(Refusal.CONFLICT, "the origin has " + have + " bytes of " + staged.length());
            }
            checks.put(id, new Check.Running());
            Thread.ofVirtual().name("upload-check").start(() -> hash(staged, authorised.publisher(), expected));
            known = new Check.Running();
        }
        TreeMap<String, Json> fields = new TreeMap<>();
        switch (known) {
            case Check.Running() -> fields.put("state", new Json.JsonString("checking"));
            case Check.Good good -> fields.put("state", new Json.JsonString("good"));
            case Check.Bad(String reason) -> {
                checks.remove(id);
                throw new Refusal(Refusal.UNACCEPTABLE, reason);
            }
        }
        answer(context, fields);
    }

    private void hash(Staging.Staged staged, VerifyingKey owner, Sha256 expected) {
        try (staged) {
            hashing.acquire();
            try {
                ContentHashes hashes = ContentBuilder.hash(staged.content(), Progress.none());
                if (hashes.sha256().equals(expected)) {
                    checks.put(staged.id(), new Check.Good(owner, hashes));
                } else {
                    staged.remove();
                    checks.put(
                            staged.id(),
                            new Check.Bad("what the origin received has SHA-256 " + hashes.sha256() + ", not "
                                    + expected + "; it was removed, publish again"));
                }
            } finally {
                hashing.release();
            }
        } catch (IOException | OperationException e) {
            checks.put(staged.id(), new Check.Bad("the origin could not check the upload: " + e.getMessage()));
        } catch (InterruptedException e) {
            checks.remove(staged.id());
            Thread.currentThread().interrupt();
        }
    }

    /** A checked blob of this publisher with that digest. */
    private Optional<Map.Entry<String, ContentHashes>> good(VerifyingKey owner, Sha256 digest) {
        return checks.entrySet().stream()
                .filter(entry -> entry.getValue() instanceof Check.Good(VerifyingKey by, ContentHashes hashes)
                        && by.equals(owner)
                        && hashes.sha256().equals(digest))
                .findFirst()
                .map(entry -> Map.entry(entry.getKey(), ((Check.Good) entry.getValue()).hashes()));
    }

    private void publish(Context context) throws Refusal, IOException {
        Authorised authorised = authorised(context);
        JsonFields asked = words(body(context, authorised, WORDS_BYTES_MAX));
        Sha256 documentDigest = Sha256.parse(asked.string("document"));
        Sha256 targetsDigest = Sha256.parse(asked.string("targets"));
        byte[] document = small(authorised, documentDigest, ManifestCodec.BYTES_MAX);
        byte[] targets = small(authorised, targetsDigest, Role.TARGETS.lengthMaxBytes());
        TargetDocument decoded = TargetDocument.decode(document);
        Set<Sha256> used = new HashSet<>(List.of(documentDigest, targetsDigest));
        switch (decoded) {
            case TargetDocument.ManifestDocument(Manifest manifest) -> {
                publishRelease(authorised.publisher(), manifest, document, targets);
                used.add(manifest.content().sha256());
                used.add(manifest.files().sha256());
            }
            case TargetDocument.BundleDocument bundle ->
                directory.publishSigned(decoded.targetPath(), document, targets, Optional.empty());
        }
        LOG.info(
                "published {} from the key {}",
                decoded.targetPath(),
                authorised.publisher().keyId().brief());
        forget(authorised.publisher(), used);
        published.run();
        TreeMap<String, Json> fields = new TreeMap<>();
        fields.put("published", new Json.JsonString(decoded.targetPath()));
        answer(context, fields);
    }

    private void publishRelease(VerifyingKey publisher, Manifest manifest, byte[] document, byte[] targets)
            throws Refusal, IOException {
        Optional<Map.Entry<String, ContentHashes>> content =
                good(publisher, manifest.content().sha256());
        Optional<Map.Entry<String, ContentHashes>> files =
                good(publisher, manifest.files().sha256());
        if (content.isEmpty() && !directory.holds(manifest.pack())) {
            throw new Refusal(
                    Refusal.UNACCEPTABLE, "the content of " + manifest.id() + " is not here; upload and check it");
        }
        if (files.isEmpty() && !directory.holds(manifest.files())) {
            throw new Refusal(
                    Refusal.UNACCEPTABLE, "the file list of " + manifest.id() + " is not here; upload and check it");
        }
        try (Opened opened = new Opened(
                content.map(entry -> reopen(publisher, entry.getKey())),
                files.map(entry -> reopen(publisher, entry.getKey())))) {
            directory.publishSigned(
                    manifest.id().targetPath(),
                    document,
                    targets,
                    Optional.of(new OriginDirectory.Arrived(
                            manifest,
                            content.map(Map.Entry::getValue),
                            opened.content().map(Staging.Staged::content),
                            opened.files().map(Staging.Staged::content))));
        }
    }

    private record Opened(Optional<Staging.Staged> content, Optional<Staging.Staged> files) implements AutoCloseable {
        @Override
        public void close() {
            content.ifPresent(Staging.Staged::close);
            files.ifPresent(Staging.Staged::close);
        }
    }

    private Staging.Staged reopen(VerifyingKey publisher, String id) {
        return directory
                .staging()
                .find(id, publisher.hex())
                .orElseThrow(() -> new OperationException("the checked upload " + id + " is gone; publish again"));
    }

    private byte[] small(Authorised authorised, Sha256 digest, int bytesMax) throws Refusal, IOException {
        Map.Entry<String, ContentHashes> blob = good(authorised.publisher(), digest)
                .orElseThrow(() -> new Refusal(Refusal.UNACCEPTABLE, "there is no checked upload " + digest));
        if (blob.getValue().length() > bytesMax) {
            throw new Refusal(
                    Refusal.TOO_LARGE, "a document of " + blob.getValue().length() + " bytes");
        }
        try (Staging.Staged staged = reopen(authorised.publisher(), blob.getKey())) {
            Path content = staged.content();
            byte[] bytes = Files.readAllBytes(content);
            if (!Sha256.of(bytes).equals(digest)) {
                throw new OperationException("the upload " + digest + " changed on the origin's disk");
            }
            return bytes;
        }
    }

    /** Removes what a publisher brought for a publication that is done; what is for another one stays. */
    private void forget(VerifyingKey publisher, Set<Sha256> used) {
        checks.forEach((id, check) -> {
            if (check instanceof Check.Good good
                    && good.owner().equals(publisher)
                    && used.contains(good.hashes().sha256())) {
                checks.remove(id);
                directory.staging().find(id, publisher.hex()).ifPresent(staged -> {
                    try (staged) {
                        staged.remove();
                    } catch (IOException e) {
                        LOG.warn("could not remove the upload {}: {}", id, e.getMessage());
                    }
                });
            }
        });
    }
}
