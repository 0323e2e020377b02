package packhorse.peer.session;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import packhorse.core.identity.DeploymentRole;
import packhorse.core.identity.TlsProfile;
import packhorse.core.message.FrameCodec;
import packhorse.core.message.v1.AgentReport;
import packhorse.core.message.v1.Envelope;
import packhorse.core.testing.Recordings;
import packhorse.core.testing.TestDeployment;
import packhorse.core.topology.HostPort;
import packhorse.core.wire.WireClientConfig;
import packhorse.peer.site.Duty;
import packhorse.peer.site.SitePlace;

/** Trackers of every version, as they were recorded, lead the agent of today. */
@Timeout(180)
final class RecordedTrackersTest {
    @TempDir
    Path directory;

    private final List<SessionEvent> events = new CopyOnWriteArrayList<>();

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void aRecordedTrackerIsFollowed(int version) throws Exception {
        TestDeployment deployment = TestDeployment.create(directory);
        CompletableFuture<List<Envelope>> heard = new CompletableFuture<>();
        try (SSLServerSocket server = (SSLServerSocket) deployment
                .identity(DeploymentRole.TRACKER, "centre")
                .context()
                .getServerSocketFactory()
                .createServerSocket(0, 5, InetAddress.getByName("127.31.29." + version))) {
            server.setSSLParameters(TlsProfile.server(TlsProfile.ClientCertificate.NEEDED));
            Thread.ofVirtual().start(() -> play(server, version, heard));
            HostPort tracker = new HostPort("127.31.29." + version, server.getLocalPort());
            try (TrackerSession session = TrackerSession.start(
                    new SessionConfig(
                            WireClientConfig.of(List.of(tracker), Optional.empty(), Optional.empty(), "test", 1),
                            Duration.ofMillis(50),
                            Duration.ofMillis(50)),
                    deployment.identity(DeploymentRole.AGENT, "berlin"),
                    new Random(1),
                    InstantSource.system(),
                    events::add)) {
                session.report(AgentReport.newBuilder().setIncarnation(1).build(), true, false);
                List<Envelope> said = heard.get(60, TimeUnit.SECONDS);

                assertEquals(2, said.getFirst().getHello().getVersion());
                assertEquals(1, said.getFirst().getHello().getVersionLeast());
                assertTrue(said.stream().skip(1).allMatch(message -> message.getVersion() == Math.min(2, version)));
                await().until(() -> place().isPresent());
                assertEquals("berlin", place().orElseThrow().site());
                Duty duty = place().orElseThrow().duties().values().iterator().next();
                assertEquals(Duty.SiteRole.LEAD, duty.role());
                assertEquals(version > 1, !duty.neighbours().isEmpty());
                Envelope question = Envelope.newBuilder()
                        .setVersion(2)
                        .setInventoryDelta(packhorse.core.message.v1.InventoryDelta.getDefaultInstance())
                        .build();
                assertEquals(version > 1, session.send(question), "version 1 knows no inventories");
                if (version > 1) {
                    await().until(() -> events.stream().anyMatch(SessionEvent.Desired.class::isInstance));
                    assertTrue(events.contains(new SessionEvent.Stored(77, 1)));
                    assertTrue(events.contains(new SessionEvent.InventoryWanted(4)));
                }
                assertFalse(events.stream().anyMatch(SessionEvent.Unreachable.class::isInstance), events.toString());
            }
        }
    }

    private Optional<SitePlace> place() {
        return events.stream()
                .flatMap(event -> event instanceof SessionEvent.Assigned assigned
                        ? java.util.stream.Stream.of(assigned.place())
                        : java.util.stream.Stream.empty())
                .findFirst();
    }

    /** Says what was recorded, and hears until the assignment is confirmed. */
    private static void play(SSLServerSocket server, int version, CompletableFuture<List<Envelope>> heard) {
        try (SSLSocket socket = (SSLSocket) server.accept()) {
            List<Envelope> said = new CopyOnWriteArrayList<>();
            said.add(FrameCodec.read(socket.getInputStream()).orElseThrow());
            for (byte[] frame : Recordings.ofTracker(version)) {
                socket.getOutputStream().write(frame);
            }
            while (!said.getLast().hasAssignmentKnown()
                    && said.getLast().getAgentReport().getKnownRevision() != 41) {
                said.add(FrameCodec.read(socket.getInputStream()).orElseThrow());
            }
            heard.complete(said);
            while (FrameCodec.read(socket.getInputStream()).isPresent()) {
                // Until the agent leaves.
            }
        } catch (Exception e) {
            heard.completeExceptionally(e);
        }
    }
}
