package packhorse.peer;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.UsageException;
import packhorse.core.config.YamlDocument;
import packhorse.core.identity.DeploymentRole;
import packhorse.core.json.Json.JsonInteger;
import packhorse.core.json.Json.JsonObject;
import packhorse.core.json.JsonReader;
import packhorse.core.message.v1.LocalRequest;
import packhorse.core.message.v1.Stop;
import packhorse.core.trust.VerifiedManifest;
import packhorse.peer.agent.Deployment;
import packhorse.peer.agent.FakeTracker;
import packhorse.peer.cli.AgentSocket;

/** The whole program but for its process: configuration, ready line, gateway, stop. */
@Timeout(90)
final class PeerMainTest {
    @TempDir
    Path directory;

    private PeerConfig config(String network, FakeTracker tracker, Path root, int gatewayPort) {
        return config(network, tracker, root, gatewayPort, "");
    }

    private PeerConfig config(String network, FakeTracker tracker, Path root, int gatewayPort, String more) {
        PeerConfig read = PeerConfig.of(YamlDocument.parse("peer.yaml", """
            data: %s
            tracker: %s
            trustedRoot: %s
            listen: %s.7:0
            socket: %s
            gateway: %s.7:%d
            %s
            """.formatted(
                        directory.resolve("peer"),
                        tracker.wire(),
                        root,
                        network,
                        directory.resolve("s"),
                        network,
                        gatewayPort,
                        more)));
        return new PeerConfig(
                read.data(),
                read.trackers(),
                java.util.List.of(tracker.url().resolve("/repository/")),
                read.proxy(),
                read.trustedRoot(),
                read.listen(),
                read.socket(),
                read.gateway(),
                read.gatewayNames(),
                read.userPage(),
                read.limits(),
                read.openSwarm(),
                read.seedOnStart(),
                read.swarmUser(),
                read.install());
    }

    private static PeerMain start(PeerConfig config) {
        return PeerMain.start(config, InstantSource.system(), new SecureRandom(), System::nanoTime);
    }

    private static Thread running(PeerMain peer, ByteArrayOutputStream printed, boolean json) {
        return Thread.ofVirtual().start(() -> {
            try {
                peer.run(new PrintStream(printed, true, StandardCharsets.UTF_8), json);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    @Test
    void aConfiguredPeerSaysThatItIsReadyStreamsThroughItsGatewayAndStopsWhenAsked() throws Exception {
        try (Deployment deployment = Deployment.in(directory, "127.31.41")) {
            byte[] content = Deployment.content(41, 3_000_000);
            VerifiedManifest manifest = deployment.publish("acme/tool", "1.0", "any", content);
            deployment.origin("2", Map.of(manifest, content));
            Path root = Files.write(directory.resolve("root.json"), deployment.rootJson());
            PeerConfig config = config("127.31.41", deployment.tracker(), root, 17_501);
            deployment.machines().write(DeploymentRole.AGENT, "testville", config.identity());
            ByteArrayOutputStream printed = new ByteArrayOutputStream();
            try (PeerMain peer = start(config)) {
                Thread running = running(peer, printed, false);
                await().until(() -> printed.toString(StandardCharsets.UTF_8).endsWith("\n"));
                String line = printed.toString(StandardCharsets.UTF_8);
                assertTrue(line.startsWith("packhorse peer is ready: swarm on 127.31.41.7:"), line);
                assertEquals(1, line.lines().count());

                ByteArrayOutputStream json = new ByteArrayOutputStream();
                Thread unusedSecond = running(peer, json, true);
                await().until(() -> json.toString(StandardCharsets.UTF_8).endsWith("\n"));
                JsonObject ready = (JsonObject) JsonReader.parse(json.toByteArray());
                assertEquals(
                        Set.of("gatewayPort", "ready", "socket", "swarm"),
                        ready.members().keySet());
                assertEquals(new JsonInteger(17_501), ready.members().get("gatewayPort"));

                // Nobody pulled it: reading does.
                HttpResponse<byte[]> answer = HttpClient.newHttpClient()
                        .send(
                                HttpRequest.newBuilder(
                                                URI.create("http://127.31.41.7:17501/releases/acme/tool/latest/any"))
                                        .header("Range", "bytes=1000000-2999999")
                                        .build(),
                                HttpResponse.BodyHandlers.ofByteArray());
                assertEquals(206, answer.statusCode());
                assertArrayEquals(Arrays.copyOfRange(content, 1_000_000, 3_000_000), answer.body());

                UsageException inUse = assertThrows(
                        UsageException.class,
                        () -> PeerMain.start(
                                        config("127.31.41", deployment.tracker(), directory.resolve("none"), 17_502),
                                        InstantSource.system(),
                                        new SecureRandom(),
                                        System::nanoTime)
                                .close());
                assertTrue(inUse.toString().contains("trusted root"), inUse.toString());

                new AgentSocket(config.socket())
                        .ask(
                                LocalRequest.newBuilder()
                                        .setStop(Stop.getDefaultInstance())
                                        .build(),
                                reply -> {});
                running.join();
            }
            assertFalse(Files.exists(config.socket()));
        }
    }

    /** What stands at the gateway's top, for a person. */
    private static int page(int port) throws Exception {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://127.31.42.7:" + port + "/"))
                                .build(),
                        HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }

    @Test
    void aMachineThatIsToHaveNoPageForItsUserHasNone() throws Exception {
        try (Deployment deployment = Deployment.in(directory, "127.31.42")) {
            Path root = Files.write(directory.resolve("root.json"), deployment.rootJson());
            PeerConfig without = config("127.31.42", deployment.tracker(), root, 17_503, "userPage: false");
            deployment.machines().write(DeploymentRole.AGENT, "testville", without.identity());
            try (PeerMain peer = start(without)) {
                assertNotNull(peer);
                assertEquals(404, page(17_503));
            }
            try (PeerMain peer = start(config("127.31.42", deployment.tracker(), root, 17_503))) {
                assertNotNull(peer);
                assertTrue(page(17_503) != 404, "where nothing is said there is one");
            }
        }
    }
}
