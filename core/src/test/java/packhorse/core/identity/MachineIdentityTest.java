package packhorse.core.identity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Set;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.UsageException;
import packhorse.core.identity.Handshakes.Met;
import packhorse.core.identity.Handshakes.Open;
import packhorse.core.identity.TlsProfile.ClientCertificate;
import packhorse.core.testing.TestDeployment;

/** Two machines meet over real sockets: who is let in, who is not, and what each is told. */
final class MachineIdentityTest {
    @TempDir
    private Path directory = Path.of("");

    private static Met meet(MachineIdentity server, SSLContext client) throws IOException {
        try (Handshakes handshakes = new Handshakes(server.context(), ClientCertificate.NEEDED)) {
            return handshakes.meet(client);
        }
    }

    @Test
    void twoMachinesOfADeploymentKnowEachOther() throws IOException {
        TestDeployment deployment = TestDeployment.create(directory);
        MachineIdentity tracker = deployment.identity(DeploymentRole.TRACKER, "centre");
        MachineIdentity agent = deployment.identity(DeploymentRole.AGENT, "north");
        Met met = meet(tracker, agent.context());
        assertEquals(agent.self(), met.seenByServer());
        assertEquals(tracker.self(), met.seenByClient());
        assertEquals("north", met.seenByServer().site());
        assertEquals(DeploymentRole.AGENT, met.seenByServer().role());
        assertEquals(agent.id(), met.seenByServer().id());
    }

    @Test
    void anAgentServesAnotherAgent() throws IOException {
        TestDeployment deployment = TestDeployment.create(directory);
        MachineIdentity one = deployment.identity(DeploymentRole.AGENT, "north");
        MachineIdentity other = deployment.identity(DeploymentRole.AGENT, "south");
        assertEquals(one.self(), meet(one, other.context()).seenByClient());
    }

    @Test
    void aMachineOfAnotherDeploymentIsRefusedByBothEnds() throws IOException {
        TestDeployment deployment = TestDeployment.create(directory);
        MachineIdentity tracker = deployment.identity(DeploymentRole.TRACKER, "centre");
        Met foreign = meet(tracker, deployment.foreign().context());
        assertTrue(foreign.clientSays().contains("of another deployment"), foreign::clientSays);
        Met intruder =
                meet(tracker, deployment.intruder(DeploymentRole.AGENT, "north").context());
        assertTrue(intruder.serverSays().contains("of another deployment"), intruder::serverSays);
        assertTrue(intruder.serverSays().contains("packhorse ROLE join TOKEN"), intruder::serverSays);
    }

    @Test
    void anExpiredCertificateIsRefusedWithItsDateAndTheMend() throws IOException {
        TestDeployment deployment = TestDeployment.create(directory);
        MachineIdentity tracker = deployment.identity(DeploymentRole.TRACKER, "centre");
        MachineIdentity late = deployment.expired(DeploymentRole.AGENT, "north");
        Met met = meet(tracker, late.context());
        assertTrue(met.serverSays().contains("expired on " + late.self().notAfter()), met::serverSays);
        assertTrue(met.atClient() == null, "the client was told nothing");
        Met other = meet(late, tracker.context());
        assertTrue(other.clientSays().contains("expired on"), other::clientSays);
    }

    @Test
    void aCertificateFromTheFutureAsksForTheClock() throws IOException {
        TestDeployment deployment = TestDeployment.create(directory);
        MachineIdentity tracker = deployment.identity(DeploymentRole.TRACKER, "centre");
        Met met = meet(
                tracker, deployment.notYetValid(DeploymentRole.AGENT, "north").context());
        assertTrue(met.serverSays().contains("is not yet valid: is this machine's clock right?"), met::serverSays);
    }

    @Test
    void whoWantsATrackerTakesNobodyElse() throws IOException {
        TestDeployment deployment = TestDeployment.create(directory);
        MachineIdentity agent = deployment.identity(DeploymentRole.AGENT, "north");
        MachineIdentity liar = deployment.identity(DeploymentRole.AGENT, "south");
        Met met = meet(liar, agent.context(Set.of(DeploymentRole.TRACKER)));
        assertTrue(met.clientSays().contains("but tracker is expected here"), met::clientSays);
    }

    @Test
    void aMachineWithoutACertificateIsLetInOnlyWhereNoneIsNeeded() throws IOException, GeneralSecurityException {
        TestDeployment deployment = TestDeployment.create(directory);
        MachineIdentity tracker = deployment.identity(DeploymentRole.TRACKER, "centre");
        SSLContext nobody = SSLContext.getInstance("TLSv1.3");
        nobody.init(
                null,
                new DeploymentTrust[] {
                    new DeploymentTrust(
                            deployment.root(), InstantSource.system(), Set.of(DeploymentRole.TRACKER), Duration.ZERO)
                },
                null);
        assertTrue(meet(tracker, nobody).atServer() == null);
        try (Handshakes handshakes = new Handshakes(tracker.context(), ClientCertificate.WANTED)) {
            Met met = handshakes.meet(nobody);
            assertEquals(tracker.self(), met.seenByClient());
            IdentityException fault = assertThrows(IdentityException.class, met::seenByServer);
            assertTrue(String.valueOf(fault.getMessage()).contains("showed no certificate"));
        }
    }

    @Test
    void theRenewalDoorLetsAnExpiredMachineInForThirtyDays() throws IOException {
        Instant start = Instant.parse("2026-11-21T12:00:00Z");
        TestDeployment deployment = TestDeployment.create(directory, InstantSource.fixed(start));
        MachineIdentity agent = deployment.identity(DeploymentRole.AGENT, "north");
        MachineIdentity tracker = deployment.identity(DeploymentRole.TRACKER, "centre");
        Credential serving =
                deployment.credential(DeploymentRole.TRACKER, "centre", tracker.id(), start, Duration.ofDays(60));
        for (int days : new int[] {29, 32}) {
            MachineIdentity later = MachineIdentity.of(
                    serving, deployment.root(), InstantSource.fixed(start.plus(Duration.ofDays(days))));
            try (Handshakes handshakes = new Handshakes(later.contextOfRenewalDoor(), ClientCertificate.WANTED)) {
                Met met = handshakes.meet(agent.context());
                if (days < 30) {
                    assertEquals(agent.self(), met.seenByServer());
                    assertFalse(met.seenByServer().current(start.plus(Duration.ofDays(days))));
                } else {
                    assertTrue(met.serverSays().contains("expired on"), met::serverSays);
                }
            }
            assertTrue(meet(later, agent.context()).serverSays().contains("expired on"));
        }
    }

    @Test
    void aRenewedIdentityServesNewHandshakesWhileOldSessionsLive() throws IOException {
        TestDeployment deployment = TestDeployment.create(directory);
        MachineIdentity tracker = deployment.identity(DeploymentRole.TRACKER, "centre");
        MachineIdentity agent = deployment.identity(DeploymentRole.AGENT, "north");
        RemoteIdentity first = agent.self();
        try (Handshakes handshakes = new Handshakes(tracker.context(), ClientCertificate.NEEDED);
                Open old = handshakes.open(agent.context())) {
            assertEquals(first, RemoteIdentity.of(old.atServer().getSession()));
            agent.renewed(deployment.credential(
                    DeploymentRole.AGENT, "north", agent.id(), Instant.now(), Duration.ofHours(24)));
            assertNotEquals(first.serial(), agent.self().serial());
            assertEquals(agent.self(), handshakes.meet(agent.context()).seenByServer());
            old.pingPong();
            assertEquals(first, RemoteIdentity.of(old.atServer().getSession()));

            RemoteIdentity trackerBefore = tracker.self();
            tracker.renewed(deployment.credential(
                    DeploymentRole.TRACKER, "centre", tracker.id(), Instant.now(), Duration.ofDays(7)));
            assertNotEquals(trackerBefore.serial(), tracker.self().serial());
            MachineIdentity another = deployment.identity(DeploymentRole.AGENT, "south");
            assertEquals(tracker.self(), handshakes.meet(another.context()).seenByClient());
            old.pingPong();
        }
    }

    @Test
    void aResumedSessionIsKnownByTheCertificateItBeganWith() throws IOException {
        TestDeployment deployment = TestDeployment.create(directory);
        MachineIdentity tracker = deployment.identity(DeploymentRole.TRACKER, "centre");
        MachineIdentity agent = deployment.identity(DeploymentRole.AGENT, "north");
        try (Handshakes handshakes = new Handshakes(tracker.context(), ClientCertificate.NEEDED)) {
            for (int i = 0; i < 5; i++) {
                assertEquals(agent.self(), handshakes.meet(agent.context()).seenByServer());
            }
        }
    }

    @Test
    void anotherMachinesCertificateIsNoRenewal() {
        TestDeployment deployment = TestDeployment.create(directory);
        MachineIdentity agent = deployment.identity(DeploymentRole.AGENT, "north");
        Credential other = deployment.identity(DeploymentRole.AGENT, "north").credential();
        assertThrows(IdentityException.class, () -> agent.renewed(other));
    }

    @Test
    void anIdentityOnDiskOpensAndItsAbsenceSaysHowToJoin() {
        TestDeployment deployment = TestDeployment.create(directory);
        UsageException fault =
                assertThrows(UsageException.class, () -> MachineIdentity.open(directory, InstantSource.system()));
        assertTrue(String.valueOf(fault.getMessage()).contains("packhorse ROLE join TOKEN"));
        for (var mend : Map.of(
                        DeploymentRole.AGENT, "packhorse peer join TOKEN",
                        DeploymentRole.ORIGIN, "packhorse origin join TOKEN",
                        DeploymentRole.TRACKER, "packhorse tracker join TOKEN")
                .entrySet()) {
            UsageException own = assertThrows(
                    UsageException.class, () -> MachineIdentity.open(directory, InstantSource.system(), mend.getKey()));
            assertTrue(String.valueOf(own.getMessage()).endsWith("run " + mend.getValue()), own.getMessage());
            ToldDenials denied = new ToldDenials();
            RemoteIdentity remote = deployment.identity(mend.getKey(), "north").self();
            assertTrue(denied.tell(1, Set.of(remote.id())));
            String refusal = denied.refuse(remote).orElseThrow();
            assertTrue(refusal.endsWith("then " + mend.getValue()), refusal);
        }
        Path data = deployment.write(DeploymentRole.AGENT, "north", directory.resolve("machine"));
        MachineIdentity opened = MachineIdentity.open(data, InstantSource.system());
        assertEquals(DeploymentRole.AGENT, opened.role());
        assertEquals("north", opened.site());
    }
}
