package packhorse.peer.swarm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.testing.OnlyAs;
import packhorse.core.topology.IpAddress;

/** Started by root, the engine's process has no right but to the content it serves, wherever the store lies. */
final class UnprivilegedSwarmTest {
    @TempDir
    Path dir;

    /** The class path, where other users may read it; a build's own is often under a home directory. */
    private Path programs;

    @BeforeEach
    void copyPrograms() throws IOException {
        OnlyAs.root();
        programs = Files.createTempDirectory("packhorse-programs");
        Files.setPosixFilePermissions(programs, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    @AfterEach
    void removePrograms() throws IOException {
        if (programs != null) {
            try (Stream<Path> all = Files.walk(programs)) {
                for (Path each : all.toList().reversed()) {
                    Files.delete(each);
                }
            }
        }
    }

    private List<Path> classPath() throws IOException {
        List<Path> copies = new ArrayList<>();
        for (Path place : ProcessLauncher.ownClassPath()) {
            Path copy = programs.resolve(copies.size() + "-" + place.getFileName());
            try (Stream<Path> all = Files.walk(place)) {
                for (Path each : all.toList()) {
                    Files.copy(each, copy.resolve(place.relativize(each).toString()));
                }
            }
            copies.add(copy);
        }
        return copies;
    }

    private Node start(String ip, Path store) throws IOException {
        SwarmProcessConfig config = SwarmProcessConfig.in(store).withClassPath(classPath());
        return new Node(
                SwarmConfig.listeningOn(new SwarmConfig.Listen(IpAddress.parse(ip), 0)),
                new ProcessSwarm.Starter(config)::start);
    }

    private static Map<String, String> status(long pid) throws IOException {
        Map<String, String> status = new TreeMap<>();
        Files.readAllLines(Path.of("/proc/" + pid + "/status")).forEach(line -> {
            int colon = line.indexOf(':');
            status.put(line.substring(0, colon), line.substring(colon + 1).strip());
        });
        return status;
    }

    private static int attribute(Path path, String name) throws IOException {
        return (Integer) Files.getAttribute(path, "unix:" + name);
    }

    @Test
    void aPackArrivesAndIsServedOnByAProcessWithoutAnyRight() throws Exception {
        Path data = Files.createDirectory(
                dir.resolve("data"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Path secret = Files.writeString(data.resolve("identity.key"), "secret");
        Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
        Path store = data.resolve("store");
        Sample sample = Sample.of(72, 9_000_000);
        Path from = dir.resolve("seed");
        sample.writeTo(from);
        Path partial = Files.createDirectories(
                store.resolve("partial").resolve(sample.id().hex()));
        Files.createDirectories(store.resolve("packs"));
        Path part = partial.resolve(sample.id().hex());
        try (Node seed = Node.on("127.30.7.11");
                Node apart = start("127.30.7.12", store);
                Node third = Node.on("127.30.7.13")) {
            Map<String, String> status = status(apart.pid());
            assertFalse(status.getOrDefault("Uid", "0").startsWith("0"), status::toString);
            assertFalse(status.getOrDefault("Gid", "0").startsWith("0"), status::toString);
            assertEquals("", status.get("Groups"));
            for (String set : List.of("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")) {
                assertEquals("0000000000000000", status.get(set), set);
            }
            assertEquals("1", status.get("NoNewPrivs"));
            assertTrue(
                    Files.readString(Path.of("/proc/" + apart.pid() + "/environ"))
                                    .chars()
                                    .filter(c -> c == '=')
                                    .count()
                            <= 4,
                    "an empty environment but for the language");

            seed.add(sample, from, true).allow(sample, apart);
            apart.add(sample, partial, false).connect(sample, List.of(seed), third);
            apart.awaitComplete(sample);
            assertArrayEquals(sample.bytes(), Files.readAllBytes(part));
            assertEquals(0, attribute(part, "uid"));
            assertEquals(0, attribute(part, "mode") & 022, "nobody but the agent may write what is to be proven");
            assertEquals(0, attribute(partial, "mode") & 022, "nor put anything beside it");

            Path pack = Files.createDirectory(
                    store.resolve("packs").resolve(sample.id().hex()));
            Files.createLink(pack.resolve(sample.id().hex()), part);
            apart.offer(new SwarmCommand.Relocate(sample.id(), pack));
            assertEquals(
                    pack, apart.await(SwarmEvent.Relocated.class, event -> true).directory());
            Files.delete(part);
            Path into = Files.createDirectories(dir.resolve("third"));
            third.add(sample, into, false).connect(sample, List.of(apart));
            third.awaitComplete(sample);
            assertArrayEquals(
                    sample.bytes(), Files.readAllBytes(into.resolve(sample.id().hex())));
            assertEquals(List.of(), apart.all(SwarmEvent.Failed.class));
            assertEquals(0700, attribute(data, "mode") & 0777, "nothing above the store was opened");
        }
    }
}
