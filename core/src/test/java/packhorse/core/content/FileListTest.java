package packhorse.core.content;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import packhorse.core.testing.Cases;

class FileListTest {
    private static final FileEntry.Owner ROOT = FileEntry.Owner.ROOT;

    @Test
    void everyListSurvivesTheRoundTrip() {
        Cases.run(200, random -> {
            List<FileEntry> entries = tree(random);
            FileList writer = new FileList();
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            entries.forEach(entry -> out.writeBytes(writer.encode(entry)));
            assertEquals(entries, FileList.decodeAll(out.toByteArray(), entries.size()));
        });
    }

    @Test
    void anyFlippedBitOfALineIsRefusedOrIsTheOneSpellingOfAnotherEntry() {
        Cases.run(20, random -> {
            FileEntry entry = Samples.entry(random, Samples.element(random));
            byte[] line = FileEntryCodec.encode(entry);
            for (int bit = 0; bit < line.length * 8; bit++) {
                byte[] flipped = Cases.withFlippedBit(line, bit);
                try {
                    FileEntry read = FileEntryCodec.decode(flipped);
                    assertNotEquals(entry, read);
                    assertArrayEquals(flipped, FileEntryCodec.encode(read));
                } catch (BadContentException e) {
                    assertTrue(String.valueOf(e.getMessage()).contains("file list"), e.getMessage());
                }
            }
        });
    }

    @Test
    void aLineIsCanonicalJson() {
        FileEntry entry = new FileEntry.File("b\"in/ä", 0755, ROOT, 0, Sha256.of(new byte[0]));
        assertEquals(
                "{\"gid\":0,\"mode\":493,\"path\":\"b\\\"in/ä\",\"sha256\":"
                        + "\"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\","
                        + "\"size\":0,\"type\":\"file\",\"uid\":0}\n",
                new String(FileEntryCodec.encode(entry), UTF_8));
    }

    /** {@code d:} makes a directory, {@code l:} a link, the rest are files; the last one is the one refused. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "a;a | listed twice",
                "b;a | out of order",
                "README;readme | one name on some file systems",
                "STRASSE;straße | one name on some file systems",
                "d:Lib;Lib/x;lib | one name on some file systems",
                "d:x;x/A;d:x/B;x/B/c;x/a | one name on some file systems",
                "a;a/b | not listed as a directory",
                "a/b | not listed as a directory",
                "l:etc;etc/passwd | not listed as a directory",
                "d:a;d:a-b;a/x/y | not listed as a directory"
            })
    void namesThatCollideAreRefused(String paths, String why) {
        List<String> all = List.of(paths.split(";"));
        CollisionGuard guard = new CollisionGuard();
        all.subList(0, all.size() - 1).forEach(path -> guard.accept(entry(path)));
        BadContentException refusal = assertThrows(BadContentException.class, () -> guard.accept(entry(all.getLast())));
        assertTrue(String.valueOf(refusal.getMessage()).contains(why), refusal.getMessage());
    }

    @Test
    void composedAndDecomposedLettersAreOneName() {
        CollisionGuard guard = new CollisionGuard();
        guard.accept(entry("caf" + "e\u0301"));
        assertThrows(BadContentException.class, () -> guard.accept(entry("caf\u00e9")));
    }

    @Test
    void equalNamesInDifferentDirectoriesDoNotCollide() {
        CollisionGuard guard = new CollisionGuard();
        for (String path : List.of("d:a", "d:a-b", "a-b/x", "d:a/x", "a/x/X", "a0", "d:b", "b/A", "b/x")) {
            guard.accept(entry(path));
        }
    }

    @Test
    void aCutListAWrongCountAndALongLineAreRefused() {
        byte[] line = new FileList().encode(entry("a"));
        assertThrows(BadContentException.class, () -> FileList.decodeAll(line, 2));
        assertThrows(BadContentException.class, () -> FileList.decodeAll(Arrays.copyOf(line, line.length - 1), 1));
        assertThrows(BadContentException.class, () -> FileList.decodeAll(Arrays.copyOf(line, line.length + 1), 1));
        assertThrows(
                BadContentException.class, () -> FileEntryCodec.decode(new byte[FileEntryCodec.LINE_BYTES_MAX + 1]));
    }

    private static FileEntry entry(String path) {
        return path.startsWith("d:")
                ? new FileEntry.Directory(path.substring(2), 0755, ROOT)
                : path.startsWith("l:")
                        ? new FileEntry.Link(path.substring(2), 0777, ROOT, "x")
                        : new FileEntry.File(path, 0644, ROOT, 1, Sha256.of(new byte[1]));
    }

    private static List<FileEntry> tree(RandomGenerator random) {
        TreeSet<String> files = new TreeSet<>(FileListTest::byBytes);
        Set<String> directories = new TreeSet<>(Set.of(""));
        for (int i = random.nextInt(1, 30); i > 0; i--) {
            List<String> all = List.copyOf(directories);
            String path = all.get(random.nextInt(all.size())) + "n" + i;
            files.add(path);
            if (random.nextInt(3) == 0 && path.split("/", -1).length < 10) {
                directories.add(path + "/");
            }
        }
        List<FileEntry> entries = new ArrayList<>();
        for (String path : files) {
            entries.add(
                    directories.contains(path + "/")
                            ? new FileEntry.Directory(path, 0755, ROOT)
                            : Samples.entry(random, path));
        }
        return entries;
    }

    private static int byBytes(String a, String b) {
        return Arrays.compareUnsigned(a.getBytes(UTF_8), b.getBytes(UTF_8));
    }
}
