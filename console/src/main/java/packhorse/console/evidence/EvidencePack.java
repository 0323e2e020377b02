package packhorse.console.evidence;

import java.io.BufferedOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.console.audit.BoundLink;
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
import packhorse.core.content.Sha256;
import packhorse.core.durable.Durably;
import packhorse.core.durable.PrivateFile;
import packhorse.core.json.CanonicalJson;
import packhorse.core.json.Json;
import packhorse.core.json.Json.JsonArray;
import packhorse.core.json.Json.JsonInteger;
import packhorse.core.json.Json.JsonObject;
import packhorse.core.json.Json.JsonString;
import packhorse.core.json.JsonReader;
import packhorse.core.trust.SigningKey;

/**
 * One signed zip archive.
 *
 * <pre>
 *   order.html order.json    the record: requests, approvals, plan and signatures, checklists, decisions, waves, history
 *   plan.json                the bytes that the plan's digest, and every signature under it, is over
 *   distribution-log.csv     one line for each attempt of each endpoint
 *   status.* evaluation.* savings.*
 *   audit.jsonl              the links that concern the order, each with the digest before it
 *   attachments/NAME         reports and records as they are kept; what people attached as A01-NAME, listed in attachments.json
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

    static final String MANIFEST = "manifest.json";
    static final String SIGNATURE = "signature.json";
    static final String PLAN = "plan.json";
    static final String AUDIT = "audit.jsonl";

    static final String TYPE = "packhorse-evidence";
    private static final byte[] DOMAIN = "packhorse-evidence-1\n".getBytes(StandardCharsets.US_ASCII);
    private static final String ATTACHMENTS = "attachments/";
    /** Archives differ by their times otherwise. */
    private static final LocalDateTime TIME = LocalDateTime.of(1980, 1, 1, 0, 0);

    private static final Logger LOG = LoggerFactory.getLogger(EvidencePack.class);

    private EvidencePack() {}

    /** A file as the manifest has it. */
    record Listed(long bytes, Sha256 sha256) {}

    /**
     * Writes a pack to {@code file}, whether or not that is there; nobody but its owner may read it. Where it does not come to its end
     * nothing of it is left.
     *
     * @return the digest of the manifest, which names the pack
     * @throws OperationException where it cannot be written
     */
    public static Sha256 write(EvidenceContents contents, SigningKey key, Path file) {
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        try {
            Sha256 digest;
            try (OutputStream out = new BufferedOutputStream(PrivateFile.create(fresh), 1 << 16)) {
                digest = write(contents, key, out);
            }
            Durably.flush(fresh);
            Durably.rename(fresh, file);
            Durably.flush(Durably.directoryOf(file));
            return digest;
        } catch (IOException | UncheckedIOException e) {
            throw new OperationException("the evidence pack " + file + " cannot be written: " + e.getMessage(), e);
        } finally {
            forget(fresh);
        }
    }

    private static void forget(Path fresh) {
        try {
            Files.deleteIfExists(fresh);
        } catch (IOException left) {
            LOG.warn("{} cannot be removed: {}", fresh, left.getMessage());
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
            while (contents.links().hasNext()) {
                to.write(auditLine(contents.links().next()));
                to.write('\n');
            }
        });
        for (Map.Entry<String, byte[]> one : contents.more().entrySet()) {
            add(zip, files, ATTACHMENTS + one.getKey(), one.getValue());
        }
        while (contents.attached().hasNext()) {
            EvidenceContents.Attached one = contents.attached().next();
            add(zip, files, ATTACHMENTS + one.name(), one.bytes().get());
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

    /** What the signature is over. */
    static byte[] signed(byte[] manifest) {
        byte[] bytes = Arrays.copyOf(DOMAIN, DOMAIN.length + manifest.length);
        System.arraycopy(manifest, 0, bytes, DOMAIN.length, manifest.length);
        return bytes;
    }
}
