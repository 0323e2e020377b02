package packhorse.peer.adapter.packages;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.testing.OnlyAs;
import packhorse.peer.adapter.AdapterException;
import packhorse.peer.adapter.InstallDisk;
import packhorse.peer.adapter.testing.EveryStep;
import packhorse.peer.adapter.testing.ExchangingDisk;
import packhorse.peer.adapter.testing.TreePicture;

/** Putting back what was, cut off anywhere: what is said to be back is on the disk. */
final class FormerFilesTest {
    private static final List<String> PATHS =
            List.of("/etc", "/etc/app", "/etc/app/conf", "/etc/app/link", "/etc/app/twin", "/etc/empty", "/etc/new");

    @TempDir
    Path dir;

    private static void journal(Path place, InstallDisk disk, String word) throws IOException {
        disk.replace(place.resolve("journal"), word.getBytes(UTF_8), 0600);
    }

    private static void build(Path place) throws IOException {
        build(place, (Integer) Files.getAttribute(place, "unix:uid"));
    }

    /** @param user whose it is */
    private static void build(Path place, int user) throws IOException {
        Path etc = Files.createDirectories(place.resolve("root/etc"));
        Files.createDirectories(etc.resolve("app"));
        InstallDisk.real().owner(etc, user, user);
        InstallDisk.real().owner(etc.resolve("app"), user, user);
        Files.createDirectory(etc.resolve("empty"));
        InstallDisk.real().mode(etc.resolve("empty"), 0710);
        Files.writeString(etc.resolve("app/conf"), "old");
        Files.createLink(etc.resolve("app/twin"), etc.resolve("app/conf"));
        Files.createSymbolicLink(etc.resolve("app/link"), Path.of("conf"));
        FormerFiles.capture(PATHS, place.resolve("kept"), new InstallRoot(place.resolve("root")), InstallDisk.real());
        InstallDisk.real().delete(etc.resolve("app"));
        InstallDisk.real().delete(etc.resolve("empty"));
        Files.writeString(etc.resolve("new"), "new");
    }

    /** A journal of one word stands in for the engine's. */
    private static final class Life implements EveryStep.Life {
        @Override
        public void operate(Path place, InstallDisk disk) throws Exception {
            journal(place, disk, "back");
            FormerFiles.open(place.resolve("kept"), new InstallRoot(place.resolve("root")), disk)
                    .restore();
            journal(place, disk, "");
        }

        @Override
        public void recover(Path place, InstallDisk disk) throws Exception {
            Path file = place.resolve("journal");
            if (Files.exists(file) && Files.readString(file).equals("back")) {
                operate(place, disk);
            }
        }
    }

    private EveryStep steps() {
        return EveryStep.in(dir)
                .world(FormerFilesTest::build)
                .life(new Life())
                .looksAt(place -> TreePicture.of(place.resolve("root")));
    }

    /** At each change of the way back, the user whose directory it is exchanges it for a link to one of root's. */
    @Test
    void whoExchangesHisDirectoryForALinkMeanwhileHasNothingPutBackBehindIt() throws Exception {
        OnlyAs.root();
        boolean exchanged = true;
        int moments = 0;
        for (; exchanged; moments++) {
            Path place = Files.createDirectory(dir.resolve("at-" + moments));
            build(place, ExchangingDisk.STRANGER);
            Path app = Files.createDirectory(place.resolve("root/etc/app"));
            Files.setAttribute(app, "unix:uid", ExchangingDisk.STRANGER);
            Path precious = Files.createDirectory(place.resolve("precious"));
            for (String name : List.of("conf", "link", "twin")) {
                Files.writeString(precious.resolve(name), "root's");
            }
            TreePicture before = TreePicture.of(precious);
            ExchangingDisk disk = new ExchangingDisk(InstallDisk.real(), app, precious, moments);
            try {
                FormerFiles.open(place.resolve("kept"), new InstallRoot(place.resolve("root")), disk)
                        .restore();
            } catch (AdapterException | IOException e) {
                assertTrue(disk.exchanged(), () -> "without a reason: " + e);
            }
            exchanged = disk.exchanged();
            assertEquals(List.of(), TreePicture.of(precious).differences(before), "exchanged before " + moments);
            InstallDisk.real().delete(place);
        }
        assertTrue(moments > 15, moments + " moments");
    }

    @Test
    void inAUsersDirectoryModesComeBackWhole() throws Exception {
        OnlyAs.root();
        Path etc = Files.createDirectories(dir.resolve("root/etc"));
        Path app = Files.createDirectory(etc.resolve("app"));
        Files.writeString(app.resolve("conf"), "run as root");
        Files.writeString(app.resolve("twin"), "run as root");
        InstallDisk.real().mode(app.resolve("conf"), 04755);
        InstallDisk.real().mode(app.resolve("twin"), 02750);
        Files.setAttribute(app, "unix:uid", 1000);
        InstallRoot root = new InstallRoot(dir.resolve("root"));
        TreePicture before = TreePicture.of(dir.resolve("root"));
        FormerFiles.capture(PATHS, dir.resolve("kept"), root, InstallDisk.real());
        Files.delete(app.resolve("conf"));
        Files.setAttribute(app.resolve("twin"), "unix:mode", 0777);
        FormerFiles.open(dir.resolve("kept"), root, InstallDisk.real()).restore();
        assertEquals(List.of(), TreePicture.of(dir.resolve("root")).differences(before));
    }

    @Test
    void cutOffAnywhereItIsCompletedByTheNext() throws Exception {
        assertTrue(steps().check() > 20);
    }

    @Test
    void afterAPowerCutAnywhereItIsCompletedByTheNext() throws Exception {
        assertTrue(steps().powerCut().check() > 20);
    }

    @Test
    void killedTwiceBeforeThePowerCutItIsCompletedByTheThird() throws Exception {
        assertTrue(steps().twice(7, 150) > 20);
    }
}
