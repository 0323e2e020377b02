package packhorse.console.evidence;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import packhorse.console.Proves;
import packhorse.console.audit.AuditChain;
import packhorse.console.audit.AuditEntry;
import packhorse.console.audit.AuditLink;
import packhorse.console.audit.BoundLink;
import packhorse.console.evidence.EvidenceContents.Head;
import packhorse.console.report.Stories;
import packhorse.core.content.Sha256;
import packhorse.core.trust.SigningKey;

final class EvidencePackTest {
    private static final SigningKey KEY = SigningKey.generate(new SecureRandom());

    @TempDir
    private Path folder = Path.of("");

    private static EvidenceContents contents() {
        AuditChain chain = new AuditChain();
        List<BoundLink> links = new ArrayList<>();
        for (int n = 1; n <= 5; n++) {
            Sha256 before = chain.digest();
            AuditLink link = chain.add(new AuditEntry(
                    Stories.NOON, "bert", "approver", "order.approve", "CO-2026-000" + n, new TreeMap<>()));
            // Link 3 is another order's.
            if (n != 3) {
                links.add(new BoundLink(before, link));
            }
        }
        return new EvidenceContents(
                Stories.story(),
                Optional.of(Stories.PLAN),
                List.of(Stories.line(1), Stories.line(2)).iterator(),
                links.iterator(),
                new Head(chain.number(), chain.digest()),
                new TreeMap<>(Map.of("photo.png", new byte[] {1, 2, 3})));
    }

    private Path pack() {
        Path file = folder.resolve("evidence.zip");
        EvidencePack.write(contents(), KEY, file);
        return file;
    }

    private static Map<String, byte[]> files(Path file) throws IOException {
        Map<String, byte[]> files = new LinkedHashMap<>();
        try (InputStream in = Files.newInputStream(file);
                ZipInputStream zip = new ZipInputStream(in)) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                files.put(entry.getName(), zip.readAllBytes());
            }
        }
        return files;
    }

    /** The pack with something changed in it, by whoever has everything but the key. */
    private List<String> faultsOf(Consumer<Map<String, byte[]>> change) throws IOException {
        Map<String, byte[]> files = files(pack());
        change.accept(files);
        Path changed = folder.resolve("changed.zip");
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(changed))) {
            for (Map.Entry<String, byte[]> one : files.entrySet()) {
                zip.putNextEntry(new ZipEntry(one.getKey()));
                zip.write(one.getValue());
                zip.closeEntry();
            }
        }
        return EvidenceVerification.of(changed, KEY.publicKey()).faults();
    }

    private static byte[] replaced(byte[] bytes, String from, String to) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        assertTrue(text.contains(from), from);
        return text.replace(from, to).getBytes(StandardCharsets.UTF_8);
    }

    @Test
    @Proves("PROCESS 4 evidence pack")
    void aPackHoldsTheWholeStoryAndProvesItself() throws IOException {
        Path file = pack();
        EvidenceVerification.Verdict verdict = EvidenceVerification.of(file, KEY.publicKey());
        assertEquals(List.of(), verdict.faults());
        assertEquals("CO-2026-0001", verdict.order());
        assertEquals(Optional.of(contents().head()), verdict.head());
        assertEquals(
                List.of(
                        "order.html",
                        "order.json",
                        "status.html",
                        "status.json",
                        "evaluation.html",
                        "evaluation.json",
                        "savings.html",
                        "savings.json",
                        "savings-sites.csv",
                        "plan.json",
                        "distribution-log.csv",
                        "audit.jsonl",
                        "attachments/photo.png",
                        "manifest.json",
                        "signature.json"),
                List.copyOf(files(file).keySet()));
    }

    @Test
    void theSameContentsAreTheSameBytes() throws IOException {
        ByteArrayOutputStream one = new ByteArrayOutputStream();
        ByteArrayOutputStream other = new ByteArrayOutputStream();
        assertEquals(EvidencePack.write(contents(), KEY, one), EvidencePack.write(contents(), KEY, other));
        assertArrayEquals(one.toByteArray(), other.toByteArray());
    }

    @Test
    void everyChangedFileIsNamed() throws IOException {
        for (String name : files(pack()).keySet()) {
            List<String> faults = faultsOf(files -> files.computeIfPresent(name, (unusedName, bytes) -> {
                byte[] changed = bytes.clone();
                changed[changed.length / 2] ^= 1;
                return changed;
            }));
            assertTrue(
                    faults.stream()
                            .anyMatch(fault -> fault.contains(name)
                                    || name.equals("signature.json")
                                    || name.equals("manifest.json")),
                    name + ": " + faults);
            assertTrue(!faults.isEmpty(), name);
        }
    }

    @Test
    void everyMissingFileIsNamed() throws IOException {
        for (String name : files(pack()).keySet()) {
            List<String> faults = faultsOf(files -> files.remove(name));
            assertTrue(faults.contains(name + " is missing"), name + ": " + faults);
        }
    }

    @Test
    void whatIsAddedOrLongerIsNamed() throws IOException {
        assertEquals(
                List.of("../../etc/passwd is not in the manifest", "extra.txt is not in the manifest"),
                faultsOf(files -> {
                    files.put("extra.txt", new byte[1]);
                    files.put("../../etc/passwd", new byte[1]);
                }));
        assertEquals(
                List.of("attachments/photo.png is longer than the 3 bytes of the manifest"),
                faultsOf(files -> files.put("attachments/photo.png", new byte[5_000_000])));
    }

    @Test
    void aManifestThatWasMadeToFitIsNotWhatWasSigned() throws IOException {
        List<String> faults = faultsOf(files -> {
            byte[] forged = {9, 9, 9};
            files.put("attachments/photo.png", forged);
            files.computeIfPresent(
                    "manifest.json",
                    (unusedName, bytes) -> replaced(
                            bytes,
                            Sha256.of(new byte[] {1, 2, 3}).hex(),
                            Sha256.of(forged).hex()));
        });
        assertEquals(List.of("the signature is not over this manifest: one of them was changed"), faults);
    }

    @Test
    void anotherKeyIsNamed() {
        SigningKey other = SigningKey.generate(new SecureRandom());
        List<String> faults = EvidenceVerification.of(pack(), other.publicKey()).faults();
        assertEquals(1, faults.size());
        assertTrue(faults.getFirst().startsWith("the pack is signed with the key "), faults.toString());
    }

    /** Whoever signs may be wrong too: a plan that was not signed, a link that does not fit its chain. */
    @Test
    void whatIsSignedAndDoesNotFitTogetherIsNamed() {
        EvidenceContents right = contents();
        Path file = folder.resolve("wrong.zip");
        EvidencePack.write(
                new EvidenceContents(
                        right.story(),
                        Optional.of("{}".getBytes(StandardCharsets.US_ASCII)),
                        right.log(),
                        right.links(),
                        right.head(),
                        right.more()),
                KEY,
                file);
        assertEquals(
                List.of("plan.json is not the plan that was signed: the manifest names another digest"),
                EvidenceVerification.of(file, KEY.publicKey()).faults());
        List<BoundLink> links = new ArrayList<>();
        contents().links().forEachRemaining(links::add);
        links.set(1, new BoundLink(Sha256.of(new byte[1]), links.get(1).link()));
        EvidencePack.write(
                new EvidenceContents(
                        right.story(),
                        right.plan(),
                        List.of(Stories.line(1)).iterator(),
                        links.iterator(),
                        new Head(4, right.head().digest()),
                        right.more()),
                KEY,
                file);
        assertEquals(
                List.of(
                        "audit.jsonl: link 2 does not fit the one before it: its bytes or its digest were changed",
                        "audit.jsonl: link 2 is not bound to the link before it",
                        "audit.jsonl: link 4 does not fit the chain's head, link 4",
                        "audit.jsonl: link 5 does not fit the chain's head, link 4"),
                EvidenceVerification.of(file, KEY.publicKey()).faults());
    }

    @Test
    void whatIsNoArchiveIsNotOne() throws IOException {
        Path file = folder.resolve("x.zip");
        assertEquals(1, EvidenceVerification.of(file, KEY.publicKey()).faults().size());
        Files.writeString(file, "no archive");
        assertEquals(1, EvidenceVerification.of(file, KEY.publicKey()).faults().size());
        byte[] whole = Files.readAllBytes(pack());
        for (int cut = 0; cut < whole.length; cut += 997) {
            Files.write(file, java.util.Arrays.copyOf(whole, cut));
            assertTrue(!EvidenceVerification.of(file, KEY.publicKey()).isProved(), "cut at " + cut);
        }
    }

    @Test
    void aFlippedByteIsNeverProvedAsSomethingElse() throws IOException {
        Path file = folder.resolve("flipped.zip");
        byte[] whole = Files.readAllBytes(pack());
        Map<String, byte[]> right = files(pack());
        for (int at = 0; at < whole.length; at += 53) {
            byte[] flipped = whole.clone();
            flipped[at] ^= 0x10;
            Files.write(file, flipped);
            EvidenceVerification.Verdict verdict = EvidenceVerification.of(file, KEY.publicKey());
            // A byte of a header that says nothing of a file's name or bytes may be another.
            if (verdict.isProved()) {
                try (java.util.zip.ZipFile zip = new java.util.zip.ZipFile(file.toFile())) {
                    for (Map.Entry<String, byte[]> one : right.entrySet()) {
                        ZipEntry entry = java.util.Objects.requireNonNull(zip.getEntry(one.getKey()));
                        assertArrayEquals(
                                one.getValue(), zip.getInputStream(entry).readAllBytes(), one.getKey());
                    }
                }
            }
        }
    }

    @Test
    void anAttachmentsNameIsNoPath() {
        EvidenceContents right = contents();
        for (String name : List.of("../x", "a/b", "", ".x", "x\n", "ü".repeat(3))) {
            assertThrows(
                    IllegalArgumentException.class,
                    () -> new EvidenceContents(
                            right.story(),
                            right.plan(),
                            right.log(),
                            right.links(),
                            right.head(),
                            new TreeMap<>(Map.of(name, new byte[1]))));
        }
    }
}
