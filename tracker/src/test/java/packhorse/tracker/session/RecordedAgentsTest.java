package packhorse.tracker.session;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import packhorse.core.config.SiteMapFile;
import packhorse.core.identity.DenyList;
import packhorse.core.identity.DeploymentRole;
import packhorse.core.identity.MachineIdentity;
import packhorse.core.message.FrameCodec;
import packhorse.core.message.v1.Envelope;
import packhorse.core.message.v1.Envelope.BodyCase;
import packhorse.core.message.v1.SwarmAssignment;
import packhorse.core.testing.Recordings;
import packhorse.core.testing.TestDeployment;
import packhorse.core.wire.WireConfig;

/** Agents of every version, as they were recorded, have a session with the tracker of today. */
@Timeout(180)
final class RecordedAgentsTest {
    private static final String SITES = """
        sites:
          - name: berlin
            subnets: [10.1.0.0/16]
            wan: {down: 100Mbit, up: 20Mbit}
        """;

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void aRecordedAgentIsServed(int version) throws Exception {
        TestDeployment deployment = TestDeployment.create(directory);
        MachineIdentity agent = deployment.identity(DeploymentRole.AGENT, "berlin");
        try (AgentSessions sessions = AgentSessions.start(
                        SessionConfig.DEFAULT,
                        SiteMapFile.parse("sites.yaml", SITES),
                        InstantSource.system(),
                        InstantSource.system(),
                        (serving, agents) -> {},
                        Governance.OPEN,
                        DenyList.none());
                SessionDoor door = SessionDoor.open(
                        List.of(new InetSocketAddress("127.20.61." + version, 0)),
                        deployment.identity(DeploymentRole.TRACKER, "centre"),
                        WireConfig.DEFAULT,
                        sessions,
                        DenyList.none(),
                        report -> {},
                        ConsoleListener.NONE,
                        InstantSource.system());
                SSLSocket socket = connect(agent, door)) {
            List<byte[]> frames = Recordings.ofAgent(version);
            socket.getOutputStream().write(frames.getFirst());
            Envelope welcome = FrameCodec.read(socket.getInputStream()).orElseThrow();
            assertEquals(Math.min(2, version), welcome.getWelcome().getVersion());
            for (byte[] frame : frames.subList(1, frames.size())) {
                socket.getOutputStream().write(frame);
            }
            List<Envelope> answers = read(socket, expected(version));

            SwarmAssignment swarm = answers.stream()
                    .filter(Envelope::hasAssignment)
                    .filter(answer -> answer.getAssignment().getSwarmsCount() > 0)
                    .findFirst()
                    .orElseThrow()
                    .getAssignment()
                    .getSwarms(0);
            assertFalse(swarm.getPack().isEmpty());
            assertTrue(answers.stream().allMatch(answer -> answer.getVersion() == Math.min(2, version)));
            assertEquals(1, sessions.overview().join().agents());
            assertEquals(0, sessions.overview().join().refusals());
            assertEquals(1, door.counts().open());
        }
    }

    /** What has to come; an agent of version 1 is told nothing that it does not know. */
    private static Set<BodyCase> expected(int version) {
        return version == 1
                ? EnumSet.of(BodyCase.ASSIGNMENT)
                : EnumSet.of(
                        BodyCase.ASSIGNMENT,
                        BodyCase.PONG,
                        BodyCase.DENY_LIST,
                        BodyCase.DESIRED_STATE,
                        BodyCase.INVENTORY_NEEDED,
                        BodyCase.REPORTS_STORED,
                        BodyCase.ENTITLEMENT_ANSWER);
    }

    private static List<Envelope> read(SSLSocket socket, Set<BodyCase> expected) throws IOException {
        List<Envelope> answers = new ArrayList<>();
        Set<BodyCase> missing = EnumSet.copyOf(expected);
        while (!missing.isEmpty()) {
            Envelope answer = FrameCodec.read(socket.getInputStream()).orElseThrow();
            assertTrue(expected.contains(answer.getBodyCase()), answer.toString());
            answers.add(answer);
            missing.remove(answer.getBodyCase());
        }
        return answers;
    }

    private static SSLSocket connect(MachineIdentity agent, SessionDoor door) throws IOException {
        InetSocketAddress to = door.addresses().getFirst();
        SSLSocket socket = (SSLSocket) agent.context().getSocketFactory().createSocket(to.getAddress(), to.getPort());
        socket.setSoTimeout(60_000);
        socket.startHandshake();
        await().until(socket::isConnected);
        return socket;
    }
}
