package packhorse.peer.adapter.deb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import packhorse.core.content.CodeClass;
import packhorse.core.testing.OnlyAs;
import packhorse.core.testing.OutsideProgram;
import packhorse.peer.adapter.AdapterException;
import packhorse.peer.adapter.InstallDisk;
import packhorse.peer.adapter.Placement;
import packhorse.peer.adapter.Workplace;
import packhorse.peer.adapter.packages.PackageLine;
import packhorse.peer.adapter.packages.PackageLine.Release;
import packhorse.peer.adapter.testing.NoPrograms;
import packhorse.peer.adapter.testing.StoppingDisk;
import packhorse.peer.adapter.testing.TreePicture;

/** Real .deb files, put by the real dpkg into a scratch root with a database of its own. */
final class DebAdapterTest {
    private static final String SETTINGS = "{" + Debs.SCRATCH + "}";

    @TempDir
    Path dir;

    private Debs debs;
    private PackageLine line;

    @BeforeEach
    void set() throws Exception {
        OnlyAs.root();
        OutsideProgram.require("dpkg");
        debs = new Debs(dir);
        line = new PackageLine(dir.resolve("machine"), new DebAdapter());
    }

    private static Debs.Parts one() {
        return Debs.of("acme-app", "1.0-1")
                .file("/opt/acme/bin/app", "one\n")
                .mode("/opt/acme/bin/app", 04755)
                .file("/opt/acme/only-one", "gone with two\n")
                .file("/opt/acme/kind/file", "a directory in one\n")
                .link("/opt/acme/current", "bin/app")
                .configuration("/etc/acme/app.conf", "color=red\n");
    }

    private static Debs.Parts two() {
        return Debs.of("acme-app", "2.0-1")
                .file("/opt/acme/bin/app", "two two\n")
                .mode("/opt/acme/bin/app", 0755)
                .file("/opt/acme/only-two", "new\n")
                .link("/opt/acme/current", "only-two")
                .configuration("/etc/acme/app.conf", "color=blue\n");
    }

    private Release first() throws Exception {
        return line.release("1.0.0", debs.build(one()), SETTINGS);
    }

    private Release second(Debs.Parts parts) throws Exception {
        return line.release("2.0.0", debs.build(parts), SETTINGS);
    }

    private Path at(String path) {
        return line.root().resolve(path.substring(1));
    }

    private static void assertSame(TreePicture before, TreePicture now) {
        assertEquals(List.of(), now.differences(before));
    }

    @Test
    void aPackageIsInstalledAndVerified() throws Exception {
        line.install(first());
        assertEquals("one\n", Files.readString(at("/opt/acme/bin/app")));
        assertEquals(04755, (Integer) Files.getAttribute(at("/opt/acme/bin/app"), "unix:mode") & 07777);
        assertTrue(Files.readString(at("/var/lib/dpkg/status")).contains("Status: install ok installed"));
    }

    @Test
    void aPackageIsLaidOutAndReadOnce() throws Exception {
        Release first = first();
        Workplace here = line.workplace(first, InstallDisk.real());
        assertEquals(List.of(), line.placement(first).precheck(here));
        Path staged = here.staging().resolve("packages/0000.deb");
        FileTime mark = FileTime.from(Instant.EPOCH);
        Files.setLastModifiedTime(staged, mark);
        long spaceNeeds = line.placement(first).space(here).size();
        line.placement(first).prepare(here);
        assertEquals(mark, Files.getLastModifiedTime(staged), spaceNeeds + " needs of space were asked in between");
    }

    @Test
    void aPackageThatChangedSinceItWasReadIsReadAgain() throws Exception {
        Release first = first();
        Workplace here = line.workplace(first, InstallDisk.real());
        assertEquals(List.of(), line.placement(first).precheck(here));
        Path staged = here.staging().resolve("packages/0000.deb");
        Files.copy(debs.build(two()), staged, StandardCopyOption.REPLACE_EXISTING);
        line.placement(first).prepare(here);
        assertEquals(-1, Files.mismatch(first.content(), staged));
    }

    @Test
    void aPackageThatChangedAfterItsPreparationIsNotInstalled() throws Exception {
        Release first = first();
        Workplace here = line.prepared(first);
        TreePicture before = line.picture();
        Files.copy(debs.build(two()), here.staging().resolve("packages/0000.deb"), StandardCopyOption.REPLACE_EXISTING);
        AdapterException refused =
                assertThrows(AdapterException.class, () -> line.placement(first).apply(here));
        assertEquals(CodeClass.TRANSIENT, refused.codeClass());
        assertSame(before, line.picture());
    }

    @Test
    void aFirstInstallationIsTakenBackToNothing() throws Exception {
        TreePicture before = line.picture();
        Release first = first();
        Workplace here = line.install(first);
        line.placement(first).undo(here);
        assertSame(before, line.picture());
    }

    @Test
    void anUpdateIsTakenBackFileByFileFromWhatIsPinned() throws Exception {
        Release first = first();
        line.settle(first);
        Files.writeString(at("/etc/acme/app.conf"), "color=green\n");
        Files.createDirectories(at("/srv/data"));
        TreePicture before = line.picture();
        Release second = second(two());
        Workplace here = line.install(second);
        assertEquals("two two\n", Files.readString(at("/opt/acme/bin/app")));
        assertFalse(Files.exists(at("/opt/acme/only-one")));
        assertEquals("color=green\n", Files.readString(at("/etc/acme/app.conf")), "the administrator's stays");
        // Nothing of the new release is needed for the way back.
        Files.delete(second.content());
        line.placement(second).undo(here);
        assertSame(before, line.picture());
        assertEquals(List.of(), line.differences(first));
    }

    @Test
    void aDamagedRecordForTheWayBackIsToldByItsName() throws Exception {
        Release first = first();
        TreePicture before = line.picture();
        line.install(first);
        Workplace here = line.workplace(first, InstallDisk.real());
        for (String name : List.of("before.json", "begun", "files/index.json")) {
            Path record = here.undo().resolve(name);
            byte[] right = Files.readAllBytes(record);
            Files.write(record, Arrays.copyOf(right, right.length / 2));
            AdapterException told = assertThrows(
                    AdapterException.class, () -> line.placement(first).undo(here), name);
            assertTrue(
                    String.valueOf(told.getMessage()).startsWith(record + " is not what was written there ("),
                    told.getMessage());
            Files.write(record, right);
        }
        line.placement(first).undo(here);
        assertSame(before, line.picture());
    }

    @Test
    void withoutAnyScriptFilesAndDatabaseComeBackAllTheSame() throws Exception {
        Release first = line.release("1.0.0", debs.build(one()), "{'undo': 'files'," + Debs.SCRATCH + "}");
        line.settle(first);
        TreePicture before = line.picture();
        Release second = line.release("2.0.0", debs.build(two()), "{'undo': 'files'," + Debs.SCRATCH + "}");
        Workplace here = line.install(second);
        line.placement(second).undo(here);
        assertSame(before, line.picture());
    }

    @Test
    void aScriptThatFailsIsTakenBack() throws Exception {
        Release first = first();
        line.settle(first);
        TreePicture before = line.picture();
        Release second = second(two().script("postinst", "echo it cannot start >&2; exit 3"));
        AdapterException failed = line.failing(second);
        assertEquals(CodeClass.PERMANENT, failed.codeClass());
        assertTrue(
                String.valueOf(failed.getMessage()).contains("it cannot start"), String.valueOf(failed.getMessage()));
        assertSame(before, line.picture());
    }

    @Test
    void scriptsThatFailInBothDirectionsAreNoHindrance() throws Exception {
        Release first = first();
        line.settle(first);
        TreePicture before = line.picture();
        Release second = second(
                two().script("postinst", "exit 1").script("prerm", "exit 1").script("postrm", "exit 1"));
        Workplace here = line.prepared(second);
        assertThrows(AdapterException.class, () -> line.placement(second).apply(here));
        line.placement(second).undo(here);
        assertSame(before, line.picture());
        line.install(line.release(
                "3.0.0", debs.build(Debs.of("acme-app", "3.0-1").file("/opt/acme/bin/app", "three\n")), SETTINGS));
    }

    /** dpkg is killed from within, the first time that script runs. */
    private static String killOnce(String moment) {
        return "[ -e \"$DPKG_ROOT/tmp/killed-" + moment
                + "\" ] && exit 0\nmkdir -p \"$DPKG_ROOT/tmp\"\n: >\"$DPKG_ROOT/tmp/killed-" + moment
                + "\"\nkill -9 $PPID\nsleep 1 || :";
    }

    @ParameterizedTest
    @ValueSource(strings = {"preinst", "postinst"})
    void aKilledDpkgIsRepeated(String moment) throws Exception {
        Release first = first();
        line.settle(first);
        Release second = second(two().script(moment, killOnce(moment)));
        Workplace here = line.prepared(second);
        Placement placement = line.placement(second);
        assertThrows(AdapterException.class, () -> placement.apply(here));
        assertFalse(placement.verify(here).isEmpty(), "the kill came too late to be one");
        placement.apply(here);
        assertEquals(List.of(), placement.verify(here));
    }

    @ParameterizedTest
    @ValueSource(strings = {"preinst", "postinst", "first-preinst", "first-postinst"})
    void aKilledDpkgIsTakenBack(String moment) throws Exception {
        if (!moment.startsWith("first-")) {
            Release first = first();
            line.install(first);
            line.keep(first);
        }
        Files.createDirectories(at("/tmp"));
        TreePicture before = line.picture();
        String script = moment.replace("first-", "");
        Release second = second(two().script(script, killOnce(script)));
        Workplace here = line.prepared(second);
        assertThrows(AdapterException.class, () -> line.placement(second).apply(here));
        line.placement(second).undo(here);
        Files.deleteIfExists(at("/tmp/killed-" + script));
        assertSame(before, line.picture());
    }

    @Test
    void anUndoThatIsCutOffAnywhereIsBegunAgain() throws Exception {
        String settings = "{'undo': 'files'," + Debs.SCRATCH + "}";
        Release first = line.release("1.0.0", debs.build(one()), settings);
        line.settle(first);
        TreePicture before = line.picture();
        Release second = line.release("2.0.0", debs.build(two()), settings);
        line.install(second);
        Path after = dir.resolve("after");
        OutsideProgram.said("cp", "-a", dir.resolve("machine").toString(), after.toString());
        StoppingDisk counting = new StoppingDisk(InstallDisk.real(), Long.MAX_VALUE);
        line.placement(second).undo(line.workplace(second, counting));
        assertTrue(counting.count() > 20, "it is cut off at " + counting.count() + " places only");
        for (long changes = 0; changes < counting.count(); changes++) {
            InstallDisk.real().delete(dir.resolve("machine"));
            OutsideProgram.said(
                    "cp", "-a", after.toString(), dir.resolve("machine").toString());
            Workplace cut = line.workplace(second, new StoppingDisk(InstallDisk.real(), changes));
            assertThrows(
                    StoppingDisk.Stopped.class, () -> line.placement(second).undo(cut));
            line.placement(second).undo(line.workplace(second, InstallDisk.real()));
            assertEquals(List.of(), line.picture().differences(before), "cut off after " + changes + " changes");
        }
    }

    @Test
    void whatOthersInstalledMeanwhileStays() throws Exception {
        Release first = first();
        line.settle(first);
        TreePicture before = line.picture();
        Release second = second(two());
        Workplace here = line.install(second);
        Path other = debs.build(Debs.of("other", "7").file("/opt/other/file", "other\n"));
        OutsideProgram.said(
                "dpkg",
                "--root=" + line.root(),
                "--force-script-chrootless",
                "--log=" + dir.resolve("log"),
                "--install",
                other.toString());
        line.placement(second).undo(here);
        String status = Files.readString(at("/var/lib/dpkg/status"));
        assertTrue(status.contains("Package: other") && status.contains("Version: 1.0-1"), status);
        assertFalse(status.contains("Version: 2.0-1"), status);
        assertTrue(Files.exists(at("/opt/other/file")));
        assertSame(
                before.without("var/lib/dpkg").without("opt/other"),
                line.picture().without("var/lib/dpkg").without("opt/other"));
    }

    @Test
    void aRemovalLeavesConfigurationAndIsTakenBack() throws Exception {
        Release first = first();
        line.settle(first);
        TreePicture before = line.picture();
        Placement placement = line.placement(first);
        Workplace here = line.workplace(first, InstallDisk.real());
        assertEquals(List.of(), placement.precheck(here));
        placement.capture(here);
        placement.remove(here);
        assertFalse(Files.exists(at("/opt/acme/bin/app")));
        assertTrue(Files.exists(at("/etc/acme/app.conf")));
        placement.remove(here);
        placement.undo(here);
        assertSame(before, line.picture());
    }

    @Test
    void aPurgeLeavesNothing() throws Exception {
        Release first = line.release("1.0.0", debs.build(one()), "{'purge': true," + Debs.SCRATCH + "}");
        line.settle(first);
        Placement placement = line.placement(first);
        Workplace here = line.workplace(first, InstallDisk.real());
        placement.capture(here);
        placement.remove(here);
        assertFalse(Files.exists(at("/etc/acme")));
        assertFalse(Files.exists(at("/opt/acme")));
    }

    @Test
    void newConfigurationReplacesChangedOneOnlyWhereSaid() throws Exception {
        Release first = line.release("1.0.0", debs.build(one()), "{'conffiles': 'new'," + Debs.SCRATCH + "}");
        line.settle(first);
        Files.writeString(at("/etc/acme/app.conf"), "color=green\n");
        List<String> differences = line.differences(first);
        assertEquals(1, differences.size(), differences.toString());
        assertTrue(differences.getFirst().contains("configuration file"), differences.toString());
        line.install(line.release("2.0.0", debs.build(two()), "{'conffiles': 'new'," + Debs.SCRATCH + "}"));
        assertEquals("color=blue\n", Files.readString(at("/etc/acme/app.conf")));
    }

    @Test
    void aDamagedFileIsNoticedAndMended() throws Exception {
        Release first = first();
        line.settle(first);
        Placement placement = line.placement(first);
        Files.writeString(at("/opt/acme/bin/app"), "ONE\n");
        Files.delete(at("/opt/acme/current"));
        Workplace here = line.workplace(first, InstallDisk.real());
        assertEquals(2, placement.verify(here).size(), placement.verify(here).toString());
        placement.mend(here);
        assertEquals(List.of(), placement.verify(here));
        assertEquals("one\n", Files.readString(at("/opt/acme/bin/app")));
    }

    @Test
    void severalPackagesAreOneRunAndDroppedOnesGo() throws Exception {
        Path library = debs.build(Debs.of("acme-lib", "1").file("/opt/acme/lib/lib", "lib\n"));
        Path app = debs.build(one().field("Depends: acme-lib"));
        Release both = line.tree(
                "1.0.0", List.of(app, library), "{'packages': ['acme-app', 'acme-lib']," + Debs.SCRATCH + "}");
        line.settle(both);
        TreePicture before = line.picture();
        Release second = second(two());
        Workplace here = line.install(second);
        assertFalse(Files.exists(at("/opt/acme/lib/lib")));
        line.placement(second).undo(here);
        assertSame(before, line.picture());
    }

    /** A tar of some kilobytes may say of a file with holes that it has terabytes. */
    @Test
    void aPackageWithHolesFillsNoDisk() throws Exception {
        Path packages = Files.createDirectories(at("/").resolveSibling("made/packages"));
        try (RandomAccessFile holes =
                new RandomAccessFile(packages.resolve("acme-app.deb").toFile(), "rw")) {
            holes.setLength(64 << 20);
        }
        Path archive = packages.resolveSibling("tree.tar");
        Process tar = new ProcessBuilder(
                        OutsideProgram.require("tar").toString(),
                        "--sparse",
                        "--format=gnu",
                        "-C",
                        String.valueOf(packages.getParent()),
                        "-cf",
                        archive.toString(),
                        "packages/acme-app.deb")
                .inheritIO()
                .start();
        assertEquals(0, tar.waitFor());
        Release release = line.packed("1.0.0", archive, "{'packages': ['acme-app']," + Debs.SCRATCH + "}");
        Workplace here = line.workplace(release, InstallDisk.real());
        String said;
        try {
            said = line.placement(release).precheck(here).toString();
            line.placement(release).prepare(here);
        } catch (AdapterException e) {
            said = String.valueOf(e.getMessage());
        }
        assertTrue(said.contains("with holes"), said);
    }

    @Test
    void aMissingDependencyIsSaidBeforeAnythingIsChanged() throws Exception {
        TreePicture before = line.picture();
        Release first = line.release("1.0.0", debs.build(one().field("Pre-Depends: acme-lib")), SETTINGS);
        List<String> obstacles = line.obstacles(first);
        assertEquals(1, obstacles.size(), obstacles.toString());
        assertTrue(obstacles.getFirst().contains("acme-lib"), obstacles.toString());
        assertSame(before, line.picture());
    }

    @Test
    void whatIsForAnotherMachineOrOlderIsRefused() throws Exception {
        Release second = second(two());
        line.install(second);
        Release older = first();
        assertTrue(line.obstacles(older).getFirst().contains("later"));
        Release foreign = line.release("4.0.0", debs.build(one().architecture("sparc64")), SETTINGS);
        assertTrue(line.obstacles(foreign).getFirst().contains("sparc64"));
    }

    @Test
    void aLineThatGoesBackTakesItsPackagesBack() throws Exception {
        Release second = second(two());
        line.settle(second);
        line.install(first());
        assertEquals("one\n", Files.readString(at("/opt/acme/bin/app")));
    }

    @Test
    void anotherPackageThanThatNamedIsRefused() throws Exception {
        Path deb = debs.build(one());
        for (String packages : List.of("['acme-tool']", "{'acme-app': '1.0-2'}")) {
            Release release = line.release("1.0.0", deb, "{'packages': " + packages + "," + Debs.SCRATCH + "}");
            AdapterException refused = assertThrows(AdapterException.class, () -> line.obstacles(release));
            assertEquals(CodeClass.PERMANENT, refused.codeClass());
        }
    }

    @Test
    void aMachineWithoutDpkgSaysSoInOneLine() throws Exception {
        line.programs(new NoPrograms());
        Release first = first();
        List<String> obstacles = line.obstacles(first);
        assertEquals(1, obstacles.size());
        assertTrue(obstacles.getFirst().contains("no dpkg"), obstacles.toString());
    }

    @Test
    void aHeldLockIsForLater() throws Exception {
        Path fifo = dir.resolve("fifo");
        OutsideProgram.said("mkfifo", fifo.toString());
        Path slow = debs.build(Debs.of("slow", "1").file("/opt/slow", "s\n").script("preinst", "read line <" + fifo));
        Files.createDirectories(at("/var/lib/dpkg/info"));
        Process other = new ProcessBuilder(
                        "dpkg",
                        "--root=" + line.root(),
                        "--force-script-chrootless",
                        "--log=" + dir.resolve("log"),
                        "--install",
                        slow.toString())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        // Opening the pipe waits until the script reads it, so dpkg holds its lock by then.
        try (var pipe = Files.newOutputStream(fifo)) {
            Release first = first();
            AdapterException busy = assertThrows(AdapterException.class, () -> line.obstacles(first));
            assertEquals(CodeClass.TRANSIENT, busy.codeClass());
            pipe.write('\n');
        }
        assertEquals(0, other.waitFor());
    }

    @Test
    void alternativesComeBackWithTheirLinks() throws Exception {
        OutsideProgram.require("update-alternatives");
        String add =
                "update-alternatives --root \"$DPKG_ROOT\" --log /dev/null --install /usr/bin/tool tool /opt/acme/";
        Files.createDirectories(at("/usr/bin"));
        Files.createDirectories(at("/etc/alternatives"));
        Files.createDirectories(at("/var/lib/dpkg/alternatives"));
        Release first = line.release("1.0.0", debs.build(one().script("postinst", add + "bin/app 10")), SETTINGS);
        line.settle(first);
        assertEquals(
                "/opt/acme/bin/app",
                Files.readSymbolicLink(at("/etc/alternatives/tool")).toString());
        TreePicture before = line.picture();
        Release second = second(two().script("postinst", add + "only-two 20"));
        Workplace here = line.install(second);
        assertEquals(
                "/opt/acme/only-two",
                Files.readSymbolicLink(at("/etc/alternatives/tool")).toString());
        line.placement(second).undo(here);
        // The tool's log goes there, /dev/null of this root as it is.
        assertSame(before.without("dev"), line.picture().without("dev"));
    }

    @Test
    void contradictorySettingsAreRefusedInOneLine() throws Exception {
        Path deb = debs.build(one());
        for (String settings : List.of(
                "{'root': 'here'}",
                "{'conffiles': 'ask'}",
                "{'packages': []}",
                "{'packages': ['../x']}",
                "{'scripts': 'never'}",
                "{'unknown': 1}",
                "{'also': ['../x']}")) {
            Release release = line.release("1.0.0", deb, settings);
            IllegalArgumentException refused =
                    assertThrows(IllegalArgumentException.class, () -> line.placement(release), settings);
            assertFalse(String.valueOf(refused.getMessage()).contains("\n"));
        }
    }
}
