package packhorse.peer.adapter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.content.InstallSection;
import packhorse.core.content.Kind;
import packhorse.peer.adapter.testing.ScratchMachine;

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

    private ScratchMachine.Release inTheUsersHome() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
            tar.putArchiveEntry(new TarArchiveEntry("app"));
            tar.closeArchiveEntry();
        }
        return ScratchMachine.release(
                Adapters.standard().find("archive").orElseThrow(),
                Kind.PACKAGE,
                "1",
                "app.tar",
                bytes.toByteArray(),
                "{'into': '/home/user', 'format': 'tar'}");
    }

    @Test
    void whereItsProgramsAreTheAgentsOwnUserAClaimShowsThemWhatTheReleaseBroughtAndNothingElse() throws Exception {
        ScratchMachine.Release app = inTheUsersHome();
        ScratchMachine machine = new ScratchMachine(home).with(app);
        mode(machine.write("/home/user/key", "secret"), "rw-------");
        machine.write("/home/user/versions/0/diary", "secret");
        machine.install(app);
        Workplace here = machine.at(app);
        Path user = machine.file("/home/user");

        assertEquals(
                List.of(home, user.resolve("versions/1"), user.resolve("current")),
                ReleaseProgram.readable(here, app.placement(), false, home));
        assertEquals(List.of(home, user), ReleaseProgram.readable(here, app.placement(), true, home));
    }

    @Test
    void whereItsProgramsAreTheAgentsOwnUserAClaimedFileIsShownIfEverybodyMayReadIt() throws Exception {
        ScratchMachine.Release edits = ScratchMachine.release(
                Adapters.standard().find("config").orElseThrow(),
                Kind.PACKAGE,
                "1",
                "t",
                new byte[1],
                "{'edits': [{'file': '/key', 'format': 'ini', 'set': {'a': 'b'}},"
                        + " {'file': '/open', 'format': 'ini', 'set': {'a': 'b'}}]}");
        ScratchMachine machine = new ScratchMachine(home).with(edits);
        mode(machine.root(), "rwxr-xr-x");
        mode(machine.write("/key", "a=1"), "rw-------");
        mode(machine.write("/open", "a=1"), "rw-r--r--");
        Workplace here = machine.at(edits);

        assertEquals(List.of(machine.file("/open")), ReleaseProgram.readable(here, edits.placement(), false));
        assertEquals(
                List.of(machine.file("/key"), machine.file("/open")),
                ReleaseProgram.readable(here, edits.placement(), true));
    }

    @Test
    void whatIsRequiredIsThatOfTheRootWhichTheReleaseGoesBelow() throws Exception {
        ScratchMachine.Release app = inTheUsersHome();
        ScratchMachine machine = new ScratchMachine(home).with(app);
        Path database = machine.write("/etc/database", "16");
        Workplace here = machine.at(app);
        InstallSection said = here.section();
        InstallSection requiring = new InstallSection(
                said.adapter(),
                said.settings(),
                said.hooks(),
                said.returnCodes(),
                said.timeouts(),
                said.conflicts(),
                said.diskBytes(),
                said.activation(),
                said.drift(),
                List.of("/etc/database"));
        Workplace there = new Workplace(
                here.manifest(),
                requiring,
                here.content(),
                here.fileList(),
                here.staging(),
                here.undo(),
                here.home(),
                here.previous(),
                here.root(),
                here.disk(),
                here.programs(),
                here.variables(),
                here.progress());

        assertEquals(List.of(database), ReleaseProgram.readable(there, app.placement(), true));
    }
}
