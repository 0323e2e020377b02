package packhorse.peer.adapter.deb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.ar.ArArchiveEntry;
import org.apache.commons.compress.archivers.ar.ArArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.apache.commons.compress.compressors.xz.XZCompressorOutputStream;
import org.apache.commons.compress.compressors.zstandard.ZstdCompressorOutputStream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.content.CodeClass;
import packhorse.core.testing.Cases;
import packhorse.peer.adapter.AdapterException;
import packhorse.peer.adapter.packages.Inventory;

/** Packages that no honest tool builds are refused while they are read, before dpkg sees them. */
final class HostileDebsTest {
    private static final String CONTROL = "Package: acme-app\nVersion: 1\nArchitecture: all\n";

    @TempDir
    Path dir;

    private static final class Data {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes, "UTF-8");

        Data() {
            tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
        }

        Data file(String name, String text) {
            return entry(new TarArchiveEntry(name, true), text);
        }

        Data typed(String name, byte type, String target) {
            TarArchiveEntry entry = new TarArchiveEntry(name, type, true);
            entry.setLinkName(target);
            return entry(entry, "");
        }

        private Data entry(TarArchiveEntry entry, String text) {
            byte[] content = text.getBytes(StandardCharsets.UTF_8);
            try {
                entry.setSize(content.length);
                tar.putArchiveEntry(entry);
                tar.write(content);
                tar.closeArchiveEntry();
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
            return this;
        }

        byte[] bytes() throws IOException {
            tar.finish();
            return bytes.toByteArray();
        }
    }

    private Path deb(Object... members) throws IOException {
        Path file = dir.resolve("a.deb");
        try (ArArchiveOutputStream ar = new ArArchiveOutputStream(Files.newOutputStream(file))) {
            for (int i = 0; i < members.length; i += 2) {
                byte[] bytes = (byte[]) members[i + 1];
                ar.putArchiveEntry(new ArArchiveEntry((String) members[i], bytes.length));
                ar.write(bytes);
                ar.closeArchiveEntry();
            }
        }
        return file;
    }

    private static byte[] control() throws IOException {
        return new Data().file("./control", CONTROL).bytes();
    }

    private static final byte[] FORMAT = "2.0\n".getBytes(StandardCharsets.UTF_8);

    private DynamicTest refused(String what, Consumer<Data> content) {
        return DynamicTest.dynamicTest(what, () -> {
            Data data = new Data();
            content.accept(data);
            Path file = deb("debian-binary", FORMAT, "control.tar", control(), "data.tar", data.bytes());
            AdapterException refused = assertThrows(AdapterException.class, () -> DebFile.read(file, "acme/app 1"));
            assertEquals(CodeClass.PERMANENT, refused.codeClass());
            assertFalse(String.valueOf(refused.getMessage()).contains("\n"), String.valueOf(refused.getMessage()));
        });
    }

    @TestFactory
    Stream<DynamicTest> whatNoHonestPackageHoldsIsRefused() {
        return Stream.of(
                refused("climbing", data -> data.file("./../etc/passwd", "x")),
                refused("climbing in the middle", data -> data.file("./opt/../../etc/passwd", "x")),
                refused("absolute", data -> data.file("/etc/passwd", "x")),
                refused("twice", data -> data.file("./opt/a", "x").file("./opt/a", "y")),
                refused(
                        "twice, said otherwise",
                        data -> data.file("./opt/a", "x").file("opt/a", "y")),
                refused("a name of ours", data -> data.file("./etc/.acme.packhorse-new", "y")),
                refused("an empty element", data -> data.file("./opt//a", "y")),
                refused("a control character", data -> data.file("./opt/a\nb", "x")),
                refused(
                        "below its own link",
                        data -> data.typed("./opt/a", TarConstants.LF_SYMLINK, "/etc")
                                .file("./opt/a/passwd", "x")),
                refused("below its own file", data -> data.file("./opt/a", "x").file("./opt/a/b", "x")),
                refused("a character device", data -> data.typed("./dev/mem", TarConstants.LF_CHR, "")),
                refused("a block device", data -> data.typed("./dev/sda", TarConstants.LF_BLK, "")),
                refused("a pipe", data -> data.typed("./opt/pipe", TarConstants.LF_FIFO, "")),
                refused(
                        "one with a file outside",
                        data -> data.typed("./opt/shadow", TarConstants.LF_LINK, "/etc/shadow")),
                refused("one with nothing", data -> data.typed("./opt/a", TarConstants.LF_LINK, "./opt/b")));
    }

    @Test
    void aBombIsRefusedByItsHeadersAlone() throws IOException {
        byte[] zeros = new byte[1 << 20];
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(new XZCompressorOutputStream(packed))) {
            TarArchiveEntry entry = new TarArchiveEntry("./opt/zeros");
            entry.setSize(100L * zeros.length);
            tar.putArchiveEntry(entry);
            for (int i = 0; i < 100; i++) {
                tar.write(zeros);
            }
            tar.closeArchiveEntry();
        }
        Path file = deb("debian-binary", FORMAT, "control.tar", control(), "data.tar.xz", packed.toByteArray());
        AdapterException refused = assertThrows(AdapterException.class, () -> DebFile.read(file, "acme/app 1"));
        assertTrue(
                String.valueOf(refused.getMessage()).contains("times its size"), String.valueOf(refused.getMessage()));
    }

    @Test
    void membersOutOfOrderMissingOrTwiceAreRefused() throws IOException {
        byte[] data = new Data().file("./opt/a", "x").bytes();
        for (Path file : new Path[] {
            deb("control.tar", control(), "data.tar", data),
            deb("debian-binary", FORMAT, "data.tar", data, "control.tar", control()),
            deb("debian-binary", FORMAT, "control.tar", control()),
            deb("debian-binary", FORMAT, "control.tar", control(), "data.tar", data, "data.tar", data),
            deb(
                    "debian-binary",
                    FORMAT,
                    "control.tar",
                    new Data().file("./control", "Package: a\n").bytes(),
                    "data.tar",
                    data),
            deb("debian-binary", FORMAT, "control.tar.odd", control(), "data.tar", data)
        }) {
            assertEquals(
                    CodeClass.PERMANENT,
                    assertThrows(AdapterException.class, () -> DebFile.read(file, "acme/app 1"))
                            .codeClass());
        }
    }

    @Test
    void everyWayOfPackingThatDpkgKnowsIsRead() throws IOException {
        byte[] data = new Data()
                .file("./opt/a", "text")
                .typed("./opt/same", TarConstants.LF_LINK, "./opt/a")
                .bytes();
        for (String ending : new String[] {"", ".gz", ".xz", ".zst"}) {
            ByteArrayOutputStream packed = new ByteArrayOutputStream();
            try (OutputStream out = switch (ending) {
                case ".gz" -> new GZIPOutputStream(packed);
                case ".xz" -> new XZCompressorOutputStream(packed);
                case ".zst" -> new ZstdCompressorOutputStream(packed);
                default -> packed;
            }) {
                out.write(data);
            }
            DebFile deb = DebFile.read(
                    deb("debian-binary", FORMAT, "control.tar", control(), "data.tar" + ending, packed.toByteArray()),
                    "acme/app 1");
            assertEquals("acme-app", deb.control().name());
            assertEquals(2, deb.items().size());
            assertEquals(deb.items().get(0).sha256(), deb.items().get(1).sha256());
            Inventory inventory =
                    new Inventory(new java.util.TreeMap<>(java.util.Map.of("acme-app", "1")), deb.items());
            assertEquals(inventory, Inventory.decode(inventory.encode()));
        }
    }

    @Test
    void aPackageThatIsCutOrSpoiledAnywhereIsReadOrRefusedInOneLine() throws Exception {
        byte[] whole = Files.readAllBytes(deb(
                "debian-binary",
                FORMAT,
                "control.tar",
                control(),
                "data.tar",
                new Data().file("./opt/a", "text").bytes()));
        Cases.run(300, random -> {
            byte[] spoiled = random.nextBoolean() ? Arrays.copyOf(whole, random.nextInt(whole.length)) : whole.clone();
            if (spoiled.length > 0) {
                spoiled[random.nextInt(spoiled.length)] = (byte) random.nextInt();
            }
            Path file = dir.resolve("spoiled.deb");
            try {
                Files.write(file, spoiled);
                DebFile.read(file, "acme/app 1");
            } catch (AdapterException e) {
                assertEquals(CodeClass.PERMANENT, e.codeClass());
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
    }
}
