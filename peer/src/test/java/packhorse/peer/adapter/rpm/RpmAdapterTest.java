package packhorse.peer.adapter.rpm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import packhorse.core.content.CodeClass;
import packhorse.core.testing.Cases;
import packhorse.core.testing.OnlyAs;
import packhorse.core.testing.OutsideProgram;
import packhorse.peer.adapter.AdapterException;
import packhorse.peer.adapter.InstallDisk;
import packhorse.peer.adapter.Placement;
import packhorse.peer.adapter.Programs;
import packhorse.peer.adapter.Workplace;
import packhorse.peer.adapter.packages.Inventory;
import packhorse.peer.adapter.packages.PackageLine;
import packhorse.peer.adapter.packages.PackageLine.Release;
import packhorse.peer.adapter.testing.NoPrograms;
import packhorse.peer.adapter.testing.TreePicture;

/** Real .rpm files, built by rpmbuild and put by the real rpm into a scratch root with a database of its own. */
final class RpmAdapterTest {
    private static final String SETTINGS = "{}";
    /** Whoever reads the database changes it, for the moment it is read. */
    private static final String READERS = "var/lib/rpm/rpmdb.sqlite-shm";

    @TempDir
    Path dir;

    private Rpms rpms;
    private PackageLine line;

    @BeforeEach
    void set() throws Exception {
        OnlyAs.root();
        OutsideProgram.require("rpm");
        rpms = new Rpms(dir);
        line = new PackageLine(dir.resolve("machine"), new RpmAdapter());
    }

    private Path one() throws Exception {
        return rpms.build(
                "acme-app",
                "1.0",
                "",
                "/opt/acme/app",
                "one",
                "/opt/acme/only-one",
                "x",
                "/opt/acme/current",
                "->app",
                "/etc/acme.conf",
                "color=red");
    }

    private Path two(String more) throws Exception {
        return rpms.build(
                "acme-app",
                "2.0",
                more,
                "/opt/acme/app",
                "two two",
                "/opt/acme/only-two",
                "y",
                "/opt/acme/current",
                "->only-two",
                "/etc/acme.conf",
                "color=blue");
    }

    private Release first() throws Exception {
        return line.release("1.0.0", one(), SETTINGS);
    }

    private Path at(String path) {
        return line.root().resolve(path.substring(1));
    }

    private TreePicture picture() throws Exception {
        return line.picture().without(READERS);
    }

    private void assertSame(TreePicture before) throws Exception {
        assertEquals(List.of(), picture().differences(before));
    }

    @Test
    void aFirstInstallationIsVerifiedAndTakenBackToNothing() throws Exception {
        TreePicture before = picture();
        Release first = first();
        Workplace here = line.install(first);
        assertEquals("one\n", Files.readString(at("/opt/acme/app")));
        line.placement(first).undo(here);
        assertSame(before);
    }

    @Test
    void anUpdateIsTakenBackFileByFileFromWhatIsPinned() throws Exception {
        Release first = first();
        line.settle(first);
        Files.writeString(at("/etc/acme.conf"), "color=green\n");
        TreePicture before = picture();
        Release second = line.release("2.0.0", two(""), SETTINGS);
        Workplace here = line.install(second);
        assertEquals("two two\n", Files.readString(at("/opt/acme/app")));
        assertFalse(Files.exists(at("/opt/acme/only-one")));
        assertEquals("color=green\n", Files.readString(at("/etc/acme.conf")), "the administrator's stays");
        Files.delete(second.content());
        line.placement(second).undo(here);
        assertSame(before);
        assertEquals(List.of(), line.differences(first));
    }

    @ParameterizedTest
    @ValueSource(strings = {"pre", "post"})
    void aScriptThatFailsIsTakenBack(String moment) throws Exception {
        Release first = first();
        line.settle(first);
        TreePicture before = picture();
        Release second = line.release("2.0.0", two("%" + moment + " -p <lua>\nerror(\"it cannot start\")\n"), SETTINGS);
        AdapterException failed = line.failing(second);
        assertEquals(CodeClass.PERMANENT, failed.codeClass());
        assertTrue(
                String.valueOf(failed.getMessage()).contains("it cannot start"), String.valueOf(failed.getMessage()));
        assertSame(before);
    }

    /** rpm is killed from within: its script waits until a test sends the signal. */
    @ParameterizedTest
    @ValueSource(strings = {"pre", "post"})
    void aKilledRpmIsTakenBackAndRepeated(String moment) throws Exception {
        Release first = first();
        line.settle(first);
        OutsideProgram.said("mkfifo", at("/wait").toString());
        TreePicture before = picture();
        Release second = line.release(
                "2.0.0",
                two("%" + moment + " -p <lua>\nlocal f = io.open(\"/wait\")\nf:read(1)\nf:close()\n"),
                SETTINGS);
        Workplace here = line.prepared(second);
        Placement placement = line.placement(second);
        Killer killer = new Killer(line.programs(), at("/wait"));
        line.programs(killer);
        Workplace killed = line.workplace(second, InstallDisk.real());
        assertThrows(AdapterException.class, () -> placement.apply(killed));
        placement.undo(here);
        assertSame(before);
        Files.delete(at("/wait"));
        Files.writeString(at("/wait"), "go");
        placement.capture(here);
        placement.apply(here);
        assertEquals(List.of(), placement.verify(here));
    }

    /** Kills the program that waits for the other end of a pipe. */
    private static final class Killer implements Programs {
        private final Programs inner;
        private final Path pipe;

        Killer(Programs inner, Path pipe) {
            this.inner = inner;
            this.pipe = pipe;
        }

        @Override
        public Ended run(List<String> command, Frame frame) throws java.io.IOException, InterruptedException {
            Thread thread = Thread.ofVirtual().start(() -> {
                // Opens once rpm reads at the other end.
                try (var writing = Files.newOutputStream(pipe)) {
                    writing.flush();
                    ProcessHandle.allProcesses()
                            .filter(process -> process.info()
                                            .command()
                                            .filter(name -> name.endsWith("/rpm"))
                                            .isPresent()
                                    && process.info()
                                            .arguments()
                                            .filter(all -> List.of(all)
                                                    .contains(java.util.Objects.requireNonNull(pipe.getParent())
                                                            .toString()))
                                            .isPresent())
                            .forEach(ProcessHandle::destroyForcibly);
                } catch (java.io.IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            });
            Ended ended = inner.run(command, frame);
            thread.join();
            return ended;
        }

        @Override
        public Optional<String> whyNotConfined() {
            return inner.whyNotConfined();
        }

        @Override
        public Optional<Path> find(String name) {
            return inner.find(name);
        }
    }

    @Test
    void whatOthersInstalledMeanwhileStays() throws Exception {
        Release first = first();
        line.settle(first);
        Release second = line.release("2.0.0", two(""), SETTINGS);
        Workplace here = line.install(second);
        Path other = rpms.build("other", "7", "", "/opt/other/file", "other");
        OutsideProgram.said(
                "rpm", "--root", line.root().toString(), "--dbpath", "/var/lib/rpm", "-U", other.toString());
        line.placement(second).undo(here);
        assertEquals(List.of(), line.differences(first));
        OutsideProgram.said("rpm", "--root", line.root().toString(), "--dbpath", "/var/lib/rpm", "-V", "other");
    }

    @Test
    void aRemovalIsDoneAndTakenBack() throws Exception {
        Release first = first();
        line.settle(first);
        TreePicture before = picture();
        Placement placement = line.placement(first);
        Workplace here = line.workplace(first, InstallDisk.real());
        placement.capture(here);
        placement.remove(here);
        assertFalse(Files.exists(at("/opt/acme/app")));
        placement.remove(here);
        placement.undo(here);
        assertSame(before);
    }

    @Test
    void aDamagedFileIsNoticedAndMended() throws Exception {
        Release first = first();
        line.settle(first);
        Placement placement = line.placement(first);
        Files.writeString(at("/opt/acme/app"), "ONE\n");
        Workplace here = line.workplace(first, InstallDisk.real());
        assertEquals(List.of("/opt/acme/app has other content"), placement.verify(here));
        placement.mend(here);
        assertEquals(List.of(), placement.verify(here));
    }

    @Test
    void anOlderPackageIsRefusedUnlessTheLineGoesBack() throws Exception {
        Release second = line.release("2.0.0", two(""), SETTINGS);
        line.install(second);
        Release first = first();
        List<String> obstacles = line.obstacles(first);
        assertTrue(obstacles.getFirst().contains("newer"), obstacles.toString());
        line.keep(second);
        line.install(first);
        assertEquals("one\n", Files.readString(at("/opt/acme/app")));
    }

    @Test
    void aMissingDependencyIsSaidBeforeAnythingIsChanged() throws Exception {
        line.install(line.release("1.0.0", rpms.build("other", "7", "", "/opt/other/file", "other"), SETTINGS));
        Path needy = dir.resolve("needy.spec");
        Files.writeString(needy, """
            Name: needy
            Version: 1
            Release: 1
            Summary: t
            License: t
            BuildArch: noarch
            Requires: acme-lib
            %description
            t
            %files
            """);
        Release release = line.release("1.0.0", rpms.build(needy, "needy-1-1"), SETTINGS);
        List<String> obstacles = line.obstacles(release);
        assertTrue(obstacles.getFirst().contains("acme-lib"), obstacles.toString());
    }

    @Test
    void aHeaderIsReadAsRpmReadsItAndRefusedWhereItIsSpoiled() throws Exception {
        Path file = one();
        RpmFile rpm = RpmFile.read(file, "acme/app 1");
        assertEquals("acme-app", rpm.name());
        assertEquals("0:1.0-1", rpm.version());
        List<String> paths =
                new ArrayList<>(rpm.items().stream().map(Inventory.Item::path).toList());
        assertEquals(
                List.of("/etc/acme.conf", "/opt/acme/app", "/opt/acme/current", "/opt/acme/only-one"),
                paths.stream().sorted().toList());
        byte[] whole = Files.readAllBytes(file);
        Cases.run(300, random -> {
            byte[] spoiled =
                    random.nextBoolean() ? java.util.Arrays.copyOf(whole, random.nextInt(whole.length)) : whole.clone();
            for (int i = 0; i < 4 && spoiled.length > 0; i++) {
                spoiled[random.nextInt(Math.min(4096, spoiled.length))] = (byte) random.nextInt();
            }
            Path other = dir.resolve("spoiled.rpm");
            try {
                Files.write(other, spoiled);
                RpmFile.read(other, "acme/app 1");
            } catch (AdapterException e) {
                assertEquals(CodeClass.PERMANENT, e.codeClass());
            } catch (java.io.IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
    }

    @Test
    void aMachineWithoutRpmSaysSoInOneLine() throws Exception {
        line.programs(new NoPrograms());
        Release first = first();
        List<String> obstacles = line.obstacles(first);
        assertEquals(1, obstacles.size());
        assertTrue(obstacles.getFirst().contains("no rpm"), obstacles.toString());
    }
}
