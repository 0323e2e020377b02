package packhorse.seeder.cli;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import packhorse.core.UsageException;
import packhorse.core.doctor.Finding;
import packhorse.core.doctor.IdentityChecks;
import packhorse.core.doctor.MachineChecks;
import packhorse.core.identity.DeploymentRole;
import packhorse.core.identity.MachineIdentity;
import packhorse.core.message.v1.AgentStatus;
import packhorse.peer.cli.PeerDoctor;
import packhorse.seeder.origin.OriginConfig;

/** What {@code packhorse doctor} looks at on an origin's machine. */
public final class OriginDoctor {
    /** It is on this machine. */
    private static final int ANSWER_MILLIS_MAX = 2_000;

    private OriginDoctor() {}

    /** What a configured origin can be asked; whether it runs or not. */
    public static List<Finding> of(Path file, InstantSource clock) {
        OriginConfig config;
        try {
            config = OriginConfig.read(file);
        } catch (UsageException e) {
            return List.of(Finding.fail(
                    "configuration",
                    String.valueOf(e.getMessage()),
                    "mend that line; seeder/samples/origin.yaml explains each"));
        }
        List<Finding> findings = new ArrayList<>();
        findings.add(Finding.ok("configuration", file + " can be read"));
        findings.addAll(MachineChecks.disk("disk", config.data()));
        findings.add(
                Files.isDirectory(config.keys())
                        ? Finding.ok("keys", config.keys() + " is there")
                        : Finding.fail(
                                "keys",
                                config.keys() + " is not there",
                                "bring the online keys (snapshot.key, timestamp.key) there"));
        config.passphraseFile()
                .filter(passphrase -> !Files.isReadable(passphrase))
                .ifPresent(passphrase -> findings.add(Finding.fail(
                        "keys",
                        passphrase + " cannot be read",
                        "write the online keys' passphrase there, for the origin's user only (mode 600)")));
        IdentityChecks identity = IdentityChecks.of(config.identity(), clock);
        findings.addAll(identity.findings());
        // Its file alone says nothing: an origin that was killed leaves it.
        Optional<AgentStatus> agent = PeerDoctor.running(config.socket());
        InetSocketAddress door =
                address(config.listen().ip().bytes(), config.listen().port());
        boolean running = agent.isPresent()
                || (config.trackers().isEmpty()
                        && identity.identity().filter(own -> answers(door, own)).isPresent());
        findings.add(MachineChecks.port("listen", door, running));
        if (config.trackers().isEmpty()) {
            findings.add(Finding.warn(
                    "tracker",
                    "none is named: nobody is told where this origin is, and content goes over HTTPS only",
                    "name one under \"tracker\", unless that is meant"));
            if (!running) {
                findings.add(away(file));
            }
        } else {
            for (var swarm : config.swarm()) {
                findings.add(MachineChecks.port("swarm", address(swarm.ip().bytes(), swarm.port()), running));
            }
            findings.addAll(agent.map(status -> PeerDoctor.said(status, clock))
                    .orElseGet(() -> away(config, file, identity, clock)));
        }
        findings.addAll(PeerDoctor.ofFeatures());
        return findings;
    }

    private static List<Finding> away(OriginConfig config, Path file, IdentityChecks identity, InstantSource clock) {
        List<Finding> findings = new ArrayList<>();
        findings.add(away(file));
        findings.addAll(PeerDoctor.reached(config.trackers(), config.proxy(), identity, clock));
        return findings;
    }

    private static Finding away(Path file) {
        return Finding.warn("origin", "does not run", "packhorse origin --config " + file);
    }

    /** An origin without trackers has no agent that could be asked; its door shows what it is. */
    private static boolean answers(InetSocketAddress door, MachineIdentity own) {
        InetAddress at = door.getAddress().isAnyLocalAddress() ? InetAddress.getLoopbackAddress() : door.getAddress();
        SSLSocketFactory sockets = own.context(Set.of(DeploymentRole.ORIGIN)).getSocketFactory();
        try (Socket plain = new Socket()) {
            plain.connect(new InetSocketAddress(at, door.getPort()), ANSWER_MILLIS_MAX);
            plain.setSoTimeout(ANSWER_MILLIS_MAX);
            try (SSLSocket socket =
                    (SSLSocket) sockets.createSocket(plain, at.getHostAddress(), door.getPort(), true)) {
                socket.startHandshake();
                return true;
            }
        } catch (IOException e) {
            return false;
        }
    }

    private static InetSocketAddress address(byte[] ip, int port) {
        try {
            return new InetSocketAddress(InetAddress.getByAddress(ip), port);
        } catch (UnknownHostException e) {
            throw new AssertionError("4 or 16 bytes are an address", e);
        }
    }
}
