package packhorse.peer.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.UsageException;
import packhorse.core.content.BadContentException;
import packhorse.core.content.BlobRef;
import packhorse.core.content.ContentHasher;
import packhorse.core.content.ContentHashes;
import packhorse.core.content.FileEntry;
import packhorse.core.content.FileEntryCodec;
import packhorse.core.content.Kind;
import packhorse.core.content.Manifest;
import packhorse.core.content.Platform;
import packhorse.core.content.ReleaseId;
import packhorse.core.content.ReleaseName;
import packhorse.core.content.Sha256;
import packhorse.core.content.Torrents;
import packhorse.core.content.Version;
import packhorse.core.durable.Durably;

/** Archives may hold what their signed list says and nothing else. */
final class TreeUnpackerTest {
    @TempDir
    Path dir;

    private static final byte[] HELLO = "hello\n".getBytes(StandardCharsets.UTF_8);

    private final List<FileEntry> list = new ArrayList<>();
    private final ByteArrayOutputStream archive = new ByteArrayOutputStream();
    private final TarArchiveOutputStream tar = openTar();

    private TarArchiveOutputStream openTar() {
        TarArchiveOutputStream opened = new TarArchiveOutputStream(archive, "UTF-8");
        opened.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
        opened.setAddPaxHeadersForNonAsciiNames(true);
        return opened;
    }

    private static FileEntry.File file(String path, int mode, byte[] bytes) {
        return new FileEntry.File(path, mode, FileEntry.Owner.ROOT, bytes.length, Sha256.of(bytes));
    }

    private void putFile(String name, byte[] bytes) throws IOException {
        put(name, TarConstants.LF_NORMAL, bytes, entry -> {});
    }

    private void putDirectory(String name) throws IOException {
        put(name + "/", TarConstants.LF_DIR, new byte[0], entry -> {});
    }

    private void putLink(String name, String target) throws IOException {
        put(name, TarConstants.LF_SYMLINK, new byte[0], entry -> entry.setLinkName(target));
    }

    private void put(String name, byte type, byte[] bytes, Consumer<TarArchiveEntry> more) throws IOException {
        TarArchiveEntry entry = new TarArchiveEntry(name, type, true);
        entry.setSize(bytes.length);
        more.accept(entry);
        tar.putArchiveEntry(entry);
        tar.write(bytes);
        tar.closeArchiveEntry();
    }

    private Path target() {
        return dir.resolve("out/tree");
    }

    private void unpack() throws IOException {
        tar.close();
        byte[] bytes = archive.toByteArray();
        Path archiveFile = Files.write(dir.resolve("archive"), bytes);
        ByteArrayOutputStream lines = new ByteArrayOutputStream();
        for (FileEntry entry : list) {
            lines.writeBytes(FileEntryCodec.encode(entry));
        }
        Path listFile = Files.write(dir.resolve("files.ndjson"), lines.toByteArray());
        ContentHasher hasher = new ContentHasher(bytes.length);
        hasher.update(bytes);
        ContentHashes hashes = hasher.finish();
        Manifest manifest = new Manifest(
                new ReleaseId(ReleaseName.parse("acme/tree"), Version.parse("1"), Platform.ANY),
                Kind.PACKAGE,
                Manifest.Form.TREE,
                "tree",
                hashes.data(),
                BlobRef.of(lines.toByteArray()),
                list.size(),
                List.of(Torrents.pack(hashes, false)),
                List.of());
        Files.createDirectories(Durably.directoryOf(target()));
        new TreeUnpacker(manifest, Disk.REAL).unpack(archiveFile, listFile, target(), written -> {});
    }

    private void assertRefused(String... words) throws IOException {
        String line = String.valueOf(
                assertThrows(BadContentException.class, this::unpack).getMessage());
        assertFalse(line.contains("\n"), line);
        for (String word : words) {
            assertTrue(line.contains(word), line);
        }
        try (Stream<Path> left = Files.list(Durably.directoryOf(target()))) {
            assertEquals(List.of(), left.toList(), "nothing was written");
        }
    }

    @Test
    void aTreeComesOutAsItsListSays() throws Exception {
        list.add(new FileEntry.Directory("bin", 0750, FileEntry.Owner.ROOT));
        list.add(file("bin/run", 04755, HELLO));
        list.add(new FileEntry.Directory("empty", 0500, FileEntry.Owner.ROOT));
        list.add(file("größe", 0600, new byte[0]));
        list.add(new FileEntry.Link("link", 0777, FileEntry.Owner.ROOT, "bin/run"));
        putDirectory("bin");
        putFile("bin/run", HELLO);
        putDirectory("empty");
        putFile("größe", new byte[0]);
        putLink("link", "bin/run");
        unpack();
        assertEquals("hello\n", Files.readString(target().resolve("link")));
        assertEquals(04755, mode("bin/run"));
        assertEquals(0750, mode("bin"));
        assertEquals(0500, mode("empty"));
        assertEquals(0600, mode("größe"));
        assertThrows(UsageException.class, this::unpack);
    }

    private int mode(String path) throws IOException {
        return (int) Files.getAttribute(target().resolve(path), "unix:mode", LinkOption.NOFOLLOW_LINKS) & 07777;
    }

    @Test
    void aSetuidBitThatOnlyTheArchiveHasIsNotKept() throws Exception {
        list.add(file("a", 0755, HELLO));
        put("a", TarConstants.LF_NORMAL, HELLO, entry -> entry.setMode(04777));
        unpack();
        assertEquals(0755, mode("a"));
    }

    @Test
    void aNameThatClimbsOutIsRefused() throws Exception {
        list.add(file("a", 0644, HELLO));
        putFile("../a", HELLO);
        assertRefused("../a");
    }

    @Test
    void anAbsoluteNameIsRefused() throws Exception {
        list.add(file("etc/passwd", 0644, HELLO));
        putFile("/etc/passwd", HELLO);
        assertThrows(BadContentException.class, this::unpack);
    }

    @Test
    void anEntryThatIsNotListedIsRefused() throws Exception {
        list.add(file("a", 0644, HELLO));
        putFile("a", HELLO);
        putFile("b", HELLO);
        assertRefused("\"b\"");
    }

    @Test
    void aListedEntryThatIsMissingIsRefused() throws Exception {
        list.add(file("a", 0644, HELLO));
        list.add(file("b", 0644, HELLO));
        putFile("a", HELLO);
        assertRefused("ends before b");
    }

    @Test
    void theSameEntryTwiceIsRefused() throws Exception {
        list.add(file("a", 0644, HELLO));
        putFile("a", HELLO);
        putFile("a", HELLO);
        assertRefused("\"a\"");
    }

    @Test
    void twoNamesThatSomeFileSystemsTakeForOneAreRefused() throws Exception {
        list.add(file("A", 0644, HELLO));
        list.add(file("a", 0644, HELLO));
        putFile("A", HELLO);
        putFile("a", HELLO);
        assertRefused("one name");
    }

    @Test
    void hardLinksDevicesAndPipesAreRefused() throws Exception {
        for (byte type :
                new byte[] {TarConstants.LF_LINK, TarConstants.LF_CHR, TarConstants.LF_BLK, TarConstants.LF_FIFO}) {
            TreeUnpackerTest one = new TreeUnpackerTest();
            one.dir = Files.createDirectories(dir.resolve("type" + type));
            one.list.add(file("a", 0644, new byte[0]));
            one.put("a", type, new byte[0], entry -> entry.setLinkName("/etc/passwd"));
            one.assertRefused("\"a\"");
        }
    }

    @Test
    void aLinkWithAnotherTargetThanListedIsRefused() throws Exception {
        list.add(new FileEntry.Link("a", 0777, FileEntry.Owner.ROOT, "b"));
        putLink("a", "/etc/passwd");
        assertRefused("\"a\"");
    }

    @Test
    void aFileWithOtherBytesLeavesNothingBehind() throws Exception {
        list.add(file("a", 0644, HELLO));
        list.add(file("b", 0644, HELLO));
        putFile("a", HELLO);
        putFile("b", "jello\n".getBytes(StandardCharsets.UTF_8));
        assertRefused("b", "SHA-256");
    }

    @Test
    void aFileWithAnotherSizeIsRefused() throws Exception {
        list.add(file("a", 0644, HELLO));
        putFile("a", "hello, world\n".getBytes(StandardCharsets.UTF_8));
        assertRefused("\"a\"", "13 bytes");
    }

    @Test
    void garbageIsRefused() throws Exception {
        list.add(file("a", 0644, HELLO));
        archive.writeBytes(
                "this is not an archive, whatever its manifest says".repeat(40).getBytes(StandardCharsets.UTF_8));
        tar.flush();
        Exception refused = assertThrows(RuntimeException.class, this::unpack);
        assertFalse(String.valueOf(refused.getMessage()).contains("\n"), refused.getMessage());
        assertFalse(Files.exists(target()));
    }
}
