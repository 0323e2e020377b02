package packhorse.peer.adapter.archive;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import packhorse.core.testing.Cases;
import packhorse.peer.adapter.AdapterException;
import packhorse.peer.adapter.InstallDisk;
import packhorse.peer.adapter.Workplace;
import packhorse.peer.adapter.testing.TreePicture;

/** Archives that were damaged at random are unpacked into staging or refused in one line; nothing else happens, and soon. */
final class ArchiveFuzzTest {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final int CASES = 250;

    @TempDir(factory = MemoryDir.class)
    Path scratch;

    private static byte[] good(String name) {
        byte[] tar = Tar.of(t -> t.directory("bin")
                .file("bin/app", "text".repeat(700))
                .file("n".repeat(120), "long name")
                .file("gr\u00fc\u00dfe", "x")
                .hardLink("same", "bin/app")
                .link("tool", "bin/app"));
        return switch (name) {
            case "app.tar" -> tar;
            case "app.tar.gz" -> Tar.gz(tar);
            case "app.tar.zst" -> Tar.zst(tar);
            case "app.zip" ->
                Zip.of(zip -> zip.file("bin/app", "text".repeat(700)).link("tool", "bin/app"));
            default ->
                Zip.streamed(zip -> zip.file("bin/app", "text".repeat(700)).file("b", "c"));
        };
    }

    private static byte[] damaged(RandomGenerator random, byte[] good) {
        byte[] bytes = good.clone();
        for (int i = 1 + random.nextInt(4); i > 0; i--) {
            int at = random.nextInt(bytes.length);
            switch (random.nextInt(6)) {
                case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> bytes[at] = (byte) random.nextInt();
                case 2 ->
                    Arrays.fill(bytes, at, Math.min(bytes.length, at + 1 + random.nextInt(16)), (byte)
                            random.nextInt(-1, 2));
                case 3 -> bytes = at == 0 ? bytes : Arrays.copyOf(bytes, at);
                case 4 -> {
                    int from = random.nextInt(bytes.length);
                    int count = Math.min(random.nextInt(600), bytes.length - Math.max(at, from));
                    System.arraycopy(bytes, from, bytes, at, count);
                }
                default -> {
                    byte[] more = Arrays.copyOf(bytes, bytes.length + random.nextInt(1024));
                    random.nextInt();
                    bytes = more;
                }
            }
        }
        return bytes;
    }

    @ParameterizedTest
    @ValueSource(strings = {"app.tar", "app.tar.gz", "app.tar.zst", "app.zip", "streamed.zip"})
    void isRefusedOrUnpackedIntoStagingAndNowhereElse(String name) {
        byte[] good = good(name);
        assertTimeoutPreemptively(
                SOON,
                () -> Cases.run(CASES, random -> {
                    try {
                        one(name, damaged(random, good));
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                }));
    }

    private void one(String name, byte[] content) throws IOException {
        Path place = Files.createTempDirectory(scratch, "case");
        World.Release release = World.archive("1.0", name, content);
        World.build(place, release);
        TreePicture before = TreePicture.of(scratch);
        Workplace here = World.at(place, release, Optional.empty(), InstallDisk.real());
        String staging = scratch.relativize(place.resolve("staging")).toString();
        boolean unpacked = true;
        try {
            release.placement().prepare(here);
        } catch (AdapterException e) {
            unpacked = false;
            assertEquals(1, String.valueOf(e.getMessage()).lines().count(), String.valueOf(e.getMessage()));
        }
        TreePicture after = TreePicture.of(scratch);
        assertEquals(
                List.of(),
                (unpacked ? after.without(staging) : after).differences(unpacked ? before.without(staging) : before));
        InstallDisk.real().delete(place);
    }
}
