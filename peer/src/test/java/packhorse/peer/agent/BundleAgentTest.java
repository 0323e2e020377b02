package packhorse.peer.agent;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static packhorse.peer.agent.InstallingWorld.ALL_THE_WAY;
import static packhorse.peer.agent.InstallingWorld.archive;
import static packhorse.peer.agent.InstallingWorld.hook;
import static packhorse.peer.agent.InstallingWorld.lines;
import static packhorse.peer.agent.InstallingWorld.section;
import static packhorse.peer.agent.Orders.awaitPath;
import static packhorse.peer.agent.Orders.awaitState;
import static packhorse.peer.agent.Orders.item;
import static packhorse.peer.agent.Orders.last;
import static packhorse.peer.agent.Orders.order;
import static packhorse.peer.agent.Orders.path;
import static packhorse.peer.agent.Orders.story;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.content.InstallSection.Activating;
import packhorse.core.content.InstallSection.Hook;
import packhorse.core.content.InstallSection.HookMoment;
import packhorse.core.content.Kind;
import packhorse.core.content.Platform;
import packhorse.core.content.ReleaseId;
import packhorse.core.content.ReleaseName;
import packhorse.core.content.Version;
import packhorse.core.state.DesiredItem;
import packhorse.core.state.InstallPolicy;
import packhorse.core.state.Operation;
import packhorse.core.state.Subject;
import packhorse.core.trust.VerifiedManifest;

/** Whole agents and bundles of a tree, a configuration and an image: in order, as one, and back in reverse. */
@Timeout(300)
final class BundleAgentTest {
    private static final String TREE = "{'into':'/opt/acme/app','format':'tar'}";
    private static final String DISK = "{'device':'/images/disk'}";
    private static final byte[] OLD_IMAGE = Deployment.content(1, 100_000);
    private static final byte[] IMAGE = Deployment.content(2, 100_000);

    @TempDir
    Path directory;

    private InstallingWorld world;
    private Path diary;
    private int origins = 10;

    @BeforeEach
    void found() throws IOException {
        world = new InstallingWorld(directory);
        diary = directory.resolve("diary");
        Files.createDirectories(world.machine().resolve("images"));
        Files.createDirectories(world.machine().resolve("etc"));
        Files.write(world.machine().resolve("images/disk"), OLD_IMAGE);
        Files.writeString(world.machine().resolve("etc/app.properties"), "# mine\nmode=old\n");
    }

    /** Writes down that it ran, and that it was taken back. */
    private Hook noted(String member) {
        return new Hook(
                List.of("/bin/sh", "-c", "echo " + member + " >>" + diary),
                Optional.of(List.of("/bin/sh", "-c", "echo back " + member + " >>" + diary)),
                true,
                Duration.ofSeconds(20),
                new TreeMap<>(),
                true);
    }

    private static Subject bundle(String version) {
        return new Subject(
                new ReleaseId(ReleaseName.parse("acme/suite"), Version.parse(version), Platform.ANY),
                true,
                Optional.empty());
    }

    private static DesiredItem ordered(String action, Operation operation, String version) {
        return item(action, operation, bundle(version), InstallPolicy.DEFAULT);
    }

    /** Three members, each with a note of its hook before; the last one's health is as said. */
    private void publish(Deployment deployment, String version, int health) throws Exception {
        String config =
                "{'edits':[{'file':'/etc/app.properties','format':'properties','set':{'mode':'" + version + "'}}]}";
        VerifiedManifest disk = deployment.publish(
                "acme/disk",
                version,
                "any",
                Kind.IMAGE,
                IMAGE,
                section("image", DISK, Map.of(HookMoment.PRE, noted("disk")), Activating.WITH_INSTALL));
        VerifiedManifest settings = deployment.publish(
                "acme/settings",
                version,
                "any",
                Kind.PACKAGE,
                ("settings " + version).getBytes(java.nio.charset.StandardCharsets.UTF_8),
                section("config", config, Map.of(HookMoment.PRE, noted("settings")), Activating.WITH_INSTALL));
        VerifiedManifest app = deployment.publish(
                "acme/app",
                version,
                "any",
                Kind.PACKAGE,
                archive(version),
                section(
                        "archive",
                        TREE,
                        Map.of(
                                HookMoment.PRE,
                                noted("app"),
                                HookMoment.HEALTH,
                                hook("exit " + health, Duration.ofSeconds(20))),
                        Activating.WITH_INSTALL));
        deployment.publishBundle("acme/suite", version, disk, settings, app);
        deployment.origin(
                Integer.toString(++origins),
                Map.of(
                        disk,
                        IMAGE,
                        settings,
                        ("settings " + version).getBytes(java.nio.charset.StandardCharsets.UTF_8),
                        app,
                        archive(version)));
    }

    private String read(String file) throws IOException {
        return Files.readString(world.machine().resolve(file));
    }

    private List<String> diary() throws IOException {
        List<String> said = Files.exists(diary) ? Files.readAllLines(diary) : List.of();
        Files.deleteIfExists(diary);
        return said;
    }

    private void requireOld() throws IOException {
        assertArrayEquals(OLD_IMAGE, Files.readAllBytes(world.machine().resolve("images/disk")));
        assertEquals("# mine\nmode=old\n", read("etc/app.properties"));
        assertFalse(Files.exists(world.machine().resolve("opt/acme")));
    }

    private void require(String version) throws IOException {
        assertArrayEquals(IMAGE, Files.readAllBytes(world.machine().resolve("images/disk")));
        assertEquals("# mine\nmode=" + version + "\n", read("etc/app.properties"));
        assertEquals(version, read("opt/acme/app/current/version.txt"));
    }

    @Test
    void aBundleGoesInOrderAndBackInReverseAsOne() throws Exception {
        try (Deployment deployment = world.deployment("127.33.81")) {
            publish(deployment, "1.0", 3);
            publish(deployment, "1.1", 0);
            publish(deployment, "2.0", 3);
            Deployment.Node agent = deployment.agent("3", world.installer(deployment));

            // The last member is ill: nothing of it stays.
            order(deployment, 1, ordered("ill", Operation.INSTALL, "1.0"));
            awaitState(deployment, "ill", "FAILED");
            assertTrue(path(deployment, "ill").contains("UNDOING"), story(deployment, "ill"));
            String detail = last(deployment, "ill").getDetail();
            assertTrue(detail.contains("the hook health of acme/app@1.0"), detail);
            assertEquals(3, last(deployment, "ill").getCode());
            assertEquals(List.of("disk", "settings", "app", "back app", "back settings", "back disk"), diary());
            requireOld();
            assertEquals(List.of(), lines(agent));

            order(deployment, 2, ordered("well", Operation.INSTALL, "1.1"));
            awaitPath(deployment, "well", ALL_THE_WAY);
            assertEquals(List.of("disk", "settings", "app"), diary());
            require("1.1");
            order(deployment, 3, ordered("back", Operation.ROLLBACK, "1.1"));
            awaitState(deployment, "back", "UNDONE");
            assertEquals(List.of("back app", "back settings", "back disk"), diary());
            requireOld();

            order(deployment, 4, ordered("again", Operation.INSTALL, "1.1"));
            awaitState(deployment, "again", "COMMITTABLE");
            order(deployment, 5, ordered("commit", Operation.COMMIT, "1.1"));
            awaitState(deployment, "commit", "COMMITTED");
            var unusedNotes = diary();

            // An update that fails leaves the version before, committed as it was.
            order(deployment, 6, ordered("update", Operation.UPDATE, "2.0"));
            awaitState(deployment, "update", "FAILED");
            assertEquals(List.of("disk", "settings", "app", "back app", "back settings", "back disk"), diary());
            require("1.1");
            assertEquals(
                    List.of("1.1", "1.1", "1.1"),
                    lines(agent).stream().map(line -> line.getVersion()).toList());

            order(deployment, 7, ordered("remove", Operation.REMOVE, "1.1"));
            awaitState(deployment, "remove", "COMMITTED");
            assertEquals(List.of(), lines(agent));
            assertEquals("# mine\nmode=old\n", read("etc/app.properties"));
            assertFalse(Files.exists(world.machine().resolve("opt/acme")));
        }
    }
}
