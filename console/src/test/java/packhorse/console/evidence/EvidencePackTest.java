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

    private static byte[] forged(String name) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            zip.putNextEntry(new ZipEntry(name));
            zip.write("nobody approved this".getBytes(StandardCharsets.US_ASCII));
            zip.closeEntry();
        }
        byte[] whole = bytes.toByteArray();
        int directory = whole.length - 22 - (46 + name.length());
        return java.util.Arrays.copyOf(whole, directory);
    }

    /** All offsets of the directory moved by what is put in at {@code at}. */
    private static byte[] with(byte[] whole, int at, byte[] more) {
        java.nio.ByteBuffer out =
                java.nio.ByteBuffer.allocate(whole.length + more.length).order(java.nio.ByteOrder.LITTLE_ENDIAN);
        out.put(whole, 0, at).put(more).put(whole, at, whole.length - at);
        int end = out.capacity() - 22;
        int directory = out.getInt(end + 16);
        if (at <= directory) {
            directory += more.length;
            out.putInt(end + 16, directory);
        }
        for (int entry = directory; entry < end; ) {
            int from = out.getInt(entry + 42);
            if (from >= at) {
                out.putInt(entry + 42, from + more.length);
            }
            entry += 46 + out.getChar(entry + 28) + out.getChar(entry + 30) + out.getChar(entry + 32);
        }
        return out.array();
    }

    /** What reads from the beginning would see, and what reads by the directory does not. */
    @Test
    void foreignBytesAreNamedWhereverTheyStand() throws IOException {
        byte[] whole = Files.readAllBytes(pack());
        java.nio.ByteBuffer read = java.nio.ByteBuffer.wrap(whole).order(java.nio.ByteOrder.LITTLE_ENDIAN);
        int end = whole.length - 22;
        int directory = read.getInt(end + 16);
        int second = read.getInt(directory + 46 + read.getChar(directory + 28) + 42);
        byte[] entry = forged("order.html");
        Map<String, byte[]> tried = new LinkedHashMap<>();
        tried.put("before, untold", joined(entry, whole));
        tried.put("before", with(whole, 0, entry));
        tried.put("between", with(whole, second, entry));
        tried.put("rubbish between", with(whole, second, new byte[7]));
        tried.put("behind the last", with(whole, directory, entry));
        tried.put("behind the directory", with(whole, end, entry));
        tried.put("behind the end", joined(whole, entry));
        byte[] comment = joined(whole, entry);
        comment[whole.length - 2] = (byte) entry.length;
        comment[whole.length - 1] = (byte) (entry.length >>> 8);
        tried.put("in the comment", comment);
        for (Map.Entry<String, byte[]> one : tried.entrySet()) {
            Path file = Files.write(folder.resolve("foreign.zip"), one.getValue());
            EvidenceVerification.Verdict verdict = EvidenceVerification.of(file, KEY.publicKey());
            assertTrue(!verdict.isProved(), one.getKey());
            assertEquals(1, verdict.faults().size(), one.getKey() + ": " + verdict.faults());
        }
        Path file = Files.write(folder.resolve("same.zip"), with(whole, second, new byte[0]));
        assertEquals(List.of(), EvidenceVerification.of(file, KEY.publicKey()).faults(), "the test moves nothing else");
    }

    private static byte[] joined(byte[] one, byte[] other) {
        byte[] both = java.util.Arrays.copyOf(one, one.length + other.length);
        System.arraycopy(other, 0, both, one.length, other.length);
        return both;
    }

    @Test
    void aTrailThatIsWrongInEveryLineIsToldInAHundred() {
        EvidenceContents right = contents();
        BoundLink link = contents().links().next();
        BoundLink wrong = new BoundLink(Sha256.of(new byte[1]), link.link());
        Path file = folder.resolve("wrong.zip");
        EvidencePack.write(
                new EvidenceContents(
                        right.story(),
                        right.plan(),
                        right.log(),
                        java.util.stream.Stream.generate(() -> wrong)
                                .limit(5_000)
                                .iterator(),
                        right.head(),
                        right.more()),
                KEY,
                file);
        List<String> faults = EvidenceVerification.of(file, KEY.publicKey()).faults();
        assertEquals(100, faults.size());
        assertEquals("there are more faults than 99", faults.getLast());
    }

    @Test
    void whileItIsMadeNobodyElseReadsItAndWhatBreaksLeavesNothing() throws IOException {
        EvidenceContents right = contents();
        Path file = folder.resolve("half.zip");
        List<String> seen = new ArrayList<>();
        java.util.Iterator<BoundLink> links = java.util.stream.Stream.<BoundLink>generate(() -> {
                    try {
                        seen.add(java.nio.file.attribute.PosixFilePermissions.toString(
                                Files.getPosixFilePermissions(folder.resolve("half.zip.new"))));
                    } catch (IOException e) {
                        throw new java.io.UncheckedIOException(e);
                    }
                    throw new IllegalStateException("a link cannot be read");
                })
                .iterator();
        assertThrows(
                IllegalStateException.class,
                () -> EvidencePack.write(
                        new EvidenceContents(
                                right.story(), right.plan(), right.log(), links, right.head(), right.more()),
                        KEY,
                        file));
        assertEquals(List.of("rw-------"), seen);
        try (java.util.stream.Stream<Path> left = Files.list(folder)) {
            assertEquals(List.of(), left.toList());
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
