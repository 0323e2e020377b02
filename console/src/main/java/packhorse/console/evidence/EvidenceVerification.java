package packhorse.console.evidence;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import packhorse.console.audit.AuditChain;
import packhorse.console.audit.AuditLink;
import packhorse.console.evidence.EvidenceContents.Head;
import packhorse.core.PlainText;
import packhorse.core.content.Sha256;
import packhorse.core.json.CanonicalJson;
import packhorse.core.json.Json;
import packhorse.core.json.JsonFields;
import packhorse.core.json.JsonReader;
import packhorse.core.trust.VerifyingKey;

/**
 * One look at one pack, by whoever has the public key from elsewhere. It reads no further than the manifest allows and goes on after a fault, so
 * that everything that does not fit is named. An archive that holds anything beside its files is not proved either: what reads it from its
 * beginning would see other files than what reads it by its directory.
 */
public final class EvidenceVerification {
    /** Over everything we ever saw; a manifest of so many files is read whole. */
    private static final int FILES_MAX = 10_000;

    private static final int MANIFEST_BYTES_MAX = 8 << 20;
    private static final int SIGNATURE_BYTES_MAX = 4 << 10;
    private static final int AUDIT_LINE_BYTES_MAX = 2 << 20;

    /** Whoever reads them knows long before that nothing is proved. */
    private static final int FAULTS_MAX = 100;

    private final Path file;
    private final ZipFile zip;
    private final VerifyingKey key;
    private final List<String> faults = new ArrayList<>();

    private EvidenceVerification(Path file, ZipFile zip, VerifyingKey key) {
        this.file = file;
        this.zip = zip;
        this.key = key;
    }

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

    /** Proves a pack, or says exactly what of it does not fit. */
    public static Verdict of(Path file, VerifyingKey key) {
        try (ZipFile zip = new ZipFile(file.toFile(), StandardCharsets.UTF_8)) {
            return new EvidenceVerification(file, zip, key).verdict();
        } catch (IOException | IllegalArgumentException e) {
            return new Verdict(
                    "",
                    Optional.empty(),
                    List.of(file + " cannot be read as an archive: " + PlainText.line(String.valueOf(e.getMessage()))));
        }
    }

    /** One more; the last one that is kept says that there are others. */
    private void fault(String line) {
        if (faults.size() < FAULTS_MAX) {
            faults.add(faults.size() < FAULTS_MAX - 1 ? line : "there are more faults than " + (FAULTS_MAX - 1));
        }
    }

    private record Manifest(
            String order, Instant at, Optional<Sha256> plan, Head head, SortedMap<String, EvidencePack.Listed> files) {}

    private Verdict verdict() throws IOException {
        Set<String> names = new HashSet<>();
        for (ZipEntry entry : zip.stream().limit(FILES_MAX + 1L).toList()) {
            if (!names.add(entry.getName())) {
                fault(shown(entry.getName()) + " stands twice in the archive");
            }
        }
        if (names.size() > FILES_MAX) {
            fault("the archive holds more than " + FILES_MAX + " files");
            return new Verdict("", Optional.empty(), faults);
        }
        Optional<byte[]> bytes = read(EvidencePack.MANIFEST, MANIFEST_BYTES_MAX);
        if (bytes.isEmpty()) {
            return new Verdict("", Optional.empty(), faults);
        }
        signature(bytes.get());
        Manifest manifest;
        try {
            manifest = manifest(bytes.get());
        } catch (IllegalArgumentException e) {
            fault(EvidencePack.MANIFEST + " is none: " + shown(String.valueOf(e.getMessage())));
            return new Verdict("", Optional.empty(), faults);
        }
        Set<String> whole = new HashSet<>();
        for (Map.Entry<String, EvidencePack.Listed> listed : manifest.files().entrySet()) {
            if (file(listed.getKey(), listed.getValue())) {
                whole.add(listed.getKey());
            }
        }
        names.stream()
                .filter(name -> !manifest.files().containsKey(name)
                        && !name.equals(EvidencePack.MANIFEST)
                        && !name.equals(EvidencePack.SIGNATURE))
                .sorted()
                .forEach(name -> fault(shown(name) + " is not in the manifest"));
        plan(manifest);
        if (!manifest.files().containsKey(EvidencePack.AUDIT)) {
            fault(EvidencePack.AUDIT + " is missing");
        } else if (whole.contains(EvidencePack.AUDIT)) {
            audit(manifest);
        }
        if (faults.isEmpty()) {
            ZipLayout.fault(file).ifPresent(wrong -> fault("the archive is more than its files: " + shown(wrong)));
        }
        return new Verdict(manifest.order(), Optional.of(manifest.head()), faults);
    }

    private void signature(byte[] manifest) throws IOException {
        Optional<byte[]> bytes = read(EvidencePack.SIGNATURE, SIGNATURE_BYTES_MAX);
        if (bytes.isEmpty()) {
            return;
        }
        try {
            JsonFields fields = JsonFields.of(JsonReader.parse(bytes.get()), EvidencePack.SIGNATURE);
            String keyid = fields.string("keyid");
            byte[] signature = HexFormat.of().parseHex(fields.string("signature"));
            fields.done();
            if (!keyid.equals(key.keyId().hex())) {
                fault("the pack is signed with the key " + shown(keyid) + ", not with "
                        + key.keyId().hex());
            } else if (!key.verify(EvidencePack.signed(manifest), signature)) {
                fault("the signature is not over this manifest: one of them was changed");
            }
        } catch (IllegalArgumentException e) {
            fault(EvidencePack.SIGNATURE + " is none: " + shown(String.valueOf(e.getMessage())));
        }
    }

    private static Manifest manifest(byte[] bytes) {
        Json json = JsonReader.parse(bytes);
        if (!Arrays.equals(CanonicalJson.encode(json), bytes)) {
            throw new IllegalArgumentException("it is not in canonical form");
        }
        JsonFields fields = JsonFields.of(json, "the manifest");
        if (!fields.string("type").equals(EvidencePack.TYPE)) {
            throw new IllegalArgumentException("its type is not " + EvidencePack.TYPE);
        }
        long format = fields.integer("format");
        if (format != EvidencePack.FORMAT) {
            throw new IllegalArgumentException(
                    "it has format " + format + ", this version reads " + EvidencePack.FORMAT + "; update Packhorse");
        }
        SortedMap<String, EvidencePack.Listed> files = new TreeMap<>();
        for (JsonFields file : fields.objects("files")) {
            String path = file.string("path");
            EvidencePack.Listed listed = new EvidencePack.Listed(
                    file.integer("bytes", 0, Long.MAX_VALUE), Sha256.parse(file.string("sha256")));
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
            fault(name + " is missing");
            return Optional.empty();
        }
        try (InputStream in = zip.getInputStream(entry)) {
            byte[] bytes = in.readNBytes(bytesMax + 1);
            if (bytes.length > bytesMax) {
                fault(name + " is longer than " + bytesMax + " bytes");
                return Optional.empty();
            }
            return Optional.of(bytes);
        } catch (java.util.zip.ZipException e) {
            fault(name + " cannot be unpacked: " + shown(String.valueOf(e.getMessage())));
            return Optional.empty();
        }
    }

    /** Whether it is what the manifest says. */
    private boolean file(String name, EvidencePack.Listed listed) throws IOException {
        ZipEntry entry = zip.getEntry(name);
        if (entry == null) {
            fault(shown(name) + " is missing");
            return false;
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
            fault(shown(name) + " cannot be unpacked: " + shown(String.valueOf(e.getMessage())));
            return false;
        }
        Sha256 found = Sha256.ofDigest(digest.digest());
        if (bytes != listed.bytes()) {
            fault(shown(name) + " is " + (bytes > listed.bytes() ? "longer" : "shorter") + " than the " + listed.bytes()
                    + " bytes of the manifest");
        } else if (!found.equals(listed.sha256())) {
            fault(shown(name) + " was changed: its SHA-256 is " + found.hex() + ", in the manifest "
                    + listed.sha256().hex());
        } else {
            return true;
        }
        return false;
    }

    private void plan(Manifest manifest) {
        EvidencePack.Listed plan = manifest.files().get(EvidencePack.PLAN);
        if (manifest.plan().isPresent() != (plan != null)) {
            fault(EvidencePack.PLAN
                    + (plan == null
                            ? " is missing, though the order has a plan"
                            : " is of no plan that the manifest names"));
        } else if (plan != null && manifest.plan().stream().noneMatch(plan.sha256()::equals)) {
            fault(EvidencePack.PLAN + " is not the plan that was signed: the manifest names another digest");
        }
    }

    private void audit(Manifest manifest) throws IOException {
        Optional<AuditLink> last = Optional.empty();
        try (InputStream in =
                new BufferedInputStream(zip.getInputStream(Objects.requireNonNull(zip.getEntry(EvidencePack.AUDIT))))) {
            for (Optional<byte[]> line = line(in); line.isPresent() && faults.size() < FAULTS_MAX; line = line(in)) {
                last = Optional.of(link(line.get(), last, manifest.head()));
            }
        } catch (IllegalArgumentException e) {
            fault(EvidencePack.AUDIT + ": " + shown(String.valueOf(e.getMessage())));
        } catch (java.util.zip.ZipException e) {
            fault(EvidencePack.AUDIT + " cannot be unpacked: " + shown(String.valueOf(e.getMessage())));
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
        new AuditChain(link.number() - 1, before)
                .follow(link)
                .ifPresent(wrong -> fault(EvidencePack.AUDIT + ": " + wrong));
        if (last.filter(one -> one.number() >= link.number()).isPresent()) {
            fault(EvidencePack.AUDIT + ": link " + link.number() + " stands behind link "
                    + last.map(AuditLink::number).orElse(0L));
        }
        if (last.filter(one ->
                        one.number() + 1 == link.number() && !one.digest().equals(before))
                .isPresent()) {
            fault(EvidencePack.AUDIT + ": link " + link.number() + " is not bound to the link before it");
        }
        boolean beyond = link.number() > head.number();
        boolean other = link.number() == head.number() && !link.digest().equals(head.digest());
        if (beyond || other) {
            fault(EvidencePack.AUDIT + ": link " + link.number() + " does not fit the chain's head, link "
                    + head.number());
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
