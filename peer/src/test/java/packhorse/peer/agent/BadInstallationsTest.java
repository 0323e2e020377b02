package packhorse.peer.agent;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static packhorse.peer.agent.InstallingWorld.archive;
import static packhorse.peer.agent.InstallingWorld.hook;
import static packhorse.peer.agent.InstallingWorld.item;
import static packhorse.peer.agent.InstallingWorld.lines;
import static packhorse.peer.agent.InstallingWorld.section;
import static packhorse.peer.agent.Orders.last;
import static packhorse.peer.agent.Orders.order;
import static packhorse.peer.agent.Orders.path;
import static packhorse.peer.agent.Orders.status;
import static packhorse.peer.agent.Orders.story;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.content.CodeClass;
import packhorse.core.content.InstallSection;
import packhorse.core.content.InstallSection.Activating;
import packhorse.core.content.InstallSection.Drift;
import packhorse.core.content.InstallSection.HookMoment;
import packhorse.core.content.Kind;
import packhorse.core.state.Operation;
import packhorse.core.trust.VerifiedManifest;
import packhorse.peer.words.InstallWords;

/**
 * Orders that cannot come true, through a whole agent: what the report and {@code packhorse status} say of each is one line with what,
 * where and the mend, and what was in place stays.
 */
@Timeout(300)
final class BadInstallationsTest {
    private static final String INTO = "{'into':'/opt/acme/app','format':'tar'}";

    @TempDir
    Path directory;

    private InstallingWorld world;

    /**
     * One bad release or order.
     *
     * @param end what is reported last
     * @param codeClass decides about another attempt, where it failed; what is refused is refused again
     * @param words what the line has to say
     */
    private record Bad(
            String action,
            Operation operation,
            VerifiedManifest manifest,
            String end,
            CodeClass codeClass,
            List<String> words) {}

    @BeforeEach
    void found() {
        world = new InstallingWorld(directory);
    }

    private static InstallSection tree(String settings) {
        return section("archive", settings, Map.of(), Activating.WITH_INSTALL);
    }

    private static InstallSection health(String line, Duration timeout) {
        return section("archive", INTO, Map.of(HookMoment.HEALTH, hook(line, timeout)), Activating.WITH_INSTALL);
    }

    private static InstallSection wanting(long diskBytes, List<String> requires) {
        InstallSection plain = tree(INTO);
        return new InstallSection(
                plain.adapter(),
                plain.settings(),
                Map.of(),
                plain.returnCodes(),
                Map.of(),
                List.of(),
                diskBytes,
                Activating.WITH_INSTALL,
                Drift.REPORT,
                requires);
    }

    @Test
    void eachIsOneLineWithItsMendAndWhatWasInPlaceStays() throws Exception {
        try (Deployment deployment = world.deployment("127.33.91")) {
            VerifiedManifest good = deployment.publish("acme/app", "2.0", archive("good"), List.of(), tree(INTO));
            Map<VerifiedManifest, byte[]> contents = new HashMap<>(Map.of(good, archive("good")));
            List<Bad> all = bad(deployment, contents);
            deployment.origin("2", contents);
            Deployment.Node agent = deployment.agent("3", world.installer(deployment));
            order(deployment, 1, item("good", Operation.INSTALL, good), item("commit", Operation.COMMIT, good));
            await().atMost(Duration.ofSeconds(90))
                    .until(() -> path(deployment, "commit").contains("COMMITTED"));
            List<String> before = picture();

            int revision = 2;
            for (Bad bad : all) {
                order(deployment, revision++, item(bad.action(), bad.operation(), bad.manifest()));
                await(bad.action())
                        .atMost(Duration.ofSeconds(90))
                        .untilAsserted(() -> assertTrue(
                                path(deployment, bad.action()).contains(bad.end()),
                                () -> bad.action() + ": " + story(deployment, bad.action())));
                String detail = last(deployment, bad.action()).getDetail();
                for (String word : bad.words()) {
                    assertTrue(detail.contains(word), bad.action() + ": " + detail);
                }
                assertEquals(1, detail.lines().count(), detail);
                if (bad.end().equals("FAILED")) {
                    assertEquals(
                            bad.codeClass().number(),
                            last(deployment, bad.action()).getCodeClass(),
                            bad.action());
                }
                assertTrue(
                        InstallWords.action(status(agent, bad.action()))
                                .getFirst()
                                .endsWith(": " + detail),
                        () -> InstallWords.action(status(agent, bad.action())).toString());
                assertEquals(before, picture(), bad.action());
                // After an attempt nothing is known of the line's health until somebody looked again.
                await(bad.action())
                        .untilAsserted(() -> assertEquals(
                                List.of("acme/app@2.0 any  installed, committed, active, health ok"),
                                lines(agent).stream().map(InstallWords::line).toList(),
                                bad.action()));
            }
        }
    }

    private List<Bad> bad(Deployment deployment, Map<VerifiedManifest, byte[]> contents) throws IOException {
        byte[] tar = archive("bad");
        VerifiedManifest older = deployment.publish("acme/app", "1.0", tar, List.of(), tree(INTO));
        VerifiedManifest foreign =
                deployment.publish("acme/other", "1.0", "plan9-mips", Kind.PACKAGE, tar, tree("{'into':'/opt/other'}"));
        VerifiedManifest adapter = deployment.publish(
                "acme/other", "2.0", tar, List.of(), section("msi", "{}", Map.of(), Activating.WITH_INSTALL));
        VerifiedManifest contradicting = deployment.publish(
                "acme/other",
                "3.0",
                tar,
                List.of(),
                tree("{'into':'/opt/other','link':'/opt/other/versions/here','format':'tar'}"));
        VerifiedManifest unknown = deployment.publish(
                "acme/other", "4.0", tar, List.of(), tree("{'into':'/opt/other','speed':'high','format':'tar'}"));
        VerifiedManifest endless =
                deployment.publish("acme/app", "3.0", tar, List.of(), health("sleep 600", Duration.ofSeconds(1)));
        VerifiedManifest many = deployment.publish(
                "acme/app",
                "3.1",
                tar,
                List.of(),
                health("i=0; while [ $i -lt 150 ]; do sleep 20 & i=$((i+1)); done; exit 9", Duration.ofSeconds(15)));
        VerifiedManifest vast = deployment.publish("acme/app", "3.2", tar, List.of(), wanting(1L << 60, List.of()));
        VerifiedManifest needy =
                deployment.publish("acme/app", "3.3", tar, List.of(), wanting(0, List.of("/usr/bin/no-such-tool")));
        byte[] broken = "this is no archive at all, whatever its name says"
                .repeat(20)
                .getBytes(java.nio.charset.StandardCharsets.UTF_8);
        VerifiedManifest torn = deployment.publish("acme/app", "3.4", broken, List.of(), tree(INTO));
        VerifiedManifest overlapping = deployment.publish(
                "acme/other", "5.0", tar, List.of(), tree("{'into':'/opt/acme/app/plugins','format':'tar'}"));
        for (VerifiedManifest each :
                List.of(older, foreign, adapter, contradicting, unknown, endless, many, vast, needy, overlapping)) {
            contents.put(each, tar);
        }
        contents.put(torn, broken);
        return List.of(
                new Bad(
                        "downgrade",
                        Operation.INSTALL,
                        older,
                        "REFUSED",
                        CodeClass.PERMANENT,
                        List.of("acme/app@1.0", "older than 2.0", "mayDowngrade")),
                new Bad(
                        "platform",
                        Operation.INSTALL,
                        foreign,
                        "REFUSED",
                        CodeClass.PERMANENT,
                        List.of("acme/other@1.0 (plan9-mips)", "this machine", "order")),
                new Bad(
                        "adapter",
                        Operation.INSTALL,
                        adapter,
                        "REFUSED",
                        CodeClass.PERMANENT,
                        List.of("acme/other@2.0", "msi", "archive")),
                new Bad(
                        "contradiction",
                        Operation.INSTALL,
                        contradicting,
                        "REFUSED",
                        CodeClass.PERMANENT,
                        List.of("acme/other@3.0", "link", "versions")),
                new Bad(
                        "unknown",
                        Operation.INSTALL,
                        unknown,
                        "REFUSED",
                        CodeClass.PERMANENT,
                        List.of("acme/other@4.0", "speed")),
                new Bad(
                        "endless",
                        Operation.UPDATE,
                        endless,
                        "FAILED",
                        CodeClass.TRANSIENT,
                        List.of(
                                "the hook health of acme/app@3.0",
                                "did not end within 1 s and was ended",
                                "mend what it waits for")),
                new Bad(
                        "many",
                        Operation.UPDATE,
                        many,
                        "FAILED",
                        CodeClass.PERMANENT,
                        List.of("the hook health of acme/app@3.1")),
                new Bad(
                        "vast",
                        Operation.UPDATE,
                        vast,
                        "FAILED",
                        CodeClass.TRANSIENT,
                        List.of("acme/app@3.2", "free at", "make room")),
                new Bad(
                        "needy",
                        Operation.UPDATE,
                        needy,
                        "REFUSED",
                        CodeClass.ENVIRONMENT,
                        List.of("/usr/bin/no-such-tool", "install what brings it")),
                new Bad(
                        "torn",
                        Operation.UPDATE,
                        torn,
                        "FAILED",
                        CodeClass.PERMANENT,
                        List.of("acme/app@3.4", "the tar is malformed", "pack it anew")),
                new Bad(
                        "overlapping",
                        Operation.INSTALL,
                        overlapping,
                        "REFUSED",
                        CodeClass.PERMANENT,
                        List.of("/opt/acme/app/plugins", "acme/app@2.0", "remove that first")));
    }

    /** Every path of the machine, and what is in the files. */
    private List<String> picture() throws IOException {
        try (Stream<Path> all = Files.walk(world.machine())) {
            return all.sorted().map(this::seen).toList();
        }
    }

    private String seen(Path path) {
        try {
            return world.machine().relativize(path) + " "
                    + (Files.isSymbolicLink(path)
                            ? Files.readSymbolicLink(path)
                            : Files.isRegularFile(path) ? Files.readString(path) : "");
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
