package packhorse.peer.agent;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static packhorse.peer.agent.InstallingWorld.archive;
import static packhorse.peer.agent.InstallingWorld.item;
import static packhorse.peer.agent.InstallingWorld.lines;
import static packhorse.peer.agent.InstallingWorld.section;
import static packhorse.peer.agent.Orders.item;
import static packhorse.peer.agent.Orders.order;
import static packhorse.peer.agent.Orders.path;
import static packhorse.peer.agent.Orders.story;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.content.InstallSection;
import packhorse.core.content.InstallSection.Activating;
import packhorse.core.content.InstallSection.Drift;
import packhorse.core.content.Kind;
import packhorse.core.message.v1.LineStatus;
import packhorse.core.state.DesiredItem;
import packhorse.core.state.InstallPolicy;
import packhorse.core.state.Operation;
import packhorse.core.state.Subject;
import packhorse.core.testing.OutsideProgram;
import packhorse.core.trust.VerifiedManifest;
import packhorse.peer.words.InstallWords;

/** Whole agents whose releases somebody changes after they were put in place: ignored, reported, or put back, as the release says. */
@Timeout(300)
final class DriftAgentTest {
    @TempDir
    Path directory;

    private InstallingWorld world;

    @BeforeEach
    void found() throws IOException {
        world = new InstallingWorld(directory);
        for (String folder : List.of("etc", "images")) {
            Files.createDirectories(world.machine().resolve(folder));
        }
        for (String folder : List.of("info", "updates", "triggers")) {
            Files.createDirectories(
                    world.machine().resolve("debian/var/lib/dpkg").resolve(folder));
        }
        for (String file : List.of("status", "available")) {
            Files.createFile(world.machine().resolve("debian/var/lib/dpkg").resolve(file));
        }
    }

    /**
     * A release of one kind, for one way to take drift.
     *
     * @param file that it manages, below the machine's root
     */
    private record Managed(VerifiedManifest manifest, Drift drift, Path file) {}

    private static InstallSection drifting(InstallSection plain, Drift drift) {
        return new InstallSection(
                plain.adapter(),
                plain.settings(),
                Map.of(),
                plain.returnCodes(),
                Map.of(),
                List.of(),
                0,
                Activating.WITH_INSTALL,
                drift,
                List.of());
    }

    private byte[] deb(String name) throws Exception {
        Path tree = directory.resolve(name);
        Files.createDirectories(tree.resolve("DEBIAN"));
        Files.createDirectories(tree.resolve("usr/share/" + name));
        Files.writeString(
                tree.resolve("DEBIAN/control"),
                "Package: " + name + "\nVersion: 1\nArchitecture: all\nMaintainer: nobody <nobody@example.org>\n"
                        + "Description: a tool\n");
        Files.writeString(tree.resolve("usr/share").resolve(name).resolve("text"), "as published");
        Path built = directory.resolve(name + ".deb");
        Process build = new ProcessBuilder(
                        OutsideProgram.require("dpkg-deb").toString(),
                        "--root-owner-group",
                        "--build",
                        tree.toString(),
                        built.toString())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("dpkg-deb.log").toFile())
                .start();
        assertEquals(0, build.waitFor(), "dpkg-deb");
        return Files.readAllBytes(built);
    }

    @Test
    void whatSomebodyChangedIsIgnoredReportedOrPutBackForEveryKind() throws Exception {
        try (Deployment deployment = world.deployment("127.33.96")) {
            Map<VerifiedManifest, byte[]> contents = new LinkedHashMap<>();
            List<Managed> all = new ArrayList<>();
            for (Drift drift : Drift.values()) {
                String word = drift.name().toLowerCase(java.util.Locale.ROOT);
                all.add(new Managed(
                        published(
                                deployment,
                                contents,
                                "tree-" + word,
                                drift,
                                "archive",
                                archive("as published"),
                                "{'into':'/opt/" + word + "','format':'tar'}"),
                        drift,
                        Path.of("opt", word, "current/version.txt")));
                Files.writeString(world.machine().resolve("etc/" + word), "other=mine\n");
                all.add(new Managed(
                        published(
                                deployment,
                                contents,
                                "settings-" + word,
                                drift,
                                "config",
                                bytes(word),
                                "{'edits':[{'file':'/etc/" + word
                                        + "','format':'properties','set':{'mode':'as published'}}]}"),
                        drift,
                        Path.of("etc", word)));
                Files.write(world.machine().resolve("images/" + word), new byte[50_000]);
                all.add(new Managed(
                        published(
                                deployment,
                                contents,
                                "disk-" + word,
                                drift,
                                "image",
                                Deployment.content(word.hashCode(), 50_000),
                                "{'device':'/images/" + word + "'}"),
                        drift,
                        Path.of("images", word)));
                all.add(new Managed(
                        published(
                                deployment,
                                contents,
                                "tool-" + word,
                                drift,
                                "deb",
                                deb("tool-" + word),
                                "{'root':'/debian','scripts':'chrootless','packages':['tool-" + word + "']}"),
                        drift,
                        Path.of("debian/usr/share/tool-" + word, "text")));
            }
            deployment.origin("2", contents);
            Deployment.Node agent = deployment.agent("3", world.installer(deployment));
            List<DesiredItem> items = all.stream()
                    .map(each -> item(
                            name(each),
                            Operation.INSTALL,
                            Subject.release(each.manifest().manifest().id()),
                            new InstallPolicy(Optional.empty(), false, false, false, false, true)))
                    .toList();
            order(deployment, 1, items.toArray(DesiredItem[]::new));
            for (Managed each : all) {
                await(name(each))
                        .atMost(Duration.ofSeconds(60))
                        .untilAsserted(() -> assertTrue(
                                path(deployment, name(each)).contains("COMMITTED"),
                                () -> name(each) + " " + story(deployment, name(each))));
            }

            Map<Managed, byte[]> published = new LinkedHashMap<>();
            for (Managed each : all) {
                Path file = world.machine().resolve(each.file());
                published.put(each, Files.readAllBytes(file));
                Files.write(file, damaged(published.get(each)));
            }
            for (Managed each : all) {
                switch (each.drift()) {
                    case IGNORE -> {}
                    case REPORT ->
                        await(name(each)).atMost(Duration.ofSeconds(90)).untilAsserted(() -> {
                            LineStatus line = line(agent, each);
                            assertEquals("drift", InstallWords.health(line), line::toString);
                            assertTrue(line.getDetail().startsWith("changed by somebody: "), line.getDetail());
                            assertTrue(
                                    line.getDetail()
                                            .contains(each.file().getFileName().toString()),
                                    line.getDetail());
                        });
                    case MEND ->
                        await(name(each)).atMost(Duration.ofSeconds(90)).untilAsserted(() -> {
                            assertTrue(
                                    java.util.Arrays.equals(
                                            published.get(each),
                                            Files.readAllBytes(world.machine().resolve(each.file()))),
                                    "as published again");
                            assertEquals(
                                    "ok",
                                    InstallWords.health(line(agent, each)),
                                    () -> line(agent, each).toString());
                        });
                }
            }
            for (Managed each : all) {
                boolean back = each.drift() == Drift.MEND;
                assertEquals(
                        back,
                        java.util.Arrays.equals(
                                published.get(each),
                                Files.readAllBytes(world.machine().resolve(each.file()))),
                        name(each));
                assertEquals(
                        each.drift() == Drift.REPORT ? "drift" : "ok",
                        InstallWords.health(line(agent, each)),
                        () -> line(agent, each).toString());
            }
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** The same length with another last letter, which every kind looks at; a settings file loses the end of its managed value. */
    private static byte[] damaged(byte[] good) {
        byte[] bad = good.clone();
        bad[bad.length - 2] ^= 1;
        return bad;
    }

    private static String name(Managed managed) {
        return managed.manifest().manifest().id().name().product();
    }

    private static VerifiedManifest published(
            Deployment deployment,
            Map<VerifiedManifest, byte[]> contents,
            String product,
            Drift drift,
            String adapter,
            byte[] content,
            String settings) {
        VerifiedManifest manifest = deployment.publish(
                "acme/" + product,
                "1.0",
                "any",
                adapter.equals("image") ? Kind.IMAGE : Kind.PACKAGE,
                content,
                drifting(section(adapter, settings, Map.of(), Activating.WITH_INSTALL), drift));
        contents.put(manifest, content);
        return manifest;
    }

    private static LineStatus line(Deployment.Node agent, Managed managed) {
        return lines(agent).stream()
                .filter(line -> line.getName().equals("acme/" + name(managed)))
                .findFirst()
                .orElseThrow();
    }
}
