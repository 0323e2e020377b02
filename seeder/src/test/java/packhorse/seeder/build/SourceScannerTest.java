package packhorse.seeder.build;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.UsageException;
import packhorse.core.content.Manifest;
import packhorse.core.testing.OnlyAs;

class SourceScannerTest {
    @TempDir
    private Path dir;

    private Path tree() throws IOException {
        Path tree = Files.createDirectory(dir.resolve("tree"));
        Files.writeString(tree.resolve("a"), "a");
        return tree;
    }

    private static void refuses(Path source, String... words) {
        UsageException refusal = assertThrows(UsageException.class, () -> SourceScanner.scan(source, false));
        String line = String.valueOf(refusal.getMessage());
        assertEquals(1, line.lines().count(), line);
        for (String word : words) {
            assertTrue(line.contains(word), () -> "\"" + line + "\" should say \"" + word + "\"");
        }
    }

    @Test
    void aFileIsPlannedAsItself() throws IOException {
        Path file = Files.writeString(dir.resolve("app.bin"), "12345");
        SourcePlan plan = SourceScanner.scan(file, false);
        assertEquals(Manifest.Form.FILE, plan.form());
        assertEquals("app.bin", plan.contentName());
        assertEquals(5, plan.contentLength());
    }

    @Test
    void aTreeIsPlannedInTheOrderOfItsPathsBytes() throws IOException {
        Path tree = tree();
        Files.createDirectories(tree.resolve("lib"));
        Files.writeString(tree.resolve("lib/z"), "");
        Files.writeString(tree.resolve("lib-b"), "x");
        Files.writeString(tree.resolve("\uFF5E"), "x");
        Files.writeString(tree.resolve("\uD83D\uDE00"), "x");
        Files.createSymbolicLink(tree.resolve("lib/up"), Path.of("../a"));
        assertEquals(
                List.of("a", "lib", "lib-b", "lib/up", "lib/z", "\uFF5E", "\uD83D\uDE00"),
                SourceScanner.scan(tree, false).entries().stream()
                        .map(SourceEntry::path)
                        .toList());
    }

    @Test
    void hardLinksAreOrdinaryFiles() throws IOException {
        Path tree = tree();
        Files.createLink(tree.resolve("b"), tree.resolve("a"));
        assertEquals(2, SourceScanner.scan(tree, false).fileCount());
    }

    @Test
    void whatIsMissingOrEmptyIsRefused() throws IOException {
        refuses(dir.resolve("none"), "none", "no such file");
        refuses(Files.createFile(dir.resolve("empty")), "empty", "content");
        Files.createDirectories(dir.resolve("hollow/inner"));
        refuses(dir.resolve("hollow"), "hollow", "no file");
    }

    @Test
    @Tag("ordinary-user")
    void whatCannotBeReadIsRefused() throws IOException {
        OnlyAs.ordinaryUser();
        Path tree = tree();
        Files.setPosixFilePermissions(tree.resolve("a"), PosixFilePermissions.fromString("---------"));
        refuses(tree, "a", "permission denied");
        refuses(tree.resolve("a"), "permission denied");
    }

    @Test
    void aFifoIsRefused() throws Exception {
        Path tree = tree();
        assertEquals(
                0,
                new ProcessBuilder("mkfifo", tree.resolve("pipe").toString())
                        .start()
                        .waitFor());
        refuses(tree, "pipe", "a fifo");
        refuses(tree.resolve("pipe"), "a fifo");
    }

    @Test
    void aSocketIsRefused() throws IOException {
        Path tree = tree();
        try (ServerSocketChannel socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            socket.bind(UnixDomainSocketAddress.of(tree.resolve("s")));
            refuses(tree, "tree/s", "a socket");
        }
    }

    @Test
    void aDeviceIsRefused() {
        refuses(Path.of("/dev/null"), "/dev/null", "a device");
    }

    @Test
    void namesThatAreNotSafeAreRefused() throws IOException {
        Path tree = tree();
        Files.writeString(tree.resolve("back\\slash"), "x");
        refuses(tree, "back\\slash", "rename");
        Files.delete(tree.resolve("back\\slash"));
        Files.writeString(tree.resolve("line\nbreak"), "x");
        refuses(tree, "U+000A", "rename");
    }

    @Test
    void namesThatCollideAreRefused() throws IOException {
        Path tree = tree();
        Files.writeString(tree.resolve("A"), "x");
        refuses(tree, "\"A\"", "\"a\"");
    }

    @Test
    void linksOutOfTheTreeAreRefused() throws IOException {
        for (String target : List.of("/etc/passwd", "../outside", "d/../../outside", "d/..")) {
            Path tree = Files.createTempDirectory(dir, "tree");
            Files.createDirectory(tree.resolve("d"));
            Files.writeString(tree.resolve("d/f"), "x");
            Files.createSymbolicLink(tree.resolve("link"), Path.of(target));
            refuses(tree, "link", target);
        }
    }

    @Test
    void aLinkInsideTheTreeMayDangle() throws IOException {
        Path tree = tree();
        Files.createSymbolicLink(tree.resolve("later"), Path.of("not/yet"));
        assertEquals(2, SourceScanner.scan(tree, false).fileCount());
    }
}
