package packhorse.peer.adapter.config;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.content.Kind;
import packhorse.core.testing.OnlyAs;
import packhorse.peer.adapter.AdapterException;
import packhorse.peer.adapter.InstallDisk;
import packhorse.peer.adapter.archive.MemoryDir;
import packhorse.peer.adapter.testing.ExchangingDisk;
import packhorse.peer.adapter.testing.ScratchMachine;
import packhorse.peer.adapter.testing.ScratchMachine.Release;
import packhorse.peer.adapter.testing.TreePicture;

/** Configuration put in place, looked after, and taken back. */
final class ConfigPlacementTest {
    private static final String APP = "/etc/acme/app.properties";

    @TempDir(factory = MemoryDir.class)
    Path scratch;

    private ScratchMachine machine;

    @BeforeEach
    void aMachine() throws Exception {
        machine = new ScratchMachine(
                        scratch,
                        new TreeMap<>(Map.of("proxy", "http://p:8080/?a=b", "site", "berlin", "evil", "x\ny=1")))
                .with();
        machine.write(APP, "# ours\nname = old\nkeep=\u00e9 this\r\nlast=1");
    }

    private static Release release(String version, String edits) {
        return release(version, "hello ${site}, $${home}\n", edits);
    }

    private static Release release(String version, String template, String edits) {
        return ScratchMachine.release(
                new ConfigAdapter(),
                Kind.PACKAGE,
                version,
                "motd.txt",
                template.getBytes(UTF_8),
                "{'edits':[" + edits + "]}");
    }

    private static String edit(String file, String format, String more) {
        return "{'file':'" + file + "','format':'" + format + "'," + more + "}";
    }

    private static Release keys(String version, String set) {
        return release(version, edit(APP, "properties", "'set':{" + set + "}"));
    }

    private Release ready(Release release) throws Exception {
        machine.with(release);
        return release;
    }

    private List<String> precheck(Release release) throws Exception {
        machine.with(release);
        return release.placement().precheck(machine.at(release));
    }

    @Test
    void keysAreSetWithVariablesAndEverythingElseStays() throws Exception {
        machine.install(ready(keys("1", "'name':'new','proxy':'${proxy}','version':'${packhorse.version}'")));
        assertEquals(
                "# ours\nname = new\nkeep=\u00e9 this\r\nlast=1\r\nproxy=http://p:8080/?a=b\r\nversion=1",
                machine.read(APP));
    }

    @Test
    void aFileWithOtherNamesIsNotPartedFromThem() throws Exception {
        Files.createLink(machine.file("/etc/acme/second"), machine.file(APP));
        assertEquals(
                List.of(APP + " is one file with 1 other names (hard links), which would part from it; make it a file"
                        + " of its own or a symbolic link"),
                precheck(keys("1", "'name':'new'")));
    }

    private static void give(Path path, int user) throws IOException {
        Files.setAttribute(path, "unix:uid", user, LinkOption.NOFOLLOW_LINKS);
        Files.setAttribute(path, "unix:gid", user, LinkOption.NOFOLLOW_LINKS);
    }

    /** A user's file is edited, and at each of the changes he exchanges its directory for a link to one of root's. */
    @Test
    void whoExchangesHisDirectoryForALinkMeanwhileHasNothingWrittenBehindIt() throws Exception {
        OnlyAs.root();
        Release release = release(
                "1",
                edit("/home/u/conf/app.ini", "ini", "'set':{'a':2},'mode':'0640'") + ","
                        + edit("/home/u/conf/motd", "template", "'from':'motd.txt','owner':'1000:1000'"));
        boolean exchanged = true;
        int moments = 0;
        for (; exchanged; moments++) {
            machine = new ScratchMachine(Files.createDirectory(scratch.resolve("at-" + moments)), machine.variables());
            machine.with(release);
            machine.write("/home/u/conf/app.ini", "a=1\n");
            machine.write("/etc/app.ini", "root's=1\n");
            machine.write("/etc/motd", "root's\n");
            for (String his : List.of("/home/u", "/home/u/conf", "/home/u/conf/app.ini")) {
                give(machine.file(his), ExchangingDisk.STRANGER);
            }
            TreePicture before = TreePicture.of(machine.file("/etc"));
            ExchangingDisk disk =
                    new ExchangingDisk(InstallDisk.real(), machine.file("/home/u/conf"), machine.file("/etc"), moments);
            try {
                machine.install(release, Optional.empty(), disk);
                machine.undo(release, Optional.empty(), disk);
            } catch (AdapterException | IOException | AssertionError e) {
                assertTrue(disk.exchanged(), () -> "without a reason: " + e);
            }
            exchanged = disk.exchanged();
            assertEquals(
                    List.of(), TreePicture.of(machine.file("/etc")).differences(before), "exchanged before " + moments);
            if (exchanged) {
                try {
                    machine.undo(release);
                } catch (AdapterException e) {
                    assertTrue(String.valueOf(e.getMessage()).contains("lead it elsewhere"), e.toString());
                }
                assertEquals(List.of(), TreePicture.of(machine.file("/etc")).differences(before));
            } else {
                assertEquals("a=1\n", machine.read("/home/u/conf/app.ini"));
            }
        }
        assertTrue(moments > 20, moments + " moments");
    }

    /** And where he does not, what is his is edited, and stays his. */
    @Test
    void inAUsersDirectoryHisFileIsEditedAndNothingIsLeftBeside() throws Exception {
        OnlyAs.root();
        machine.write("/home/u/conf/app.ini", "a=1\n");
        for (String his : List.of("/home/u", "/home/u/conf", "/home/u/conf/app.ini")) {
            give(machine.file(his), ExchangingDisk.STRANGER);
        }
        TreePicture before = TreePicture.of(machine.root());
        Release release = ready(release("1", edit("/home/u/conf/app.ini", "ini", "'set':{'a':2},'mode':'4710'")));
        machine.install(release);
        assertEquals("a=2\n", machine.read("/home/u/conf/app.ini"));
        assertEquals(
                List.of("home/u/conf/app.ini"),
                TreePicture.of(machine.root()).differences(before).stream()
                        .map(line -> line.substring(0, line.indexOf(':')))
                        .toList());
        assertTrue(String.valueOf(TreePicture.of(machine.root()).entries().get("home/u/conf/app.ini"))
                .startsWith("file 4710 1000:1000"));
        machine.undo(release);
        assertEquals(List.of(), TreePicture.of(machine.root()).differences(before));
    }

    @Test
    void whatIsMadeInAUsersDirectoryIsHisAndVerifiedMendedUndoneAndTakenOff() throws Exception {
        OnlyAs.root();
        give(Files.createDirectories(machine.file("/home/u")), ExchangingDisk.STRANGER);
        TreePicture before = TreePicture.of(machine.root());
        Release release = ready(release(
                "1",
                edit("/home/u/app.ini", "ini", "'set':{'a':2},'create':true") + ","
                        + edit("/home/u/new/deep/motd", "template", "'from':'motd.txt','mode':'0600'")));
        machine.install(release);
        for (String his : List.of("/home/u/app.ini", "/home/u/new", "/home/u/new/deep", "/home/u/new/deep/motd")) {
            for (String whose : List.of("unix:uid", "unix:gid")) {
                assertEquals(
                        ExchangingDisk.STRANGER,
                        Files.getAttribute(machine.file(his), whose, LinkOption.NOFOLLOW_LINKS),
                        his);
            }
        }

        InstallDisk.real().delete(machine.file("/home/u/new"));
        release.placement().mend(machine.at(release));
        assertEquals(List.of(), machine.verify(release));

        machine.undo(release);
        assertEquals(List.of(), TreePicture.of(machine.root()).differences(before));
        machine.clear();
        machine.commit(release);
        machine.remove(release, InstallDisk.real());
        assertEquals(List.of(), TreePicture.of(machine.root()).differences(before));
    }

    @Test
    void whatIsToBelongToSomebodyElseInAUsersDirectoryIsRefused() throws Exception {
        OnlyAs.root();
        give(Files.createDirectories(machine.file("/home/u")), ExchangingDisk.STRANGER);
        assertEquals(
                List.of("/home/u/new/app.ini is to belong to user 0 in a directory that user "
                        + ExchangingDisk.STRANGER
                        + " owns, who could exchange it; take owner out or correct the path"),
                precheck(
                        release("1", edit("/home/u/new/app.ini", "ini", "'set':{'a':2},'create':true,'owner':'0:0'"))));
    }

    @Test
    void undoBringsBackBytesModeOwnerAndTime() throws Exception {
        byte[] odd = "a=1\r\n\u00ff\u0080=\u00fe".getBytes(ISO_8859_1);
        Files.write(machine.file(APP), odd);
        Files.setPosixFilePermissions(machine.file(APP), PosixFilePermissions.fromString("rw-r-----"));
        FileTime then = FileTime.from(Instant.parse("2020-02-02T02:02:02Z"));
        Files.setLastModifiedTime(machine.file(APP), then);
        TreePicture before = TreePicture.of(machine.root());
        Release release = ready(release(
                "1",
                edit(APP, "properties", "'set':{'a':2},'mode':'0600'") + ","
                        + edit("/etc/new/dir/motd", "template", "'from':'motd.txt'")));
        machine.install(release);
        assertEquals("hello berlin, ${home}\n", machine.read("/etc/new/dir/motd"));
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(machine.file(APP))));
        machine.undo(release);
        assertArrayEquals(odd, Files.readAllBytes(machine.file(APP)));
        assertEquals(before, TreePicture.of(machine.root()));
        assertEquals(then, Files.getLastModifiedTime(machine.file(APP)));
    }

    @Test
    void whatSomebodyElseWroteMeanwhileIsKeptBesideTheRestoredText() throws Exception {
        String before = machine.read(APP);
        Release release = ready(keys("1", "'name':'new'"));
        machine.install(release);
        machine.write(APP, "somebody=else\n");
        machine.undo(release);
        machine.undo(release);
        assertEquals(before, machine.read(APP));
        try (var files = Files.list(machine.file("/etc/acme"))) {
            List<Path> kept =
                    files.filter(file -> !file.equals(machine.file(APP))).toList();
            assertEquals(1, kept.size(), kept.toString());
            assertTrue(kept.getFirst().getFileName().toString().startsWith("app.properties.packhorse-kept-"));
            assertEquals("somebody=else\n", Files.readString(kept.getFirst()));
        }
    }

    @Test
    void aChangeBetweenCaptureAndApplyIsNotLostEither() throws Exception {
        Release release = ready(keys("1", "'name':'new'"));
        var here = machine.at(release);
        release.placement().prepare(here);
        release.placement().capture(here);
        machine.write(APP, "other=1\n");
        release.placement().apply(here);
        assertEquals("other=1\nname=new\n", machine.read(APP));
        machine.undo(release);
        try (var files = Files.list(machine.file("/etc/acme"))) {
            assertEquals(2, files.count());
        }
    }

    @Test
    void driftIsSeenInManagedKeysOnlyAndMendedThereOnly() throws Exception {
        Release release = ready(release(
                "1",
                edit(APP, "properties", "'set':{'name':'new'},'remove':['gone']") + ","
                        + edit("/etc/motd", "template", "'from':'motd.txt','mode':'0644'")));
        machine.commit(release);
        machine.write(APP, machine.read(APP) + "\r\nfree=1");
        assertEquals(List.of(), machine.verify(release));
        machine.write(APP, machine.read(APP).replace("name = new", "name=worse") + "\r\ngone=again");
        machine.write("/etc/motd", "changed");
        Files.setPosixFilePermissions(machine.file("/etc/motd"), PosixFilePermissions.fromString("rw-rw-rw-"));
        assertEquals(
                List.of(
                        APP + ": gone is not as it was put there",
                        APP + ": name is not as it was put there",
                        "/etc/motd was changed",
                        "/etc/motd has the mode 666, not 644"),
                machine.verify(release));
        release.placement().mend(machine.at(release));
        assertEquals(List.of(), machine.verify(release));
        assertTrue(machine.read(APP).contains("name=new") && machine.read(APP).contains("free=1"));
    }

    @Test
    void variablesThatChangeLaterAreNoDrift() throws Exception {
        Release release = ready(keys("1", "'name':'${site}'"));
        machine.commit(release);
        assertEquals(List.of(), new ScratchMachine(scratch, new TreeMap<>(Map.of("site", "rome"))).verify(release));
    }

    @Test
    void removalBringsBackWhatWasBeforeTheFirstRelease() throws Exception {
        TreePicture before = TreePicture.of(machine.root());
        Release one = ready(keys("1", "'name':'one','extra':1"));
        Release two = ready(release(
                "2",
                edit(APP, "properties", "'set':{'name':'two','other':2}") + ","
                        + edit("/etc/a/b", "template", "'text':'x'")));
        machine.commit(one);
        machine.commit(two, Optional.of(one));
        assertFalse(machine.read(APP).contains("extra"), "what the new version does not manage goes back");
        machine.remove(two, InstallDisk.real());
        assertEquals(before, TreePicture.of(machine.root()));
    }

    @Test
    void removalLeavesWhatOthersWroteMeanwhile() throws Exception {
        Release one = ready(keys("1", "'name':'one','extra':1"));
        machine.commit(one);
        machine.write(APP, machine.read(APP) + "\r\nfree=1");
        TreePicture installed = TreePicture.of(machine.root());
        machine.remove(one, InstallDisk.real());
        assertEquals("# ours\nname = old\nkeep=\u00e9 this\r\nlast=1\r\nfree=1", machine.read(APP));
        machine.undo(one);
        assertEquals(installed, TreePicture.of(machine.root()));
        assertEquals(List.of(), machine.verify(one));
    }

    @Test
    void rollingBackAnUpdateBringsBackTheOlderReleaseAndItsHome() throws Exception {
        Release one = ready(keys("1", "'name':'one'"));
        Release two = ready(keys("2", "'name':'two','more':1"));
        machine.commit(one);
        TreePicture installed = TreePicture.of(machine.root());
        machine.install(two, Optional.of(one), InstallDisk.real());
        machine.undo(two, Optional.of(one), InstallDisk.real());
        assertEquals(installed, TreePicture.of(machine.root()));
        assertEquals(List.of(), machine.verify(one));
    }

    @Test
    void linksAreFollowedInsideTheRootOnly() throws Exception {
        machine.write("/run/real.properties", "a=1\n");
        Files.delete(machine.file(APP));
        Files.createSymbolicLink(machine.file(APP), Path.of("/run/real.properties"));
        Release release = ready(keys("1", "'a':2"));
        machine.install(release);
        assertEquals("a=2\n", machine.read("/run/real.properties"));
        assertTrue(Files.isSymbolicLink(machine.file(APP)));
        machine.undo(release);
        assertEquals("a=1\n", machine.read("/run/real.properties"));
        // As many steps up as may be: the root has no parent.
        Path outside = Files.writeString(scratch.resolve("outside"), "a=1\n");
        Files.delete(machine.file(APP));
        Files.createSymbolicLink(machine.file(APP), Path.of("../../../../../../" + outside.getFileName()));
        machine.clear();
        assertEquals(1, precheck(release).size());
        assertEquals("a=1\n", Files.readString(outside));
        Files.delete(machine.file(APP));
        Files.createSymbolicLink(machine.file(APP), Path.of("app.properties"));
        assertTrue(
                precheck(release).getFirst().contains("more than 40 links"),
                precheck(release).toString());
    }

    @Test
    void aWayThroughAUsersDirectoryToRootsFilesIsRefused() throws Exception {
        packhorse.core.testing.OnlyAs.root();
        machine.write("/etc/shadow", "a=1\n");
        Path theirs = Files.createDirectories(machine.file("/home/mallory"));
        InstallDisk.real().owner(theirs, 4711, 4711);
        Files.createSymbolicLink(theirs.resolve("app.ini"), Path.of("/etc/shadow"));
        InstallDisk.real().owner(theirs.resolve("app.ini"), 4711, 4711);
        Release release = ready(release("1", edit("/home/mallory/app.ini", "ini", "'set':{'a':2}")));
        List<String> problems = precheck(release);
        assertTrue(problems.getFirst().contains("user 4711 owns"), problems.toString());
        release.placement().prepare(machine.at(release));
        assertThrows(AdapterException.class, () -> release.placement().capture(machine.at(release)));
        assertEquals("a=1\n", machine.read("/etc/shadow"));
    }

    @Test
    void whatCannotBeDoneIsSaidBeforeAnythingIsChanged() throws Exception {
        assertEquals(
                List.of(APP
                        + ": name: the variable ${nobody} is set for neither this endpoint, its groups nor its site;"
                        + " set it there, or write $${ where none is meant"),
                precheck(keys("1", "'name':'${nobody}'")));
        assertTrue(precheck(keys("1", "'name':'${evil}'")).getFirst().contains("U+000A"));
        assertTrue(precheck(release("1", edit("/etc/no.ini", "ini", "'set':{'a':1}")))
                .getFirst()
                .contains("create: true"));
        assertEquals(List.of(), precheck(release("1", edit("/etc/no.ini", "ini", "'set':{'a':1},'create':true"))));
        assertTrue(precheck(release("1", "one\ntwo ${x}\n", edit("/etc/m", "template", "'from':'motd.txt'")))
                .getFirst()
                .startsWith("/etc/m: motd.txt line 2: the variable ${x}"));
        machine.write("/etc/wide.ini", "a\0=\0");
        assertTrue(precheck(release("1", edit("/etc/wide.ini", "ini", "'set':{'a':1}")))
                .getFirst()
                .contains("UTF-16"));
        Files.createDirectories(machine.file("/etc/dir"));
        assertTrue(precheck(release("1", edit("/etc/dir", "ini", "'set':{'a':1}")))
                .getFirst()
                .contains("no regular file"));
        Files.createSymbolicLink(machine.file("/etc/same"), Path.of("acme/app.properties"));
        assertTrue(precheck(release(
                        "1",
                        edit(APP, "properties", "'set':{'a':1}") + ","
                                + edit("/etc/same", "properties", "'set':{'b':1}")))
                .getFirst()
                .contains("are one file"));
    }

    @Test
    void settingsThatContradictThemselvesAreRefused() {
        for (Map.Entry<String, String> bad : Map.of(
                        edit("etc/x", "ini", "'set':{'a':1}"), "absolute path",
                        edit("/etc/../x", "ini", "'set':{'a':1}"), "without \"..\"",
                        edit("/proc/x", "ini", "'set':{'a':1}"), "no files that stay",
                        edit("/etc/x", "yaml", "'set':{'a':1}"), "properties, ini, template or response",
                        edit("/etc/x", "ini", "'set':{}"), "changes nothing",
                        edit("/etc/x", "ini", "'set':{'a':1},'remove':['a']"), "decide for one",
                        edit("/etc/x", "properties", "'set':{'s':{'a':1}}"), "no sections",
                        edit("/etc/x", "template", "'text':'a','from':'motd.txt'"), "from one place",
                        edit("/etc/x", "template", "'from':'other'"), "the one file motd.txt",
                        edit("/etc/x", "ini", "'set':{'a':1},'mode':'rw'"), "in octal")
                .entrySet()) {
            IllegalArgumentException refused = assertThrows(
                    IllegalArgumentException.class,
                    () -> release("1", bad.getKey()).placement(),
                    bad.getKey());
            assertTrue(
                    String.valueOf(refused.getMessage()).contains(bad.getValue()),
                    String.valueOf(refused.getMessage()));
        }
        String ours = edit("/etc/.x.packhorse-new", "ini", "'set':{'a':1}");
        IllegalArgumentException refused = assertThrows(
                IllegalArgumentException.class, () -> release("1", ours).placement());
        assertEquals(
                "settings.edits[0].file: the path \"/etc/.x.packhorse-new\" has the element \".x.packhorse-new\", a"
                        + " name that Packhorse gives what is not in place yet, and clears away; take another",
                refused.getMessage());
        String twice = edit("/etc/x", "ini", "'set':{'a':1}");
        assertThrows(
                IllegalArgumentException.class,
                () -> release("1", twice + "," + twice).placement());
    }

    @Test
    void answersForAnotherInstallerAreWrittenForItAlone() throws Exception {
        machine.install(ready(release(
                "1",
                edit("/var/tmp/answers", "response", "'set':{'license':true,'Paths':{'dir':'/opt/${site}'}}") + ","
                        + edit(
                                "/etc/default/app",
                                "response",
                                "'set':{'OPTS':'-x ${proxy}'},'quote':'shell','mode':'0644'"))));
        assertEquals("license=true\n\n[Paths]\ndir=/opt/berlin\n", machine.read("/var/tmp/answers"));
        assertEquals(
                "rw-------",
                PosixFilePermissions.toString(Files.getPosixFilePermissions(machine.file("/var/tmp/answers"))));
        assertEquals("OPTS='-x http://p:8080/?a=b'\n", machine.read("/etc/default/app"));
    }
}
