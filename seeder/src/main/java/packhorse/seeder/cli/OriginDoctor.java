package packhorse.seeder.cli;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import packhorse.core.UsageException;
import packhorse.core.doctor.Finding;
import packhorse.core.doctor.IdentityChecks;
import packhorse.core.doctor.MachineChecks;
import packhorse.core.message.v1.AgentStatus;
import packhorse.peer.cli.PeerDoctor;
import packhorse.seeder.origin.OriginConfig;

/** What {@code packhorse doctor} looks at on an origin's machine. */
public final class OriginDoctor {
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
        Optional<AgentStatus> running = PeerDoctor.running(config.socket());
        findings.add(MachineChecks.port(
                "listen", address(config.listen().ip().bytes(), config.listen().port()), running.isPresent()));
        for (var swarm : config.swarm()) {
            findings.add(MachineChecks.port("swarm", address(swarm.ip().bytes(), swarm.port()), running.isPresent()));
        }
        if (!config.trackers().isEmpty()) {
            findings.addAll(running.map(status -> PeerDoctor.said(status, clock))
                    .orElseGet(() -> away(config, file, identity, clock)));
        }
        findings.addAll(PeerDoctor.ofFeatures());
        return findings;
    }

    private static List<Finding> away(OriginConfig config, Path file, IdentityChecks identity, InstantSource clock) {
        List<Finding> findings = new ArrayList<>();
        findings.add(Finding.warn("origin", "does not run", "packhorse origin --config " + file));
        findings.addAll(PeerDoctor.reached(config.trackers(), config.proxy(), identity, clock));
        return findings;
    }

    private static InetSocketAddress address(byte[] ip, int port) {
        try {
            return new InetSocketAddress(InetAddress.getByAddress(ip), port);
        } catch (UnknownHostException e) {
            throw new AssertionError("4 or 16 bytes are an address", e);
        }
    }
}
