package packhorse.peer.installer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.content.CodeClass;
import packhorse.core.content.Manifest;
import packhorse.core.content.Sha256;
import packhorse.peer.adapter.AdapterException;
import packhorse.peer.adapter.InstallDisk;
import packhorse.peer.install.InstallTask.Member;
import packhorse.peer.installer.engine.ContentDesk;
import packhorse.peer.installer.engine.InstallerSettings;

/** Only what the catalogue lists now comes in, as a copy of its own; what came in before stays good without anybody. */
final class ProvingDeskTest {
    private static final Instant BIRTH = Instant.parse("2026-11-21T12:00:00Z");

    @TempDir
    Path dir;

    private AgentData agent;

    @BeforeEach
    void found() {
        agent = AgentData.found(dir.resolve("agent"), BIRTH);
    }

    @AfterEach
    void close() {
        agent.close();
    }

    private ProvingDesk desk() throws IOException {
        return desk(agent.settings(Files.createDirectories(dir.resolve("installer")), Path.of("/")), agent.root());
    }

    private ProvingDesk desk(InstallerSettings settings, byte[] root) {
        return ProvingDesk.open(settings, root, InstallDisk.real(), () -> agent.now());
    }

    private static byte[] content(int seed) {
        byte[] bytes = new byte[700_001];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private Member tool(String version) {
        return agent.publish("acme/tool", version, content(version.hashCode()), Optional.empty());
    }

    private Path file(Member member) {
        Sha256 pack = member.pack().orElseThrow();
        return agent.pack(pack).resolve(pack.hex());
    }

    private static AdapterException refused(Runnable question) {
        AdapterException refused = assertThrows(AdapterException.class, question::run);
        assertFalse(String.valueOf(refused.getMessage()).contains("\n"), refused::getMessage);
        return refused;
    }

    private static void assertSays(AdapterException refused, CodeClass codeClass, String part) {
        assertTrue(String.valueOf(refused.getMessage()).contains(part), refused::getMessage);
        assertEquals(codeClass, refused.codeClass(), refused::getMessage);
    }

    @Test
    void whatTheCatalogueListsComesInAsACopyOfItsOwn() throws IOException {
        Member member = tool("1.0");
        ProvingDesk desk = desk();
        assertEquals(member.release(), desk.prove(member).id());
        List<Long> progress = new ArrayList<>();
        ContentDesk.Content content = desk.content(member, progress::add);
        assertArrayEquals(Files.readAllBytes(file(member)), Files.readAllBytes(content.pack()));
        assertEquals(700_001, progress.getLast());
        assertNotEquals(Files.getAttribute(file(member), "unix:ino"), Files.getAttribute(content.pack(), "unix:ino"));
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(content.pack())));
        for (String name : List.of("trust", "manifests", "content")) {
            assertEquals(
                    "rwx------",
                    PosixFilePermissions.toString(Files.getPosixFilePermissions(
                            dir.resolve("installer").resolve(name))));
        }
        assertEquals(Optional.empty(), content.fileList());
        desk.release(member);
        assertFalse(Files.exists(content.pack()));
        desk.release(member);
    }

    @Test
    void whoHoldsTheAgentsFileOpenChangesNothingAnyMore() throws IOException {
        Member member = tool("1.0");
        ProvingDesk desk = desk();
        assertEquals(member.release(), desk.prove(member).id());
        try (FileChannel held = FileChannel.open(file(member), StandardOpenOption.WRITE)) {
            byte[] before = Files.readAllBytes(file(member));
            Path copy = desk.content(member, done -> {}).pack();
            assertEquals(4, held.write(ByteBuffer.wrap("evil".getBytes(java.nio.charset.StandardCharsets.UTF_8)), 7));
            assertArrayEquals(before, Files.readAllBytes(copy));
            assertArrayEquals(
                    before, Files.readAllBytes(desk.content(member, done -> {}).pack()));
        }
    }

    @Test
    void aTreeComesWithTheListOfItsFiles() throws IOException {
        byte[] files = "the list, whatever it says\n".getBytes(java.nio.charset.StandardCharsets.UTF_8);
        Member member = agent.publish("acme/tree", "1", content(3), files, Manifest.Form.TREE, Optional.empty());
        ProvingDesk desk = desk();
        assertEquals(member.release(), desk.prove(member).id());
        assertArrayEquals(
                files,
                Files.readAllBytes(desk.content(member, done -> {}).fileList().orElseThrow()));
        desk.release(member);
        Path list = agent.pack(member.pack().orElseThrow()).resolve("files.ndjson");
        Files.write(list, new byte[] {1}, StandardOpenOption.APPEND);
        assertSays(refused(() -> desk.content(member, done -> {})), CodeClass.TRANSIENT, "is not what was signed");
        Files.delete(list);
        assertSays(refused(() -> desk.content(member, done -> {})), CodeClass.TRANSIENT, "is not there");
    }

    @Test
    void aPackThatIsNotWhatWasSignedIsRefusedAndLeavesNothing() throws Exception {
        Member member = tool("1.0");
        ProvingDesk desk = desk();
        assertEquals(member.release(), desk.prove(member).id());
        byte[] good = Files.readAllBytes(file(member));
        byte[] bent = good.clone();
        bent[good.length / 2] ^= 1;
        for (byte[] bad : List.of(bent, Arrays.copyOf(good, good.length + 1), Arrays.copyOf(good, good.length - 1))) {
            Files.write(file(member), bad);
            assertSays(refused(() -> desk.content(member, done -> {})), CodeClass.TRANSIENT, "is not what was signed");
        }
        Files.delete(file(member));
        assertSays(refused(() -> desk.content(member, done -> {})), CodeClass.TRANSIENT, "is not there");
        Files.write(dir.resolve("elsewhere"), good);
        Files.createSymbolicLink(file(member), dir.resolve("elsewhere"));
        assertSays(refused(() -> desk.content(member, done -> {})), CodeClass.ENVIRONMENT, "is no regular file");
        Files.delete(file(member));
        assertEquals(
                0, new ProcessBuilder("mkfifo", file(member).toString()).start().waitFor());
        assertSays(refused(() -> desk.content(member, done -> {})), CodeClass.ENVIRONMENT, "is no regular file");
        try (var left = Files.list(
                dir.resolve("installer/content").resolve(member.manifest().hex()))) {
            assertEquals(List.of(), left.toList());
        }
    }

    @Test
    void metadataThatWentBackIsRefused() throws IOException {
        Member old = tool("1.0");
        Path before = dir.resolve("before");
        agent.copyMetadata(before);
        agent.later(Duration.ofMinutes(1));
        Member fresh = tool("2.0");
        ProvingDesk desk = desk();
        assertEquals(fresh.release(), desk.prove(fresh).id());
        InstallerSettings settings = agent.settings(dir.resolve("installer"), Path.of("/"));
        InstallerSettings back = new InstallerSettings(
                settings.data(), settings.store(), before, settings.root(), List.of(), Duration.ZERO);
        AdapterException refused = refused(() -> desk(back, agent.root()).prove(old));
        assertSays(refused, CodeClass.ENVIRONMENT, "older than version");
    }

    @Test
    void anExpiredCatalogueBringsNothingNewButWhatCameInBeforeStaysGood() throws IOException {
        Member first = tool("1.0");
        Member second = tool("2.0");
        assertEquals(first.release(), desk().prove(first).id());
        agent.later(Duration.ofDays(2));
        ProvingDesk desk = desk();
        assertSays(refused(() -> desk.prove(second)), CodeClass.ENVIRONMENT, "expired");
        assertEquals(first.release(), desk.kept(first).id());
        assertArrayEquals(
                Files.readAllBytes(file(first)),
                Files.readAllBytes(desk.content(first, done -> {}).pack()));
        assertSays(refused(() -> desk.kept(second)), CodeClass.PERMANENT, "was not installed by this installer");
        agent.renew();
        assertEquals(second.release(), desk.prove(second).id());
    }

    @Test
    void anotherDeploymentsRootAndMetadataAreRefused() throws IOException {
        Member ours = tool("1.0");
        assertEquals(ours.release(), desk().prove(ours).id());
        try (AgentData foreign = AgentData.found(dir.resolve("foreign"), BIRTH)) {
            Member theirs = foreign.publish("acme/tool", "9", content(9), Optional.empty());
            // Their root, when ours is trusted already.
            InstallerSettings here = foreign.settings(dir.resolve("installer"), Path.of("/"));
            ProvingDesk desk = desk(here, foreign.root());
            assertSays(refused(() -> desk.prove(theirs)), CodeClass.ENVIRONMENT, "another deployment");
            assertEquals(ours.release(), desk.kept(ours).id());
            // Their metadata under our root.
            assertSays(
                    refused(() -> desk(here, agent.root()).prove(theirs)),
                    CodeClass.ENVIRONMENT,
                    "does not believe that acme/tool");
            // Nonsense as the first root.
            InstallerSettings elsewhere = agent.settings(Files.createDirectories(dir.resolve("second")), Path.of("/"));
            assertSays(refused(() -> desk(elsewhere, new byte[] {'{'}).prove(ours)), CodeClass.ENVIRONMENT, "root");
        }
    }

    @Test
    void aTaskThatMeansAnotherManifestOrPackIsRefused() throws IOException {
        Member member = tool("1.0");
        Member other = agent.publish("acme/other", "1.0", content(5), Optional.empty());
        ProvingDesk desk = desk();
        // Under the name of another release.
        assertEquals(
                CodeClass.ENVIRONMENT,
                refused(() -> desk.prove(new Member(other.release(), member.manifest(), member.pack())))
                        .codeClass());
        // With another pack.
        Files.copy(
                agent.pack(member.pack().orElseThrow()).resolve("manifests").resolve(member.manifest() + ".json"),
                agent.pack(other.pack().orElseThrow()).resolve("manifests").resolve(member.manifest() + ".json"));
        assertSays(
                refused(() -> desk.prove(new Member(member.release(), member.manifest(), other.pack()))),
                CodeClass.PERMANENT,
                "the task names");
        // One that was never published.
        Sha256 nobody = Sha256.of(new byte[] {1});
        assertSays(
                refused(() -> desk.prove(new Member(member.release(), nobody, member.pack()))),
                CodeClass.TRANSIENT,
                "is not there");
        assertSays(
                refused(() -> desk.prove(new Member(member.release(), member.manifest(), Optional.empty()))),
                CodeClass.PERMANENT,
                "names no pack");
        assertEquals(member.release(), desk.prove(member).id());
        assertSays(
                refused(() -> desk.kept(new Member(other.release(), member.manifest(), Optional.empty()))),
                CodeClass.PERMANENT,
                "the task calls");
    }

    @Test
    void aKeptManifestThatTheDiskDamagedIsNotUsed() throws IOException {
        Member member = tool("1.0");
        ProvingDesk desk = desk();
        assertEquals(member.release(), desk.prove(member).id());
        Path kept = dir.resolve("installer/manifests").resolve(member.manifest() + ".json");
        byte[] bytes = Files.readAllBytes(kept);
        bytes[bytes.length / 2] ^= 1;
        Files.write(kept, bytes);
        assertSays(refused(() -> desk.kept(member)), CodeClass.ENVIRONMENT, "was damaged");
    }

    @Test
    void whatNobodyNamesAnyMoreIsForgotten() throws IOException {
        Member first = tool("1.0");
        Member second = tool("2.0");
        ProvingDesk desk = desk();
        for (Member member : List.of(first, second)) {
            assertEquals(member.release(), desk.prove(member).id());
            assertTrue(Files.exists(desk.content(member, done -> {}).pack()));
        }
        desk.retain(List.of(second.manifest()));
        assertEquals(second.release(), desk.kept(second).id());
        assertSays(refused(() -> desk.kept(first)), CodeClass.PERMANENT, "install it first");
        assertFalse(Files.exists(
                dir.resolve("installer/content").resolve(first.manifest().hex())));
        assertTrue(Files.exists(
                dir.resolve("installer/content").resolve(second.manifest().hex())));
    }
}
