package packhorse.peer.adapter.archive;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.content.CodeClass;
import packhorse.core.durable.Durably;
import packhorse.core.json.Json.JsonString;
import packhorse.core.testing.OnlyAs;
import packhorse.peer.adapter.AdapterException;
import packhorse.peer.adapter.InstallDisk;
import packhorse.peer.adapter.Placement;
import packhorse.peer.adapter.Workplace;
import packhorse.peer.adapter.testing.TreePicture;

/** What each step of an archive's way into its place does, and what undo brings back. */
final class ArchivePlacementTest {
    private static final World.Release ONE = release("1.0");
    private static final World.Release TWO = release("2.0");

    @TempDir(factory = MemoryDir.class)
    Path place;

    private Path into;

    @BeforeEach
    void build() throws Exception {
        World.build(place, ONE, TWO, release("3.0"), release("4.0"), release("5.0"));
        into = place.resolve("root" + World.INTO);
    }

    private static World.Release release(String version) {
        return World.archive(
                version,
                "app.tar.gz",
                Tar.gz(Tar.of(tar -> tar.directory("./")
                        .directory("./bin")
                        .file("./bin/app", ("app " + version).getBytes(java.nio.charset.StandardCharsets.UTF_8), 0755)
                        .hardLink("./bin/same", "./bin/app")
                        .file("./lib/" + version + "/data", "data")
                        .link("./tool", "bin/app"))));
    }

    private Workplace at(World.Release release, Optional<World.Release> previous) {
        return World.at(place, release, previous, InstallDisk.real());
    }

    private String inUse() throws Exception {
        return Files.readString(into.resolve("current/bin/app"));
    }

    @Test
    void aFirstInstallationMakesAllDirectoriesAndUndoTakesThemAway() throws Exception {
        TreePicture before = TreePicture.of(place);
        Workplace here = at(ONE, Optional.empty());
        World.toVerified(here, ONE.placement());
        assertEquals("app 1.0", inUse());
        assertEquals(
                "versions/1.0", Files.readSymbolicLink(into.resolve("current")).toString());
        ONE.placement().undo(here);
        World.clear(place, InstallDisk.real());
        assertEquals(List.of(), TreePicture.of(place).differences(before));
    }

    @Test
    void anUpdateSwitchesTheLinkAndUndoSwitchesItBack() throws Exception {
        World.install(place, ONE, Optional.empty());
        TreePicture before = TreePicture.of(place);
        Workplace here = at(TWO, Optional.of(ONE));
        World.toVerified(here, TWO.placement());
        assertEquals("app 2.0", inUse());
        assertTrue(Files.exists(into.resolve("versions/1.0/bin/app")));
        TWO.placement().undo(here);
        World.clear(place, InstallDisk.real());
        assertEquals(List.of(), TreePicture.of(place).differences(before));
        assertEquals("app 1.0", inUse());
    }

    @Test
    void nothingIsInUseBeforeItIsActivated() throws Exception {
        World.install(place, ONE, Optional.empty());
        Workplace here = at(TWO, Optional.of(ONE));
        Placement placement = TWO.placement();
        placement.prepare(here);
        assertEquals(Set.of("current", "versions"), names(into));
        placement.capture(here);
        placement.apply(here);
        assertEquals(List.of(), placement.verify(here));
        assertEquals("app 1.0", inUse());
        placement.activate(here);
        assertEquals("app 2.0", inUse());
    }

    @Test
    void twoOlderVersionsAreKeptAndTheOldestGo() throws Exception {
        World.Release before = ONE;
        World.install(place, ONE, Optional.empty());
        for (String version : List.of("2.0", "3.0", "4.0")) {
            World.Release next = release(version);
            World.install(place, next, Optional.of(before));
            before = next;
        }
        assertEquals(
                Set.of("2.0", "3.0", "4.0", ".2.0.packhorse", ".3.0.packhorse", ".4.0.packhorse"),
                names(into.resolve("versions")));
        // Back to a version that was kept: now 4.0 is the last one before it.
        World.install(place, TWO, Optional.of(before));
        assertEquals("app 2.0", inUse());
        World.install(place, release("5.0"), Optional.of(TWO));
        assertEquals(
                Set.of("2.0", "4.0", "5.0", ".2.0.packhorse", ".4.0.packhorse", ".5.0.packhorse"),
                names(into.resolve("versions")));
    }

    @Test
    void aCommitNeverTakesAwayWhatTheLinkLeadsTo() throws Exception {
        World.install(place, ONE, Optional.empty());
        for (String version : List.of("2.0", "3.0", "4.0")) {
            World.Release next = release(version);
            Workplace here = at(next, Optional.of(ONE));
            Placement placement = next.placement();
            placement.prepare(here);
            placement.capture(here);
            placement.apply(here);
            placement.commit(here);
            World.clear(place, InstallDisk.real());
        }
        assertEquals("app 1.0", inUse());
    }

    @Test
    void theSameVersionAgainPutsRightWhatWasDamaged() throws Exception {
        World.install(place, ONE, Optional.empty());
        Files.writeString(into.resolve("versions/1.0/bin/app"), "broken");
        Files.writeString(into.resolve("versions/1.0/log"), "the program's own");
        World.install(place, ONE, Optional.of(ONE));
        assertEquals("app 1.0", inUse());
        assertEquals("the program's own", Files.readString(into.resolve("versions/1.0/log")));
    }

    @Test
    void removalLeavesNothingAndCanBeUndone() throws Exception {
        TreePicture empty = TreePicture.of(place.resolve("root"));
        World.install(place, ONE, Optional.empty());
        World.install(place, TWO, Optional.of(ONE));
        TreePicture before = TreePicture.of(place);
        Workplace here = new WorkplaceOf(at(TWO, Optional.empty())).withoutContent();
        Placement placement = TWO.placement();
        assertEquals(List.of(), placement.precheck(here));
        placement.capture(here);
        placement.remove(here);
        assertEquals(List.of(), placement.verify(here));
        assertFalse(Files.exists(into.resolve("current"), LinkOption.NOFOLLOW_LINKS));
        placement.undo(here);
        World.clear(place, InstallDisk.real());
        assertEquals(List.of(), TreePicture.of(place).differences(before));
        placement.capture(here);
        placement.remove(here);
        placement.commit(here);
        assertEquals(List.of(), TreePicture.of(place.resolve("root")).differences(empty));
    }

    @Test
    void removalLeavesWhatOthersPutBesideIt() throws Exception {
        World.install(place, ONE, Optional.empty());
        Files.createDirectories(into.resolve("versions/somebody's"));
        Files.writeString(into.resolve("notes"), "mine");
        Workplace here = at(ONE, Optional.empty());
        ONE.placement().capture(here);
        ONE.placement().remove(here);
        ONE.placement().commit(here);
        assertEquals(Set.of("versions", "notes"), names(into));
        assertEquals(Set.of("somebody's"), names(into.resolve("versions")));
    }

    // ---- drift ----

    @Test
    void whateverChangedIsFoundAndMendedAndNothingElseTouched() throws Exception {
        World.install(place, ONE, Optional.empty());
        TreePicture before = TreePicture.of(place.resolve("root"));
        Workplace here = at(ONE, Optional.empty());
        Path version = into.resolve("versions/1.0");
        Object untouched = Files.getAttribute(version.resolve("tool"), "unix:ino", LinkOption.NOFOLLOW_LINKS);
        Files.setAttribute(version.resolve("bin"), "unix:mode", 0700);
        InstallDisk.real().delete(version.resolve("bin/same"));
        Files.writeString(version.resolve("bin/app"), "app 1.1");
        InstallDisk.real().delete(version.resolve("lib"));
        Path elsewhere = Files.createDirectories(place.resolve("elsewhere/1.0"));
        Files.writeString(elsewhere.resolve("data"), "not ours");
        Files.createSymbolicLink(version.resolve("lib"), place.resolve("elsewhere"));
        InstallDisk.real().switchLink(into.resolve("current"), "versions/9");
        String at = World.INTO + "/versions/1.0/";
        assertEquals(
                List.of(
                        World.INTO + "/current: leads to versions/9, not to version 1.0",
                        at + "bin: has the mode 700, not 755",
                        at + "bin/app: has other bytes",
                        at + "bin/same: is gone",
                        at + "lib: is no longer a directory",
                        at + "lib/1.0: is gone",
                        at + "lib/1.0/data: is gone"),
                ONE.placement().verify(here));
        ONE.placement().mend(here);
        assertEquals(List.of(), ONE.placement().verify(here));
        assertEquals(List.of(), TreePicture.of(place.resolve("root")).differences(before));
        assertEquals("not ours", Files.readString(elsewhere.resolve("data")));
        assertEquals(untouched, Files.getAttribute(version.resolve("tool"), "unix:ino", LinkOption.NOFOLLOW_LINKS));
    }

    @Test
    void aVersionThatIsGoneAltogetherIsMended() throws Exception {
        World.install(place, ONE, Optional.empty());
        TreePicture before = TreePicture.of(place.resolve("root"));
        InstallDisk.real().delete(into);
        Workplace here = at(ONE, Optional.empty());
        assertEquals(2, ONE.placement().verify(here).size());
        ONE.placement().mend(here);
        assertEquals(List.of(), ONE.placement().verify(here));
        assertEquals(
                List.of(),
                TreePicture.of(place.resolve("root")).differences(before).stream()
                        .filter(line -> !line.contains(".1.0.packhorse"))
                        .toList());
    }

    /** A user to whom a directory of the release belongs could lead root's hand elsewhere. */
    @Test
    void nothingIsMendedInADirectoryThatSomebodyElseMayChange() throws Exception {
        World.Release open = World.archive(
                "1.0",
                "app.tar",
                Tar.of(tar ->
                        tar.directory("./open", 0777).directory("./open/in").file("./open/in/data", "data")));
        World.build(place, open);
        World.install(place, open, Optional.empty());
        Path data = into.resolve("versions/1.0/open/in/data");
        Files.writeString(data, "changed");
        Workplace here = at(open, Optional.empty());
        AdapterException refused =
                assertThrows(AdapterException.class, () -> open.placement().mend(here));
        assertTrue(
                String.valueOf(refused.getMessage()).contains("which others than root may change"),
                refused.getMessage());
        assertEquals("changed", Files.readString(data));
    }

    /** Who owned a file may hold it open: it is another one that root gets. */
    @Test
    void aFileThatBelongedToSomebodyElseIsReplaced() throws Exception {
        OnlyAs.root();
        World.install(place, ONE, Optional.empty());
        Path data = into.resolve("versions/1.0/lib/1.0/data");
        Files.setAttribute(data, "unix:uid", 1000);
        try (FileChannel held = FileChannel.open(data, StandardOpenOption.WRITE)) {
            Workplace here = at(ONE, Optional.empty());
            ONE.placement().mend(here);
            assertEquals(4, held.write(ByteBuffer.wrap("evil".getBytes(StandardCharsets.UTF_8))));
            assertEquals(List.of(), ONE.placement().verify(here));
        }
    }

    // ---- in the way ----

    private void inTheWay(String line) throws Exception {
        assertEquals(List.of(line), ONE.placement().precheck(at(ONE, Optional.empty())));
    }

    @Test
    void whatSomebodyElseLeftThereIsNotTouched() throws Exception {
        Files.createDirectories(into.resolve("versions/1.0"));
        inTheWay(World.INTO + "/versions/1.0 is there and was not put there by Packhorse; move it away");
    }

    @Test
    void aFileInTheWayIsNamed() throws Exception {
        Files.createDirectories(Durably.directoryOf(into));
        Files.writeString(into, "");
        assertEquals(
                World.INTO + " is not a directory; move it away",
                ONE.placement().precheck(at(ONE, Optional.empty())).getFirst());
    }

    @Test
    void aLinkOfSomebodyElseIsNotSwitched() throws Exception {
        Files.createDirectories(into);
        Files.createSymbolicLink(into.resolve("current"), Path.of("elsewhere"));
        inTheWay(World.INTO + "/current leads to elsewhere, which is not this release's; remove the link");
        Files.delete(into.resolve("current"));
        Files.createDirectory(into.resolve("current"));
        inTheWay(World.INTO + "/current is a directory, not a link; move it away");
    }

    @Test
    void whoeverCouldLeadItElsewhereIsNamed() throws Exception {
        Files.createDirectories(into);
        Files.setAttribute(Durably.directoryOf(into), "unix:mode", 0777);
        assertTrue(ONE.placement()
                .precheck(at(ONE, Optional.empty()))
                .getFirst()
                .startsWith("/opt/acme can be written by others than its owner"));
    }

    @Test
    void otherContentUnderTheSameVersionIsRefused() throws Exception {
        World.install(place, ONE, Optional.empty());
        World.Release other = World.archive("1.0", "app.tar", Tar.of(tar -> tar.file("a", "other")));
        World.build(place, other);
        List<String> problems = other.placement().precheck(at(other, Optional.of(other)));
        assertEquals(1, problems.size());
        assertTrue(problems.getFirst().contains("/versions/1.0 is there with other content"), problems.getFirst());
    }

    @Test
    void aLineThatMovesIsRefused() throws Exception {
        World.install(place, ONE, Optional.empty());
        World.Release moved = World.archive(
                "2.0",
                "app.tar",
                Tar.of(tar -> tar.file("a", "")),
                World.settings(Map.of("into", new JsonString("/srv/app"))));
        assertEquals(
                List.of("acme/app@1.0 (any) is in /opt/acme/app with the link /opt/acme/app/current, this release goes"
                        + " to /srv/app with the link /srv/app/current; remove the older one first"),
                moved.placement().precheck(at(moved, Optional.of(ONE))));
    }

    @Test
    void packhorsesOwnDirectoriesAreNoPlace() throws Exception {
        World.Release inside = World.archive(
                "1.0",
                "app.tar",
                Tar.of(tar -> tar.file("a", "")),
                World.settings(Map.of("into", new JsonString("/data/home/1.0"))));
        Path root = place;
        Workplace here = at(inside, Optional.empty());
        Workplace wide = new WorkplaceOf(here).withRoot(root);
        World.Release same = World.archive(
                "1.0",
                "app.tar",
                Tar.of(tar -> tar.file("a", "")),
                World.settings(Map.of("into", new JsonString("/home/1.0/app"))));
        assertEquals(1, same.placement().precheck(wide).size());
        assertTrue(same.placement().precheck(wide).getFirst().startsWith("/home/1.0/app is among Packhorse's own"));
    }

    @Test
    void theSizesThatAPackedArchiveHidesAreCountedBeforeAnythingIsWritten() throws Exception {
        InstallDisk nearlyFull = disk(Path.of("/nowhere"), 3000);
        Workplace here = World.at(place, ONE, Optional.empty(), nearlyFull);
        TreePicture before = TreePicture.of(place);
        AdapterException refused =
                assertThrows(AdapterException.class, () -> ONE.placement().prepare(here));
        assertEquals(CodeClass.ENVIRONMENT, refused.codeClass());
        assertTrue(
                String.valueOf(refused.getMessage()).contains("and 3000 are free at"),
                String.valueOf(refused.getMessage()));
        assertEquals(List.of(), TreePicture.of(place).differences(before));
    }

    @Test
    void stagingOnAnotherFileSystemIsCopiedFirst() throws Exception {
        InstallDisk apart = disk(place.resolve("staging"), Long.MAX_VALUE);
        Workplace here = World.at(place, ONE, Optional.empty(), apart);
        World.toVerified(here, ONE.placement());
        assertEquals("app 1.0", inUse());
        Path bin = into.resolve("versions/1.0/bin");
        assertEquals(
                Files.getAttribute(bin.resolve("app"), "unix:ino"),
                Files.getAttribute(bin.resolve("same"), "unix:ino"));
        assertEquals(Set.of("1.0", ".1.0.packhorse"), names(into.resolve("versions")));
    }

    /** A disk from whose directory {@code apart} nothing can be renamed out. */
    private static InstallDisk disk(Path apart, long usable) {
        return (InstallDisk) Proxy.newProxyInstance(
                InstallDisk.class.getClassLoader(), new Class<?>[] {InstallDisk.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("rename")
                            && ((Path) arguments[0]).startsWith(apart)
                            && !((Path) arguments[1]).startsWith(apart)) {
                        throw new AtomicMoveNotSupportedException("" + arguments[0], "" + arguments[1], "other disk");
                    }
                    if (method.getName().equals("usableBytes")) {
                        return usable;
                    }
                    try {
                        return method.invoke(InstallDisk.real(), arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private static Set<String> names(Path directory) throws Exception {
        try (var all = Files.list(directory)) {
            return all.map(path -> path.getFileName().toString()).collect(java.util.stream.Collectors.toSet());
        }
    }

    /** A workplace with one thing other. */
    private record WorkplaceOf(Workplace here) {
        Workplace withoutContent() {
            return new Workplace(
                    here.manifest(),
                    here.section(),
                    Optional.empty(),
                    Optional.empty(),
                    here.staging(),
                    here.undo(),
                    here.home(),
                    here.previous(),
                    here.root(),
                    here.disk(),
                    here.programs(),
                    here.variables(),
                    here.progress());
        }

        Workplace withRoot(Path root) {
            return new Workplace(
                    here.manifest(),
                    here.section(),
                    here.content(),
                    here.fileList(),
                    here.staging(),
                    here.undo(),
                    here.home(),
                    here.previous(),
                    root,
                    here.disk(),
                    here.programs(),
                    here.variables(),
                    here.progress());
        }
    }
}
