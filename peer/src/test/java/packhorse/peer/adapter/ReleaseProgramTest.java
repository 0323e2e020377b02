package packhorse.peer.adapter;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a release may have shown to its programs of what it requires. */
final class ReleaseProgramTest {
    @TempDir
    Path home;

    @BeforeEach
    void everybodyMayPass() throws IOException {
        mode(home, "rwxr-xr-x");
    }

    private static Path mode(Path path, String mode) throws IOException {
        return Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
    }

    @Test
    void whereItsProgramsAreTheAgentsOwnUserTheySeeWhatEverybodyMayReadAndNoDirectory() throws IOException {
        Path open = mode(Files.createFile(home.resolve("open")), "rw-r--r--");
        Path key = mode(Files.createFile(home.resolve("key")), "rw-------");
        Path keys = mode(Files.createDirectory(home.resolve("keys")), "rwx------");
        Path hidden = mode(Files.createFile(keys.resolve("open")), "rw-r--r--");
        Path link = Files.createSymbolicLink(home.resolve("link"), key);

        assertTrue(ReleaseProgram.mayBeShown(open, false));
        assertTrue(ReleaseProgram.mayBeShown(Path.of("/usr/bin"), false));
        for (Path secret : new Path[] {key, keys, hidden, link, home, Path.of("/home"), home.resolve("none")}) {
            assertFalse(ReleaseProgram.mayBeShown(secret, false), secret.toString());
        }
    }

    @Test
    void whereItsProgramsAreNobodyTheirRightsSayIt() throws IOException {
        assertTrue(ReleaseProgram.mayBeShown(mode(Files.createFile(home.resolve("key")), "rw-------"), true));
    }
}
