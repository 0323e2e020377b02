package packhorse.core.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.doctor.Finding.Status;
import packhorse.core.identity.DeploymentRole;
import packhorse.core.identity.MachineIdentity;
import packhorse.core.identity.RemoteIdentity;
import packhorse.core.message.v1.Envelope;
import packhorse.core.message.v1.Hello;
import packhorse.core.testing.TestDeployment;
import packhorse.core.topology.HostPort;
import packhorse.core.wire.WireConfig;
import packhorse.core.wire.WireServer;
import packhorse.core.wire.WireSession;

/** What the doctor finds in good and in bad states, on real files, sockets and sessions. */
final class DoctorTest {
    private static final String ADDRESS = "127.10.8.1";
    private static final InstantSource CLOCK = InstantSource.system();

    @TempDir
    Path folder;

    private static Finding only(List<Finding> findings, String name) {
        List<Finding> found =
                findings.stream().filter(finding -> finding.name().equals(name)).toList();
        assertEquals(1, found.size(), () -> name + " in " + findings);
        return found.getFirst();
    }

    @Test
    void whatIsNotFineHasAMend() {
        assertThrows(IllegalArgumentException.class, () -> Finding.fail("disk", "full", ""));
        assertEquals("two lines", Finding.ok("x", "two\nlines").what());
    }

    @Test
    void theTableIsAlignedAndTheJsonSaysTheSame() {
        DoctorReport report = new DoctorReport(
                "peer peer.yaml",
                List.of(
                        Finding.ok("java", "Java 25"),
                        Finding.warn("certificate", "ends soon", "renew"),
                        Finding.fail("disk", "full", "make room")));
        assertEquals(
                List.of(
                        "peer peer.yaml",
                        "  ✓ java         Java 25",
                        "  ! certificate  ends soon",
                        "                 → renew",
                        "  ✗ disk         full",
                        "                 → make room",
                        "1 failure, 1 warning"),
                report.table());
        assertTrue(report.failed());
        assertEquals(
                "{\"failed\":false,\"findings\":[{\"mend\":\"\",\"name\":\"java\",\"status\":\"ok\",\"what\":\"Java"
                        + " 25\"}],\"title\":\"t\"}",
                new DoctorReport("t", List.of(Finding.ok("java", "Java 25"))).json());
    }

    @Test
    void theMachineCanBeLookedAtWhateverItIs() {
        assertEquals(Status.OK, MachineChecks.java().status());
        assertFalse(MachineChecks.clockIsKept().what().isEmpty());
        assertEquals(
                Status.WARN,
                MachineChecks.descriptors(Long.MAX_VALUE - 1, "more than any").status());
        assertEquals(Status.OK, MachineChecks.descriptors(1, "one").status());
        Finding buffers = MachineChecks.kernel("net.core.somaxconn", Long.MAX_VALUE - 1, "more than any");
        assertEquals(Status.WARN, buffers.status());
        assertFalse(buffers.what().contains(" = 4,"), "the whole number is read: " + buffers.what());
        assertEquals(Status.OK, MachineChecks.kernel("no.such.key", 1, "none").status());
        assertEquals(
                Status.OK,
                MachineChecks.program(List.of("no-such-program", "sh"), "shells", "install one")
                        .status());
        assertEquals(
                Status.WARN,
                MachineChecks.program(List.of("no-such-program"), "nothing", "install one")
                        .status());
    }

    @Test
    void aDiskIsTriedAndNothingStays() throws IOException {
        List<Finding> good = MachineChecks.disk("disk", folder.resolve("not/yet/made"));
        assertTrue(good.stream().noneMatch(finding -> finding.status() == Status.FAIL), good::toString);
        try (var files = Files.list(folder)) {
            assertEquals(0, files.count());
        }
        Path file = Files.createFile(folder.resolve("file"));
        assertEquals(Status.FAIL, MachineChecks.disk("disk", file).getFirst().status());
        List<Finding> nowhere = MachineChecks.disk("disk", Path.of("/proc/nowhere"));
        assertTrue(nowhere.stream().anyMatch(finding -> finding.status() == Status.FAIL), nowhere::toString);
    }

    @Test
    void aPortInUseSaysByWhom() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName(ADDRESS))) {
            InetSocketAddress address = (InetSocketAddress) taken.getLocalSocketAddress();
            Finding inUse = MachineChecks.port("listen", address, false);
            assertEquals(Status.FAIL, inUse.status());
            assertTrue(
                    inUse.what()
                            .contains("java (process " + ProcessHandle.current().pid() + ")"),
                    inUse.what());
            assertEquals(Status.OK, MachineChecks.port("listen", address, true).status());
        }
        assertEquals(
                Status.OK,
                MachineChecks.port("listen", new InetSocketAddress(InetAddress.getByName(ADDRESS), 0), false)
                        .status());
        Finding elsewhere = MachineChecks.port("listen", new InetSocketAddress("192.0.2.77", 7300), false);
        assertEquals(Status.FAIL, elsewhere.status());
    }

    @Test
    void clocksThatDifferTooMuchAreNamed() {
        assertEquals(Status.OK, MachineChecks.clockBeside("the tracker", 900).status());
        assertEquals(
                Status.WARN, MachineChecks.clockBeside("the tracker", -9_000).status());
        Finding far = MachineChecks.clockBeside("the tracker", -90_000);
        assertEquals(Status.FAIL, far.status());
        assertEquals("90.0 s behind the tracker", far.what());
    }

    @Test
    void aCertificateIsLookedAtFromAllSides() throws IOException {
        TestDeployment deployment = TestDeployment.create(folder.resolve("ca"));
        assertEquals(
                Status.FAIL,
                only(IdentityChecks.of(folder.resolve("none"), CLOCK).findings(), "certificate")
                        .status());
        Path good = deployment.write(DeploymentRole.AGENT, "berlin", folder.resolve("good"));
        List<Finding> fine = IdentityChecks.of(good, CLOCK).findings();
        assertEquals(Status.OK, only(fine, "certificate").status());
        assertEquals(Status.OK, only(fine, "deployment").status());
        assertTrue(only(fine, "identity").what().contains("berlin"));

        Finding late = only(
                IdentityChecks.of(good, InstantSource.fixed(Instant.now().plus(Duration.ofDays(400))))
                        .findings(),
                "certificate");
        assertEquals(Status.FAIL, late.status());
        assertTrue(late.what().contains("expired"), late.what());
        Finding early = only(
                IdentityChecks.of(good, InstantSource.fixed(Instant.now().minus(Duration.ofDays(40))))
                        .findings(),
                "certificate");
        assertTrue(early.mend().contains("clock"), early.mend());

        Path key = good.resolve(MachineIdentity.KEY_FILE);
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r--r--"));
        assertEquals(
                Status.WARN,
                only(IdentityChecks.of(good, CLOCK).findings(), "key").status());

        Path other = deployment.write(DeploymentRole.AGENT, "berlin", folder.resolve("other"));
        Files.copy(other.resolve(MachineIdentity.KEY_FILE), key, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        List<Finding> foreignKey = IdentityChecks.of(good, CLOCK).findings();
        assertTrue(foreignKey.stream().anyMatch(finding -> finding.status() == Status.FAIL), foreignKey::toString);

        Files.writeString(other.resolve(MachineIdentity.CERTIFICATE_FILE), "no certificate");
        assertEquals(
                Status.FAIL,
                only(IdentityChecks.of(other, CLOCK).findings(), "certificate").status());
    }

    /** A tracker that lets everybody in, or nobody. */
    private record Door(Optional<String> refusal) implements WireServer.Listener {
        @Override
        public Optional<String> refuse(RemoteIdentity remote) {
            return refusal;
        }

        @Override
        public void opened(WireSession session, Hello hello) {}

        @Override
        public boolean received(WireSession session, Envelope message) {
            return true;
        }

        @Override
        public void closed(WireSession session) {}
    }

    private static List<Finding> probed(TestDeployment deployment, Optional<String> refusal, MachineIdentity agent) {
        try (WireServer server = WireServer.open(
                List.of(new InetSocketAddress(ADDRESS, 0)),
                deployment.identity(DeploymentRole.TRACKER, "centre"),
                WireConfig.DEFAULT,
                Set.of(),
                new Door(refusal),
                CLOCK)) {
            return TrackerProbe.of(
                    new HostPort(ADDRESS, server.addresses().getFirst().getPort()), Optional.empty(), agent, CLOCK);
        }
    }

    @Test
    void aTrackerIsReachedStepByStep() throws IOException {
        TestDeployment deployment = TestDeployment.create(folder.resolve("ca"));
        MachineIdentity agent = deployment.identity(DeploymentRole.AGENT, "berlin");
        List<Finding> welcomed = probed(deployment, Optional.empty(), agent);
        assertEquals(Status.OK, only(welcomed, "tracker").status());
        assertEquals(Status.OK, only(welcomed, "clock").status());
        assertTrue(only(welcomed, "address").what().contains("127."), welcomed::toString);

        Finding refused = only(probed(deployment, Optional.of("revoked on Monday; join anew"), agent), "tracker");
        assertEquals(Status.FAIL, refused.status());
        assertTrue(refused.what().contains("revoked on Monday"), refused.what());

        Finding foreign = only(
                probed(deployment, Optional.empty(), deployment.foreign(DeploymentRole.AGENT, "berlin")), "tracker");
        assertEquals(Status.FAIL, foreign.status());

        HostPort gonePort = nobody();
        Finding gone = only(TrackerProbe.of(gonePort, Optional.empty(), agent, CLOCK), "tracker");
        assertTrue(gone.what().contains("cannot be reached"), gone.what());
        Finding proxy =
                only(TrackerProbe.of(new HostPort("192.0.2.1", 7301), Optional.of(gonePort), agent, CLOCK), "tracker");
        assertTrue(proxy.what().contains("through the proxy"), proxy.what());
        Finding unnamed = only(
                TrackerProbe.of(new HostPort("no-such-host.invalid", 7301), Optional.empty(), agent, CLOCK), "tracker");
        assertEquals(Status.FAIL, unnamed.status());
    }

    /** Where nobody listens any more. */
    private static HostPort nobody() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName(ADDRESS))) {
            return new HostPort(ADDRESS, socket.getLocalPort());
        }
    }
}
