package packhorse.seeder.build;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.OperationException;
import packhorse.core.content.BlobRef;
import packhorse.core.content.ContentHasher;
import packhorse.core.content.ContentHashes;
import packhorse.core.content.FileEntry;
import packhorse.core.content.FileList;
import packhorse.core.content.PieceLength;
import packhorse.core.content.Sha256;

@Timeout(60)
class ContentBuilderTest {
    @TempDir
    private Path dir;

    private static final class Collected implements ContentSink {
        final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        @Override
        public void write(ByteBuffer buffer) {
            byte[] chunk = new byte[buffer.remaining()];
            buffer.get(chunk);
            bytes.writeBytes(chunk);
        }
    }

    private byte[] archive(Path tree) {
        Collected sink = new Collected();
        SourcePlan plan = SourceScanner.scan(tree, false);
        BuiltContent built = ContentBuilder.build(plan, sink, dir.resolve("files"), Progress.none());
        byte[] bytes = sink.bytes.toByteArray();
        assertEquals(plan.contentLength(), bytes.length, "the length known beforehand");
        assertEquals(Sha256.of(bytes), built.hashes().sha256());
        return bytes;
    }

    private Path tree(String name, long modifiedMillis, boolean backwards) throws IOException {
        Path tree = Files.createDirectory(dir.resolve(name));
        List<String> names = new ArrayList<>(List.of(
                "empty", "small", "block", "deep/er/file", "deep-sibling", "x".repeat(120), "grüße/" + "ü".repeat(60)));
        if (backwards) {
            names = names.reversed();
        }
        for (String file : names) {
            Path path = tree.resolve(file);
            Files.createDirectories(path.getParent());
            int size = switch (file) {
                case "empty" -> 0;
                case "block" -> 512;
                default -> 700_001;
            };
            byte[] bytes = new byte[size];
            new Random(file.hashCode()).nextBytes(bytes);
            Files.write(path, bytes);
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-x---"));
        }
        Files.createSymbolicLink(tree.resolve("link"), Path.of("deep/er/../er/file".replace("/../er", "")));
        Files.createSymbolicLink(tree.resolve("long-link"), Path.of("ü".repeat(70)));
        try (var all = Files.walk(tree)) {
            for (Path path : all.filter(p -> !Files.isSymbolicLink(p)).toList()) {
                Files.setLastModifiedTime(path, FileTime.fromMillis(modifiedMillis));
                if (Files.isDirectory(path)) {
                    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
                }
            }
        }
        return tree;
    }

    @Test
    void theSameTreeIsTheSameBytesWhateverItsTimesAndOrder() throws IOException {
        assertArrayEquals(archive(tree("one", 1_000_000, false)), archive(tree("two", 2_000_000_000, true)));
    }

    @Test
    void anArchiveIsReadByAnotherProgramAndSaysWhatTheTreeSays() throws IOException {
        Path tree = tree("one", 1_000, false);
        int entries = 0;
        try (TarArchiveInputStream tar = new TarArchiveInputStream(new ByteArrayInputStream(archive(tree)))) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                Path original = tree.resolve(entry.getName());
                assertEquals(0, entry.getLastModifiedTime().toMillis());
                assertEquals("", entry.getUserName());
                assertEquals(0, entry.getLongUserId());
                if (entry.isSymbolicLink()) {
                    assertEquals(Files.readSymbolicLink(original).toString(), entry.getLinkName());
                } else if (entry.isFile()) {
                    assertEquals(0750, entry.getMode() & 07777);
                    assertArrayEquals(Files.readAllBytes(original), tar.readAllBytes(), entry.getName());
                } else {
                    assertTrue(Files.isDirectory(original), entry.getName());
                }
                entries++;
            }
        }
        assertEquals(SourceScanner.scan(tree, false).fileCount(), entries);
    }

    @Test
    void theFileListHoldsEveryFilesOwnDigest() throws IOException {
        Path tree = tree("one", 1_000, false);
        Path list = dir.resolve("list");
        BuiltContent built =
                ContentBuilder.build(SourceScanner.scan(tree, false), ContentSink.none(), list, Progress.none());
        byte[] bytes = Files.readAllBytes(list);
        assertEquals(BlobRef.of(bytes), built.files());
        for (FileEntry entry : FileList.decodeAll(bytes, built.fileCount())) {
            if (entry instanceof FileEntry.File file) {
                assertEquals(Sha256.of(Files.readAllBytes(tree.resolve(file.path()))), file.sha256(), file.path());
            }
        }
    }

    @Test
    void hashesAreThoseOfOnePassInOneThreadForAnyLengthAndNumberOfThreads() throws IOException {
        long seed = 20261121;
        Random random = new Random(seed);
        int piece = PieceLength.SMALLEST;
        for (int length : List.of(1, 16_384, piece - 1, piece, piece + 1, 20 * piece + 12_345)) {
            byte[] bytes = new byte[length];
            random.nextBytes(bytes);
            Path file = Files.write(dir.resolve("file"), bytes);
            ContentHasher one = new ContentHasher(length);
            one.update(bytes);
            ContentHashes expected = one.finish();
            for (int threads = 1; threads <= 4; threads++) {
                SourcePlan plan = SourceScanner.scan(file, false);
                Collected sink = new Collected();
                try (ContentReader reader = plan.open(entry -> {})) {
                    assertEquals(
                            expected,
                            HashingPass.run(reader, length, sink, threads, Progress.none()),
                            length + " bytes, " + threads + " threads, seed " + seed);
                }
                assertArrayEquals(bytes, sink.bytes.toByteArray());
            }
        }
    }

    private Path bigFile() throws IOException {
        return Files.write(dir.resolve("big"), new byte[8 * PieceLength.SMALLEST]);
    }

    /** A sink that does something to the source when the second piece arrives. */
    private static ContentSink meddling(Meddler meddler) {
        return new ContentSink() {
            private long seen;

            @Override
            public void write(ByteBuffer bytes) throws IOException {
                boolean before = seen > PieceLength.SMALLEST;
                seen += bytes.remaining();
                bytes.position(bytes.limit());
                if (!before && seen > PieceLength.SMALLEST) {
                    meddler.meddle();
                }
            }
        };
    }

    private interface Meddler {
        void meddle() throws IOException;
    }

    private void fails(Path source, Meddler meddler, String words) {
        SourcePlan plan = SourceScanner.scan(source, false);
        OperationException failure = assertThrows(
                OperationException.class,
                () -> ContentBuilder.build(plan, meddling(meddler), dir.resolve("list"), Progress.none()));
        String line = String.valueOf(failure.getMessage());
        assertTrue(line.contains(words), line);
        assertFalse(line.contains("\n"), line);
    }

    @Test
    void aSourceThatIsWrittenToWhileItIsReadIsRefused() throws IOException {
        Path file = bigFile();
        fails(
                file,
                () -> {
                    Files.write(file, new byte[] {1}, StandardOpenOption.WRITE);
                    Files.setLastModifiedTime(file, FileTime.fromMillis(5));
                },
                "changed while");
    }

    @Test
    void aSourceThatGrowsOrShrinksOrVanishesWhileItIsReadIsRefused() throws IOException {
        Path file = bigFile();
        fails(file, () -> Files.write(file, new byte[1], StandardOpenOption.APPEND), "became longer");
        fails(file, () -> Files.write(file, new byte[1]), "became shorter");
        Files.write(file, new byte[8 * PieceLength.SMALLEST]);
        fails(file, () -> Files.delete(file), "vanished");
    }

    @Test
    void aTreeThatGainsAFileWhileItIsReadIsRefused() throws IOException {
        Path tree = Files.createDirectory(dir.resolve("tree"));
        Files.write(tree.resolve("a"), new byte[8 * PieceLength.SMALLEST]);
        Files.setLastModifiedTime(tree, FileTime.fromMillis(5));
        fails(tree, () -> Files.writeString(tree.resolve("b"), "new"), "changed while");
    }

    @Test
    void aSinkThatFailsFailsThePassWithItsReason() throws IOException {
        fails(
                bigFile(),
                () -> {
                    throw new IOException("No space left on device");
                },
                "No space left on device");
    }
}
