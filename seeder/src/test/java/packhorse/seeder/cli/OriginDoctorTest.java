package packhorse.seeder.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.doctor.Finding;
import packhorse.core.identity.DeploymentRole;
import packhorse.seeder.Deployment;
import packhorse.seeder.origin.Origin;

/** What the doctor says of an origin that no tracker is told of. */
@Timeout(60)
final class OriginDoctorTest {
    private static final String ADDRESS = "127.40.8.1";

    @TempDir
    private Path dir;

    @SuppressWarnings("NullAway.Init")
    private Deployment deployment;

    @BeforeEach
    void deploy() {
        deployment = new Deployment(dir, InstantSource.system(), ADDRESS);
    }

    private List<Finding> doctor(int port) throws IOException {
        Path identity = deployment.machines().write(DeploymentRole.ORIGIN, "centre", dir.resolve("identity"));
        Path file = Files.writeString(dir.resolve("origin.yaml"), """
            data: %s
            identity: %s
            keys: %s
            listen: %s:%d
            swarm: [%s:0]
            """.formatted(
                        deployment.data(), identity, deployment.keys().path(), ADDRESS, port, ADDRESS));
        return OriginDoctor.of(file, InstantSource.system());
    }

    private static Finding named(List<Finding> findings, String name) {
        return findings.stream()
                .filter(finding -> finding.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError(name + " is not among " + findings));
    }

    @Test
    void oneThatRunsIsFoundWellAndThatNobodyIsToldOfItIsSaid() throws IOException {
        try (Origin origin = deployment.start()) {
            List<Finding> findings = doctor(origin.port());

            Finding port = named(findings, "port " + origin.port());
            assertEquals(Finding.Status.OK, port.status(), port.what());
            assertTrue(port.what().contains("which is the role that runs here"), port.what());
            Finding tracker = named(findings, "tracker");
            assertEquals(Finding.Status.WARN, tracker.status());
            assertTrue(tracker.what().contains("HTTPS only"), tracker.what());
            assertTrue(findings.stream().noneMatch(finding -> finding.name().equals("origin")), findings::toString);
        }
    }

    @Test
    void somebodyElseAtItsPortIsNotTakenForIt() throws IOException {
        try (ServerSocket other = new ServerSocket(0, 5, InetAddress.getByName(ADDRESS))) {
            List<Finding> findings = doctor(other.getLocalPort());

            assertEquals(
                    Finding.Status.FAIL,
                    named(findings, "port " + other.getLocalPort()).status());
            assertEquals(Finding.Status.WARN, named(findings, "origin").status());
        }
    }
}
