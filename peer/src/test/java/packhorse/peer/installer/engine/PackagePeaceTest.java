package packhorse.peer.installer.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static packhorse.peer.installer.engine.Bench.task;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.state.ActionState;
import packhorse.core.state.Operation;
import packhorse.core.testing.OnlyAs;
import packhorse.core.testing.OutsideProgram;
import packhorse.peer.adapter.deb.Debs;
import packhorse.peer.adapter.testing.TreePicture;
import packhorse.peer.hook.MachinePrograms;
import packhorse.peer.hook.RunLimits;
import packhorse.peer.install.TaskStatus;

/** Real packages beside archives and configuration, and two packages that own one file: whose it is to refuse. */
@Timeout(120)
final class PackagePeaceTest {
    @TempDir
    Path dir;

    private final Bench bench = new Bench(new MachinePrograms(RunLimits.DEFAULT));
    private Debs debs;

    @BeforeEach
    void machine() throws IOException {
        OnlyAs.root();
        OutsideProgram.require("dpkg");
        debs = new Debs(Files.createDirectories(dir.resolve("built")));
        Files.createDirectories(dir.resolve("root"));
        // As every machine has it by now.
        Files.createDirectories(dir.resolve("root/usr/lib"));
        Files.createSymbolicLink(dir.resolve("root/lib"), Path.of("usr/lib"));
    }

    private TaskStatus install(Bench.Release release) throws IOException {
        return bench.live(dir, task("i" + System.nanoTime(), Operation.INSTALL, Bench.AT_ONCE, release.listed()));
    }

    private void fits(Bench.Release release) throws IOException {
        TaskStatus status = install(release);
        assertEquals(ActionState.COMMITTED, status.state(), status.detail());
    }

    private void refused(Bench.Release release, String words) throws Exception {
        TreePicture before = TreePicture.of(dir.resolve("root"));
        TaskStatus status = install(release);
        assertEquals(ActionState.REFUSED, status.state(), status.detail());
        assertTrue(status.detail().contains(words), status.detail());
        assertEquals(1, status.detail().lines().count());
        assertEquals(java.util.List.of(), TreePicture.of(dir.resolve("root")).differences(before));
    }

    private Bench.Release deb(String name, Debs.Parts parts) throws Exception {
        return deb(name, "{}", parts);
    }

    private Bench.Release deb(String name, String settings, Debs.Parts parts) throws Exception {
        Path file = debs.build(parts);
        return bench.release(name, "1")
                .of("deb", settings, String.valueOf(file.getFileName()), Files.readAllBytes(file));
    }

    private Bench.Release archive(String name, String into) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
            TarArchiveEntry entry = new TarArchiveEntry("app");
            entry.setSize(1);
            tar.putArchiveEntry(entry);
            tar.write('x');
            tar.closeArchiveEntry();
        }
        return bench.release(name, "1").of("archive", "{'into':'" + into + "'}", "app.tar", bytes.toByteArray());
    }

    private Bench.Release edit(String name, String file) {
        String settings = "{'edits':[{'file':'" + file + "','format':'properties','set':{'color':'green'}}]}";
        return bench.release(name, "1").of("config", settings, "none", "x".getBytes(UTF_8));
    }

    @Test
    void aPackageDoesNotGoIntoAnArchivesPlaceByWhateverName() throws Exception {
        fits(archive("acme/app", "/usr/lib/acme"));
        refused(
                deb("acme/plugin", Debs.of("acme-plugin", "1").file("/lib/acme/plugin", "x")),
                "acme/plugin@1 (any) lays /usr/lib/acme/plugin, where acme/app@1 (any) has /usr/lib/acme");
        fits(deb("acme/beside", Debs.of("acme-beside", "1").file("/lib/acme-beside/plugin", "x")));
        refused(
                archive("acme/late", "/usr/lib/acme-beside"),
                "acme/beside@1 (any) lays /usr/lib/acme-beside/plugin, where acme/late@1 (any) has");
    }

    @Test
    void aPackagesConfigurationFileIsEditedAndItsOtherFilesAreNot() throws Exception {
        Debs.Parts parts = Debs.of("acme-app", "1")
                .configuration("/etc/acme/app.conf", "color=red\n")
                .file("/usr/share/acme/app.conf", "color=red\n");
        fits(deb("acme/app", parts));
        fits(edit("acme/colors", "/etc/acme/app.conf"));
        assertEquals("color=green\n", Files.readString(dir.resolve("root/etc/acme/app.conf")));
        refused(
                edit("acme/more", "/usr/share/acme/app.conf"),
                "acme/app@1 (any) lays /usr/share/acme/app.conf, and not as a configuration file, where acme/more@1");
        // A package that takes its configuration back with each installation leaves nobody to edit it.
        refused(
                deb(
                        "acme/rude",
                        "{'conffiles':'new'}",
                        Debs.of("acme-rude", "1").configuration("/etc/acme/app.conf", "color=blue\n")),
                "acme/rude@1 (any) lays /etc/acme/app.conf, and not as a configuration file, where acme/colors@1");
    }

    @Test
    void whichOfTwoPackagesOwnsAFileIsForDpkgToSay() throws Exception {
        fits(deb("acme/app", Debs.of("acme-app", "1").file("/usr/share/acme/both", "one")));
        TaskStatus status = install(deb("acme/other", Debs.of("acme-other", "1").file("/usr/share/acme/both", "two")));
        assertTrue(status.detail().contains("trying to overwrite"), status.detail());
        assertFalse(status.detail().contains("lays"), status.detail());
        fits(deb(
                "acme/heir",
                Debs.of("acme-heir", "1").field("Replaces: acme-app").file("/usr/share/acme/both", "three")));
        assertEquals("three", Files.readString(dir.resolve("root/usr/share/acme/both")));
    }
}
