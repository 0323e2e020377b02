package packhorse.peer.adapter.deb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.apache.commons.compress.compressors.xz.XZCompressorOutputStream;
import org.apache.commons.compress.compressors.zstandard.ZstdCompressorOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import packhorse.core.content.CodeClass;
import packhorse.core.testing.Cases;
import packhorse.peer.adapter.AdapterException;
import packhorse.peer.adapter.packages.Inventory;

/** Packages that no honest tool builds are refused while they are read, before dpkg sees them. */
final class HostileDebsTest {
    @TempDir
    Path dir;

    private Path deb(Object... members) throws IOException {
        return Files.write(dir.resolve("a.deb"), HostileDebs.ar(members));
    }

    static List<HostileDebs.Hostile> all() {
        return HostileDebs.all();
    }

    @ParameterizedTest
    @MethodSource("all")
    void whatNoHonestPackageHoldsIsRefused(HostileDebs.Hostile hostile) throws IOException {
        Path file = Files.write(dir.resolve("a.deb"), hostile.deb());
        AdapterException refused = assertThrows(AdapterException.class, () -> DebFile.read(file, "acme/app 1"));
        assertEquals(CodeClass.PERMANENT, refused.codeClass());
        String line = String.valueOf(refused.getMessage());
        assertFalse(line.contains("\n"), line);
        assertTrue(line.contains(hostile.line()), () -> line + "\n  instead of " + hostile.line());
    }

    @Test
    void membersOutOfOrderMissingOrTwiceAreRefused() throws IOException {
        byte[] data = new HostileDebs.Data().file("./opt/a", "x").bytes();
        for (Path file : new Path[] {
            deb("control.tar", HostileDebs.control(), "data.tar", data),
            deb("debian-binary", HostileDebs.FORMAT, "data.tar", data, "control.tar", HostileDebs.control()),
            deb("debian-binary", HostileDebs.FORMAT, "control.tar", HostileDebs.control()),
            deb(
                    "debian-binary",
                    HostileDebs.FORMAT,
                    "control.tar",
                    HostileDebs.control(),
                    "data.tar",
                    data,
                    "data.tar",
                    data),
            deb(
                    "debian-binary",
                    HostileDebs.FORMAT,
                    "control.tar",
                    new HostileDebs.Data().file("./control", "Package: a\n").bytes(),
                    "data.tar",
                    data),
            deb("debian-binary", HostileDebs.FORMAT, "control.tar.odd", HostileDebs.control(), "data.tar", data)
        }) {
            assertEquals(
                    CodeClass.PERMANENT,
                    assertThrows(AdapterException.class, () -> DebFile.read(file, "acme/app 1"))
                            .codeClass());
        }
    }

    @Test
    void everyWayOfPackingThatDpkgKnowsIsRead() throws IOException {
        byte[] data = new HostileDebs.Data()
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
                    deb(
                            "debian-binary",
                            HostileDebs.FORMAT,
                            "control.tar",
                            HostileDebs.control(),
                            "data.tar" + ending,
                            packed.toByteArray()),
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
                HostileDebs.FORMAT,
                "control.tar",
                HostileDebs.control(),
                "data.tar",
                new HostileDebs.Data().file("./opt/a", "text").bytes()));
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
