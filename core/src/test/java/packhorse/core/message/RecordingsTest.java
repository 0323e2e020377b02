package packhorse.core.message;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import packhorse.core.message.v1.AgentReport;
import packhorse.core.message.v1.AllowedPeer;
import packhorse.core.message.v1.Assignment;
import packhorse.core.message.v1.AssignmentKnown;
import packhorse.core.message.v1.DenyList;
import packhorse.core.message.v1.DesiredItem;
import packhorse.core.message.v1.DesiredStateUpdate;
import packhorse.core.message.v1.Endpoint;
import packhorse.core.message.v1.EntitlementQuestion;
import packhorse.core.message.v1.Envelope;
import packhorse.core.message.v1.Hello;
import packhorse.core.message.v1.InventoryDelta;
import packhorse.core.message.v1.InventoryItem;
import packhorse.core.message.v1.InventoryNeeded;
import packhorse.core.message.v1.Operation;
import packhorse.core.message.v1.PeerHint;
import packhorse.core.message.v1.Ping;
import packhorse.core.message.v1.Prefix;
import packhorse.core.message.v1.ReportsStored;
import packhorse.core.message.v1.Role;
import packhorse.core.message.v1.StatusReport;
import packhorse.core.message.v1.StatusReports;
import packhorse.core.message.v1.Subject;
import packhorse.core.message.v1.SwarmAssignment;
import packhorse.core.message.v1.SwarmState;
import packhorse.core.message.v1.Welcome;
import packhorse.core.testing.Recordings;

/**
 * The recordings say what they said when they were made. A new version's files are written by {@code main} with the folder of
 * the recordings as its argument; those of older versions are never touched.
 */
final class RecordingsTest {
    private static final ByteString PACK = ByteString.copyFrom(new byte[32]);
    private static final ByteString OTHER = ByteString.copyFrom(new byte[16]);

    @Test
    void everyRecordedFrameIsStillRead() throws Exception {
        for (int version : Recordings.VERSIONS) {
            for (List<byte[]> frames : List.of(Recordings.ofAgent(version), Recordings.ofTracker(version))) {
                assertTrue(frames.size() >= 2);
                for (byte[] frame : frames) {
                    var message = FrameCodec.decodeKnown(frame);
                    assertEquals(version == 3, message.isEmpty() || hasUnknown(message.get()), "version " + version);
                }
            }
        }
        for (byte[] frame : Recordings.ofRecollection()) {
            assertFalse(hasUnknown(FrameCodec.decodeKnown(frame).orElseThrow()));
        }
    }

    @Test
    void recordingsAreWhatTheirVersionsWrite() {
        for (int version : Recordings.VERSIONS) {
            assertSame(agent(version), Recordings.ofAgent(version));
            assertSame(tracker(version), Recordings.ofTracker(version));
        }
        assertSame(recollection(), Recordings.ofRecollection());
    }

    private static void assertSame(List<Envelope> messages, List<byte[]> frames) {
        assertEquals(messages.size(), frames.size());
        for (int i = 0; i < frames.size(); i++) {
            org.junit.jupiter.api.Assertions.assertArrayEquals(FrameCodec.encode(messages.get(i)), frames.get(i));
        }
    }

    private static boolean hasUnknown(Envelope message) {
        return !message.getUnknownFields().asMap().isEmpty();
    }

    public static void main(String[] arguments) throws IOException {
        for (int version : Recordings.VERSIONS) {
            Path folder = Files.createDirectories(Path.of(arguments[0], "v" + version));
            write(folder.resolve("agent.frames"), agent(version));
            write(folder.resolve("tracker.frames"), tracker(version));
        }
        write(Path.of(arguments[0], "v2", "recollection.frames"), recollection());
    }

    private static void write(Path file, List<Envelope> messages) throws IOException {
        if (Files.exists(file)) {
            return;
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (Envelope message : messages) {
            FrameCodec.write(bytes, message);
        }
        Files.write(file, bytes.toByteArray());
    }

    private static List<Envelope> recollection() {
        return inVersion(
                List.of(
                        Envelope.newBuilder()
                                .setStatusReports(StatusReports.newBuilder()
                                        .setJournal(77)
                                        .setOldest(2)),
                        Envelope.newBuilder()
                                .setReportsStored(ReportsStored.newBuilder()
                                        .setJournal(77)
                                        .setSequence(2)
                                        .setHad(4)
                                        .addHadChecks(ReportCheck.of(StatusReport.newBuilder()
                                                .setSequence(4)
                                                .setAction("a1")
                                                .setState(3)
                                                .build())))),
                2);
    }

    private static List<Envelope> agent(int version) {
        List<Envelope.Builder> said = new ArrayList<>();
        said.add(Envelope.newBuilder()
                .setHello(Hello.newBuilder()
                        .setVersion(version)
                        .setVersionLeast(1)
                        .setSoftware("packhorse recorded")
                        .setIncarnation(5)
                        .setNowMillis(1_790_000_000_000L)));
        AgentReport.Builder report = AgentReport.newBuilder()
                .setIncarnation(5)
                .setSequence(1)
                .addListen(endpoint(6))
                .addSwarms(SwarmState.newBuilder()
                        .setPack(PACK)
                        .setPiecesHave(3)
                        .setPiecesTotal(10)
                        .setWants(true)
                        .setStalledMillis(200));
        if (version == 1) {
            report.setAgentId(OTHER).setHoldMillis(2_000);
        }
        said.add(Envelope.newBuilder().setAgentReport(report));
        if (version >= 2) {
            said.add(Envelope.newBuilder().setPing(Ping.newBuilder().setNumber(1)));
            said.add(Envelope.newBuilder().setAssignmentKnown(AssignmentKnown.newBuilder()));
            said.add(Envelope.newBuilder()
                    .setStatusReports(StatusReports.newBuilder()
                            .setJournal(77)
                            .addReports(StatusReport.newBuilder()
                                    .setSequence(1)
                                    .setAction("a1")
                                    .setOperation(Operation.OPERATION_DISTRIBUTE)
                                    .setState(3))));
            said.add(Envelope.newBuilder()
                    .setInventoryDelta(InventoryDelta.newBuilder()
                            .setRevision(1)
                            .addChanged(InventoryItem.newBuilder().setKey("os").putFields("name", "Debian"))));
            said.add(Envelope.newBuilder()
                    .setEntitlementQuestion(EntitlementQuestion.newBuilder().setNumber(9)));
        }
        return inVersion(said, version);
    }

    private static List<Envelope> tracker(int version) {
        List<Envelope.Builder> said = new ArrayList<>();
        said.add(Envelope.newBuilder()
                .setWelcome(Welcome.newBuilder()
                        .setVersion(Math.min(version, 2))
                        .setName("recorded tracker")
                        .setNowMillis(1_790_000_000_000L)
                        .setHeartbeatMillis(30_000)));
        SwarmAssignment.Builder swarm = SwarmAssignment.newBuilder()
                .setPack(PACK)
                .setRole(Role.ROLE_LEAD)
                .setShareCount(1);
        if (version == 1) {
            swarm.addPeers(PeerHint.newBuilder().setEndpoint(endpoint(7)).setComplete(true))
                    .addAllow(endpoint(7));
        } else {
            swarm.addPeers(PeerHint.newBuilder()
                            .setEndpoint(endpoint(7))
                            .setComplete(true)
                            .setAgentId(OTHER))
                    .addAllowPeers(AllowedPeer.newBuilder()
                            .setAgentId(OTHER)
                            .setMayBePlain(true)
                            .addListen(endpoint(7)));
        }
        said.add(Envelope.newBuilder()
                .setAssignment(Assignment.newBuilder()
                        .setRevision(41)
                        .setSite("berlin")
                        .addLocal(Prefix.newBuilder()
                                .setIp(ByteString.copyFrom(new byte[] {10, 1, 0, 0}))
                                .setLength(16))
                        .addSwarms(swarm)));
        if (version >= 2) {
            said.add(Envelope.newBuilder()
                    .setDenyList(DenyList.newBuilder().setRevision(2).addAgentIds(OTHER)));
            said.add(Envelope.newBuilder()
                    .setInventoryNeeded(InventoryNeeded.newBuilder().setHave(4)));
            said.add(Envelope.newBuilder()
                    .setReportsStored(ReportsStored.newBuilder().setJournal(77).setSequence(1)));
            said.add(Envelope.newBuilder()
                    .setDesiredState(DesiredStateUpdate.newBuilder()
                            .setRevision(12)
                            .addItems(DesiredItem.newBuilder()
                                    .setAction("a1")
                                    .setSubject(Subject.newBuilder()
                                            .setName("acme/editor")
                                            .setVersion("1.0")
                                            .setPlatform("any"))
                                    .setOperation(Operation.OPERATION_DISTRIBUTE))));
        }
        return inVersion(said, version);
    }

    /** Version 3 has a field more in every envelope, and after each message one that nobody knows. */
    private static List<Envelope> inVersion(List<Envelope.Builder> said, int version) {
        List<Envelope> messages = new ArrayList<>();
        UnknownFieldSet extra = UnknownFieldSet.newBuilder()
                .addField(900, UnknownFieldSet.Field.newBuilder().addVarint(7).build())
                .build();
        for (Envelope.Builder each : said) {
            each.setVersion(version);
            messages.add(
                    version < 3 ? each.build() : each.setUnknownFields(extra).build());
            if (version >= 3) {
                messages.add(Envelope.newBuilder()
                        .setVersion(version)
                        .setUnknownFields(UnknownFieldSet.newBuilder()
                                .addField(
                                        901,
                                        UnknownFieldSet.Field.newBuilder()
                                                .addLengthDelimited(ByteString.copyFromUtf8("news"))
                                                .build())
                                .build())
                        .build());
            }
        }
        return messages;
    }

    private static Endpoint endpoint(int host) {
        return Endpoint.newBuilder()
                .setIp(ByteString.copyFrom(new byte[] {10, 1, 0, (byte) host}))
                .setPort(7100)
                .build();
    }
}
