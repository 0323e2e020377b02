package packhorse.console.evidence;

import java.io.BufferedOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import packhorse.console.audit.AuditChain;
import packhorse.console.audit.AuditLink;
import packhorse.console.evidence.EvidenceContents.BoundLink;
import packhorse.console.evidence.EvidenceContents.Head;
import packhorse.console.report.Block;
import packhorse.console.report.Csv;
import packhorse.console.report.DistributionLog;
import packhorse.console.report.EvaluationReport;
import packhorse.console.report.Html;
import packhorse.console.report.OrderRecord;
import packhorse.console.report.Report;
import packhorse.console.report.ReportJson;
import packhorse.console.report.Savings;
import packhorse.console.report.StatusReport;
import packhorse.core.OperationException;
import packhorse.core.PlainText;
import packhorse.core.content.Sha256;
import packhorse.core.durable.Durably;
import packhorse.core.json.CanonicalJson;
import packhorse.core.json.Json;
import packhorse.core.json.Json.JsonArray;
import packhorse.core.json.Json.JsonInteger;
import packhorse.core.json.Json.JsonObject;
import packhorse.core.json.Json.JsonString;
import packhorse.core.json.JsonFields;
import packhorse.core.json.JsonReader;
import packhorse.core.trust.SigningKey;
import packhorse.core.trust.VerifyingKey;

/**
 * One signed zip archive.
 *
 * <pre>
 *   order.html order.json    the record: requests, approvals, plan and signatures, checklists, decisions, waves, history
 *   plan.json                the bytes that the plan's digest, and every signature under it, is over
 *   distribution-log.csv     one line for each attempt of each endpoint
 *   status.* evaluation.* savings.*
 *   audit.jsonl              the links that concern the order, each with the digest before it
 *   attachments/NAME
 *   manifest.json            order, plan digest, chain head, and of each file above its length and SHA-256; canonical JSON
 *   signature.json           Ed25519 over "packhorse-evidence-1\n" and the manifest
 * </pre>
 *
 * <p>The audit links prove what was decided together with a chain that is whole up to the head: the pack carries the head signed, the
 * ledger ({@code packhorse audit verify}) or whoever kept an older pack has the rest.
 */
public final class EvidencePack {
    /** The format this version writes and reads. */
    static final int FORMAT = 1;
    /** Over everything we ever saw; a manifest of so many files is read whole. */
    static final int FILES_MAX = 10_000;

    static final String MANIFEST = "manifest.json";
    static final String SIGNATURE = "signature.json";
    static final String PLAN = "plan.json";
    static final String AUDIT = "audit.jsonl";

    private static final String TYPE = "packhorse-evidence";
    private static final byte[] DOMAIN = "packhorse-evidence-1\n".getBytes(StandardCharsets.US_ASCII);
    private static final String ATTACHMENTS = "attachments/";
    private static final int MANIFEST_BYTES_MAX = 8 << 20;
    private static final int SIGNATURE_BYTES_MAX = 4 << 10;
    private static final int AUDIT_LINE_BYTES_MAX = 2 << 20;
    /** Archives differ by their times otherwise. */
    private static final LocalDateTime TIME = LocalDateTime.of(1980, 1, 1, 0, 0);

    private EvidencePack() {}

    /** A file as the manifest has it. */
    private record Listed(long bytes, Sha256 sha256) {}

    /**
     * What a look at a pack found.
     *
     * @param order whose evidence it says it is; empty where it does not even say that
     * @param head the chain's newest link when it was made, where the manifest could be read
     * @param faults everything that does not fit, a line each; empty: all of it is proved
     */
    public record Verdict(String order, Optional<Head> head, List<String> faults) {
        public Verdict {
            faults = List.copyOf(faults);
        }

        /** Whether everything fits. */
        public boolean isProved() {
            return faults.isEmpty();
        }
    }

    /**
     * Writes a pack to {@code file}, whether or not that is there.
     *
     * @return the digest of the manifest, which names the pack
     * @throws OperationException where it cannot be written
     */
    public static Sha256 write(EvidenceContents contents, SigningKey key, Path file) {
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        try {
            Sha256 digest;
            try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(fresh), 1 << 16)) {
                digest = write(contents, key, out);
            }
            Durably.flush(fresh);
            Durably.rename(fresh, file);
            Durably.flush(Durably.directoryOf(file));
            return digest;
        } catch (IOException | UncheckedIOException e) {
            try {
                Files.deleteIfExists(fresh);
            } catch (IOException left) {
                e.addSuppressed(left);
            }
            throw new OperationException("the evidence pack " + file + " cannot be written: " + e.getMessage(), e);
        }
    }

    /** Writes a pack; {@code out} stays open. */
    static Sha256 write(EvidenceContents contents, SigningKey key, OutputStream out) throws IOException {
        SortedMap<String, Listed> files = new TreeMap<>();
        ZipOutputStream zip = new ZipOutputStream(out, StandardCharsets.UTF_8);
        report(zip, files, OrderRecord.of(contents.story()));
        report(zip, files, StatusReport.of(contents.story()));
        report(zip, files, EvaluationReport.of(contents.story()));
        report(
                zip,
                files,
                Savings.report(
                        contents.story().order().id().toString(),
                        contents.story().sites(),
                        contents.story().at()));
        if (contents.plan().isPresent()) {
            add(zip, files, PLAN, contents.plan().get());
        }
        add(zip, files, "distribution-log.csv", to -> {
            Writer writer = new OutputStreamWriter(to, StandardCharsets.UTF_8);
            DistributionLog.csv(contents.log(), writer);
            writer.flush();
        });
        add(zip, files, AUDIT, to -> {
            for (BoundLink link : contents.links()) {
                to.write(auditLine(link));
                to.write('\n');
            }
        });
        for (Map.Entry<String, byte[]> one : contents.more().entrySet()) {
            add(zip, files, ATTACHMENTS + one.getKey(), one.getValue());
        }
        byte[] manifest = CanonicalJson.encode(manifest(contents, files));
        add(zip, new TreeMap<>(), MANIFEST, manifest);
        Map<String, Json> signature = new TreeMap<>();
        signature.put("keyid", new JsonString(key.publicKey().keyId().hex()));
        signature.put("signature", new JsonString(HexFormat.of().formatHex(key.sign(signed(manifest)))));
        add(zip, new TreeMap<>(), SIGNATURE, CanonicalJson.encode(JsonObject.of(signature)));
        zip.finish();
        return Sha256.of(manifest);
    }

    /** What writes a file's bytes. */
    private interface Body {
        void writeTo(OutputStream out) throws IOException;
    }

    private static void report(ZipOutputStream zip, SortedMap<String, Listed> files, Report report) throws IOException {
        add(zip, files, report.kind() + ".html", Html.of(report).getBytes(StandardCharsets.UTF_8));
        add(zip, files, report.kind() + ".json", ReportJson.of(report).getBytes(StandardCharsets.UTF_8));
        if (report.kind().equals("savings")) {
            for (Block.Table table : report.tables()) {
                add(zip, files, "savings-" + table.key() + ".csv", Csv.of(table).getBytes(StandardCharsets.UTF_8));
            }
        }
    }

    private static void add(ZipOutputStream zip, SortedMap<String, Listed> files, String name, byte[] bytes)
            throws IOException {
        add(zip, files, name, out -> out.write(bytes));
    }

    private static void add(ZipOutputStream zip, SortedMap<String, Listed> files, String name, Body body)
            throws IOException {
        ZipEntry entry = new ZipEntry(name);
        entry.setTimeLocal(TIME);
        zip.putNextEntry(entry);
        Counted counted = new Counted(zip);
        body.writeTo(counted);
        zip.closeEntry();
        files.put(name, new Listed(counted.bytes, Sha256.ofDigest(counted.digest.digest())));
    }

    private static final class Counted extends FilterOutputStream {
        private final MessageDigest digest = Sha256.newDigest();
        private long bytes;

        Counted(OutputStream out) {
            super(out);
        }

        @Override
        public void write(int b) throws IOException {
            out.write(b);
            digest.update((byte) b);
            bytes++;
        }

        @Override
        public void write(byte[] some, int offset, int length) throws IOException {
            out.write(some, offset, length);
            digest.update(some, offset, length);
            bytes += length;
        }

        /** Writers close what they write to; the archive goes on. */
        @Override
        public void close() throws IOException {
            flush();
        }
    }

    private static byte[] auditLine(BoundLink bound) {
        Map<String, Json> line = new TreeMap<>();
        line.put("number", new JsonInteger(bound.link().number()));
        line.put("before", new JsonString(bound.before().hex()));
        line.put("digest", new JsonString(bound.link().digest().hex()));
        line.put("entry", JsonReader.parse(bound.link().bytes()));
        return CanonicalJson.encode(JsonObject.of(line));
    }

    private static Json manifest(EvidenceContents contents, SortedMap<String, Listed> files) {
        List<Json> listed = new ArrayList<>();
        files.forEach((name, file) -> listed.add(JsonObject.of(Map.of(
                "path",
                new JsonString(name),
                "bytes",
                new JsonInteger(file.bytes()),
                "sha256",
                new JsonString(file.sha256().hex())))));
        Map<String, Json> out = new TreeMap<>();
        out.put("type", new JsonString(TYPE));
        out.put("format", new JsonInteger(FORMAT));
        out.put("order", new JsonString(contents.story().order().id().toString()));
        out.put("at", new JsonString(contents.story().at().toString()));
        contents.story().planDigest().ifPresent(digest -> out.put("plan", new JsonString(digest.hex())));
        out.put(
                "chain",
                JsonObject.of(Map.of(
                        "number",
                        new JsonInteger(contents.head().number()),
                        "digest",
                        new JsonString(contents.head().digest().hex()))));
        out.put("files", new JsonArray(listed));
        return JsonObject.of(out);
    }

    private static byte[] signed(byte[] manifest) {
        byte[] bytes = Arrays.copyOf(DOMAIN, DOMAIN.length + manifest.length);
        System.arraycopy(manifest, 0, bytes, DOMAIN.length, manifest.length);
        return bytes;
    }

    /** Proves a pack, or says exactly what of it does not fit. */
    public static Verdict verify(Path file, VerifyingKey key) {
        try (ZipFile zip = new ZipFile(file.toFile(), StandardCharsets.UTF_8)) {
            return new Verification(zip, key).verdict();
        } catch (IOException | IllegalArgumentException e) {
            return new Verdict(
                    "",
                    Optional.empty(),
                    List.of(file + " cannot be read as an archive: " + PlainText.line(String.valueOf(e.getMessage()))));
        }
    }

    /** One look at one archive. */
    private static final class Verification {
        private final ZipFile zip;
        private final VerifyingKey key;
        private final List<String> faults = new ArrayList<>();

        Verification(ZipFile zip, VerifyingKey key) {
            this.zip = zip;
            this.key = key;
        }

        private record Manifest(
                String order, Instant at, Optional<Sha256> plan, Head head, SortedMap<String, Listed> files) {}

        Verdict verdict() throws IOException {
            Set<String> names = new HashSet<>();
            for (ZipEntry entry : zip.stream().limit(FILES_MAX + 1L).toList()) {
                if (!names.add(entry.getName())) {
                    faults.add(shown(entry.getName()) + " stands twice in the archive");
                }
            }
            if (names.size() > FILES_MAX) {
                faults.add("the archive holds more than " + FILES_MAX + " files");
                return new Verdict("", Optional.empty(), faults);
            }
            Optional<byte[]> bytes = read(MANIFEST, MANIFEST_BYTES_MAX);
            if (bytes.isEmpty()) {
                return new Verdict("", Optional.empty(), faults);
            }
            signature(bytes.get());
            Manifest manifest;
            try {
                manifest = manifest(bytes.get());
            } catch (IllegalArgumentException e) {
                faults.add(MANIFEST + " is none: " + shown(String.valueOf(e.getMessage())));
                return new Verdict("", Optional.empty(), faults);
            }
            for (Map.Entry<String, Listed> listed : manifest.files().entrySet()) {
                file(listed.getKey(), listed.getValue());
            }
            names.stream()
                    .filter(name ->
                            !manifest.files().containsKey(name) && !name.equals(MANIFEST) && !name.equals(SIGNATURE))
                    .sorted()
                    .forEach(name -> faults.add(shown(name) + " is not in the manifest"));
            plan(manifest);
            audit(manifest);
            return new Verdict(manifest.order(), Optional.of(manifest.head()), faults);
        }

        private void signature(byte[] manifest) throws IOException {
            Optional<byte[]> bytes = read(SIGNATURE, SIGNATURE_BYTES_MAX);
            if (bytes.isEmpty()) {
                return;
            }
            try {
                JsonFields fields = JsonFields.of(JsonReader.parse(bytes.get()), SIGNATURE);
                String keyid = fields.string("keyid");
                byte[] signature = HexFormat.of().parseHex(fields.string("signature"));
                fields.done();
                if (!keyid.equals(key.keyId().hex())) {
                    faults.add("the pack is signed with the key " + shown(keyid) + ", not with "
                            + key.keyId().hex());
                } else if (!key.verify(signed(manifest), signature)) {
                    faults.add("the signature is not over this manifest: one of them was changed");
                }
            } catch (IllegalArgumentException e) {
                faults.add(SIGNATURE + " is none: " + shown(String.valueOf(e.getMessage())));
            }
        }

        private static Manifest manifest(byte[] bytes) {
            Json json = JsonReader.parse(bytes);
            if (!Arrays.equals(CanonicalJson.encode(json), bytes)) {
                throw new IllegalArgumentException("it is not in canonical form");
            }
            JsonFields fields = JsonFields.of(json, "the manifest");
            if (!fields.string("type").equals(TYPE)) {
                throw new IllegalArgumentException("its type is not " + TYPE);
            }
            long format = fields.integer("format");
            if (format != FORMAT) {
                throw new IllegalArgumentException(
                        "it has format " + format + ", this version reads " + FORMAT + "; update Packhorse");
            }
            SortedMap<String, Listed> files = new TreeMap<>();
            for (JsonFields file : fields.objects("files")) {
                String path = file.string("path");
                Listed listed =
                        new Listed(file.integer("bytes", 0, Long.MAX_VALUE), Sha256.parse(file.string("sha256")));
                file.done();
                if (files.put(path, listed) != null) {
                    throw new IllegalArgumentException(path + " stands twice in it");
                }
            }
            JsonFields chain = fields.object("chain");
            Head head = new Head(chain.integer("number", 0, Long.MAX_VALUE), Sha256.parse(chain.string("digest")));
            chain.done();
            Manifest manifest;
            try {
                manifest = new Manifest(
                        fields.string("order"),
                        Instant.parse(fields.string("at")),
                        fields.optionalString("plan").map(Sha256::parse),
                        head,
                        files);
            } catch (java.time.DateTimeException e) {
                throw new IllegalArgumentException("its time is none", e);
            }
            fields.done();
            return manifest;
        }

        /** Of a file that may be as long as {@code bytesMax}; a fault where it is missing or longer. */
        private Optional<byte[]> read(String name, int bytesMax) throws IOException {
            ZipEntry entry = zip.getEntry(name);
            if (entry == null) {
                faults.add(name + " is missing");
                return Optional.empty();
            }
            try (InputStream in = zip.getInputStream(entry)) {
                byte[] bytes = in.readNBytes(bytesMax + 1);
                if (bytes.length > bytesMax) {
                    faults.add(name + " is longer than " + bytesMax + " bytes");
                    return Optional.empty();
                }
                return Optional.of(bytes);
            } catch (java.util.zip.ZipException e) {
                faults.add(name + " cannot be unpacked: " + shown(String.valueOf(e.getMessage())));
                return Optional.empty();
            }
        }

        private void file(String name, Listed listed) throws IOException {
            ZipEntry entry = zip.getEntry(name);
            if (entry == null) {
                faults.add(shown(name) + " is missing");
                return;
            }
            MessageDigest digest = Sha256.newDigest();
            long bytes = 0;
            try (InputStream in = zip.getInputStream(entry)) {
                byte[] some = new byte[1 << 16];
                for (int n = in.read(some); n > 0 && bytes <= listed.bytes(); n = in.read(some)) {
                    digest.update(some, 0, n);
                    bytes += n;
                }
            } catch (java.util.zip.ZipException e) {
                faults.add(shown(name) + " cannot be unpacked: " + shown(String.valueOf(e.getMessage())));
                return;
            }
            Sha256 found = Sha256.ofDigest(digest.digest());
            if (bytes != listed.bytes()) {
                faults.add(shown(name) + " is " + (bytes > listed.bytes() ? "longer" : "shorter") + " than the "
                        + listed.bytes() + " bytes of the manifest");
            } else if (!found.equals(listed.sha256())) {
                faults.add(shown(name) + " was changed: its SHA-256 is " + found.hex() + ", in the manifest "
                        + listed.sha256().hex());
            }
        }

        private void plan(Manifest manifest) {
            Listed plan = manifest.files().get(PLAN);
            if (manifest.plan().isPresent() != (plan != null)) {
                faults.add(PLAN
                        + (plan == null
                                ? " is missing, though the order has a plan"
                                : " is of no plan that the manifest names"));
            } else if (plan != null && manifest.plan().stream().noneMatch(plan.sha256()::equals)) {
                faults.add(PLAN + " is not the plan that was signed: the manifest names another digest");
            }
        }

        private void audit(Manifest manifest) throws IOException {
            ZipEntry entry = zip.getEntry(AUDIT);
            if (entry == null || !manifest.files().containsKey(AUDIT)) {
                faults.add(AUDIT + " is missing");
                return;
            }
            Optional<AuditLink> last = Optional.empty();
            try (InputStream in = zip.getInputStream(entry)) {
                for (Optional<byte[]> line = line(in); line.isPresent(); line = line(in)) {
                    last = Optional.of(link(line.get(), last, manifest.head()));
                }
            } catch (IllegalArgumentException e) {
                faults.add(AUDIT + ": " + shown(String.valueOf(e.getMessage())));
            } catch (java.util.zip.ZipException e) {
                faults.add(AUDIT + " cannot be unpacked: " + shown(String.valueOf(e.getMessage())));
            }
        }

        private AuditLink link(byte[] line, Optional<AuditLink> last, Head head) {
            JsonFields fields = JsonFields.of(JsonReader.parse(line), "an audit link");
            Sha256 before = Sha256.parse(fields.string("before"));
            AuditLink link = new AuditLink(
                    fields.integer("number", 1, Long.MAX_VALUE),
                    CanonicalJson.encode(fields.json("entry")),
                    Sha256.parse(fields.string("digest")));
            fields.done();
            new AuditChain(link.number() - 1, before).follow(link).ifPresent(fault -> faults.add(AUDIT + ": " + fault));
            if (last.filter(one -> one.number() >= link.number()).isPresent()) {
                faults.add(AUDIT + ": link " + link.number() + " stands behind link "
                        + last.map(AuditLink::number).orElse(0L));
            }
            if (last.filter(one ->
                            one.number() + 1 == link.number() && !one.digest().equals(before))
                    .isPresent()) {
                faults.add(AUDIT + ": link " + link.number() + " is not bound to the link before it");
            }
            boolean beyond = link.number() > head.number();
            boolean other = link.number() == head.number() && !link.digest().equals(head.digest());
            if (beyond || other) {
                faults.add(AUDIT + ": link " + link.number() + " does not fit the chain's head, link " + head.number());
            }
            return link;
        }

        private static Optional<byte[]> line(InputStream in) throws IOException {
            java.io.ByteArrayOutputStream line = new java.io.ByteArrayOutputStream();
            int b = in.read();
            if (b < 0) {
                return Optional.empty();
            }
            while (b >= 0 && b != '\n') {
                line.write(b);
                if (line.size() > AUDIT_LINE_BYTES_MAX) {
                    throw new IllegalArgumentException("a line is longer than " + AUDIT_LINE_BYTES_MAX + " bytes");
                }
                b = in.read();
            }
            return Optional.of(line.toByteArray());
        }

        private static String shown(String text) {
            String line = PlainText.line(text);
            return line.length() <= 200 ? line : line.substring(0, 200) + "…";
        }
    }
}
