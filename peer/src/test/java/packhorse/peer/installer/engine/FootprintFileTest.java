package packhorse.peer.installer.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.content.Dependency;
import packhorse.core.content.Platform;
import packhorse.core.content.ReleaseId;
import packhorse.core.content.ReleaseName;
import packhorse.core.content.Version;
import packhorse.peer.adapter.AdapterException;
import packhorse.peer.adapter.InstallDisk;
import packhorse.peer.adapter.Laid;

final class FootprintFileTest {
    private static final Footprint WHOLE = new Footprint(
            new ReleaseId(ReleaseName.parse("acme/app"), Version.parse("1"), Platform.ANY),
            Set.of(Path.of("/etc/a b.conf"), Path.of("/opt/äpp")),
            Set.of(Path.of("/etc/a b.conf")),
            Optional.of(Path.of("/var/lib/dpkg")),
            List.of(Dependency.parse("acme/lib"), Dependency.parse("acme/tool:[1,3)")),
            List.of(Dependency.parse("acme/old:[2]")));

    @TempDir
    Path home;

    private static Laid laid(Laid.Kind kind, String path) {
        return new Laid(Path.of(path), kind);
    }

    private void write(Footprint footprint, Stream<Laid> laid) throws IOException {
        FootprintFile.write(home, footprint, laid.iterator(), InstallDisk.real());
    }

    private List<Laid> read() throws IOException {
        try (Stream<Laid> laid = FootprintFile.in(home).orElseThrow().lays()) {
            return laid.toList();
        }
    }

    @Test
    void whatIsWrittenIsRead() throws Exception {
        List<Laid> names = List.of(
                laid(Laid.Kind.DIRECTORY, "/etc"),
                laid(Laid.Kind.CONFIGURATION, "/etc/claim x"),
                laid(Laid.Kind.LINK, "/lib"),
                laid(Laid.Kind.FILE, "/usr/ü"));
        write(WHOLE, names.stream());
        assertEquals(names, read());
        assertEquals(WHOLE, FootprintFile.in(home).orElseThrow().of(WHOLE.release()));

        Footprint bare = new Footprint(WHOLE.release(), Set.of(), Set.of(), Optional.empty(), List.of(), List.of());
        write(bare, Stream.empty());
        assertEquals(List.of(), read());
        assertEquals(bare, FootprintFile.in(home).orElseThrow().of(WHOLE.release()));
    }

    @Test
    void manyNamesComeBackInTheirOrder() throws Exception {
        List<Laid> names = IntStream.range(0, 20_000)
                .mapToObj(i -> laid(Laid.Kind.FILE, String.format("/usr/share/some/directory/%06d", i)))
                .toList();
        write(WHOLE, names.stream());
        assertEquals(names, read());
    }

    @Test
    void oneThatADiskDamagedAnywhereIsNone() throws Exception {
        write(WHOLE, Stream.of(laid(Laid.Kind.FILE, "/usr/a")));
        Path file = home.resolve(".footprint");
        byte[] right = Files.readAllBytes(file);
        for (int at = 0; at < right.length; at++) {
            byte[] wrong = right.clone();
            wrong[at] ^= 1;
            Files.write(file, wrong);
            assertTrue(FootprintFile.in(home).isEmpty(), "flipped at " + at);
            Files.write(file, Arrays.copyOf(right, at));
            assertTrue(FootprintFile.in(home).isEmpty(), "cut at " + at);
        }
        Files.delete(file);
        assertTrue(FootprintFile.in(home).isEmpty());
    }

    @Test
    void namesOutOfOrderAndWithLineBreaksAreRefused() {
        assertThrows(
                IllegalStateException.class,
                () -> write(WHOLE, Stream.of(laid(Laid.Kind.FILE, "/b"), laid(Laid.Kind.FILE, "/a"))));
        assertThrows(AdapterException.class, () -> write(WHOLE, Stream.of(laid(Laid.Kind.FILE, "/a\nclaim /"))));
    }
}
