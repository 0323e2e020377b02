package packhorse.peer.cli;

import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import packhorse.core.OperationException;
import packhorse.core.UsageException;
import packhorse.core.doctor.Finding;
import packhorse.core.doctor.IdentityChecks;
import packhorse.core.doctor.MachineChecks;
import packhorse.core.doctor.TrackerProbe;
import packhorse.core.message.v1.AgentStatus;
import packhorse.core.message.v1.LocalRequest;
import packhorse.core.message.v1.Status;
import packhorse.core.topology.HostPort;
import packhorse.peer.PeerConfig;
import packhorse.peer.adapter.Programs;
import packhorse.peer.installer.InstallConfig;
import packhorse.peer.installer.InstallReadiness;
import packhorse.peer.process.Surroundings;
import packhorse.peer.swarm.Readiness;

/**
 * What {@code packhorse doctor} looks at on an agent's machine. While the agent runs it is asked, because it knows better than
 * any attempt beside it; while it does not, the doctor goes its way itself.
 */
public final class PeerDoctor {
    /** An agent has its engine's files, a connection for each peer, and a few more. */
    private static final long DESCRIPTORS_LEAST = 4_096;

    /** A fifth of a second of a gigabit line. */
    private static final long SOCKET_BUFFER_LEAST = 4L << 20;

    private PeerDoctor() {}

    /** What every machine can be asked before it has a configuration. */
    public static List<Finding> ofFeatures() {
        List<Finding> findings = new ArrayList<>();
        findings.add(libtorrent());
        findings.add(MachineChecks.program(
                List.of("setpriv"),
                "an agent that is root runs its swarm process as a user without rights",
                "install util-linux"));
        findings.add(MachineChecks.program(
                List.of("dpkg-query", "rpm"),
                "installed packages in the inventory",
                "nothing, where the system has another package tool; its packages are not listed"));
        findings.add(MachineChecks.descriptors(DESCRIPTORS_LEAST, "an agent wants " + DESCRIPTORS_LEAST));
        findings.add(MachineChecks.kernel(
                "net.core.rmem_max", SOCKET_BUFFER_LEAST, "long lines are filled only by large windows"));
        findings.add(MachineChecks.kernel(
                "net.core.wmem_max", SOCKET_BUFFER_LEAST, "long lines are filled only by large windows"));
        return findings;
    }

    private static Finding libtorrent() {
        try {
            return Finding.ok("libtorrent", "version " + Readiness.libtorrent() + " loads");
        } catch (OperationException e) {
            return Finding.fail(
                    "libtorrent",
                    String.valueOf(e.getMessage()),
                    "run on Linux x86_64 with glibc, and let programs be run from java.io.tmpdir");
        }
    }

    /** What a configured agent can be asked. */
    public static List<Finding> of(Path file, InstantSource clock) {
        PeerConfig config;
        try {
            config = PeerConfig.read(file);
        } catch (UsageException e) {
            return List.of(Finding.fail(
                    "configuration",
                    String.valueOf(e.getMessage()),
                    "mend that line; peer/samples/peer.yaml explains each"));
        }
        List<Finding> findings = new ArrayList<>();
        findings.add(Finding.ok("configuration", file + " can be read"));
        findings.addAll(MachineChecks.disk("disk", config.data()));
        findings.add(swarmUser(config));
        findings.addAll(installing(config.install()));
        Optional<AgentStatus> running = running(config.socket());
        IdentityChecks identity = IdentityChecks.of(config.identity(), clock);
        findings.addAll(identity.findings());
        for (var listen : config.listen()) {
            findings.add(MachineChecks.port(
                    "listen", socketAddress(listen.ip().bytes(), listen.port()), running.isPresent()));
        }
        config.gateway()
                .ifPresent(gateway -> findings.add(MachineChecks.port(
                        "gateway", socketAddress(gateway.ip().bytes(), gateway.port()), running.isPresent())));
        if (running.isPresent()) {
            findings.addAll(said(running.get(), clock));
            findings.add(place(running.get()));
        } else {
            findings.add(Finding.warn(
                    "agent", "does not run: nobody listens at " + config.socket(), "packhorse peer --config " + file));
            findings.addAll(reached(config.trackers(), config.proxy(), identity, clock));
        }
        return findings;
    }

    private static List<Finding> installing(InstallConfig install) {
        if (!install.enabled()) {
            return List.of(Finding.ok("installer", "releases are not put in place here: install.enabled is false"));
        }
        List<Finding> findings = new ArrayList<>();
        findings.add(InstallReadiness.whyExposed()
                .map(why -> Finding.warn(
                        "installer",
                        "its process would not be apart: " + why,
                        "run the agent as root, with unshare and setpriv of util-linux"))
                .orElseGet(() -> Finding.ok("installer", "its process would have no network and few rights")));
        findings.add(
                Surroundings.isRoot()
                        ? Finding.ok("installer user", "root, as installing needs")
                        : Finding.warn(
                                "installer user",
                                "this user is not root and installs only where it may write",
                                "run the agent as root, unless that is meant"));
        findings.add(InstallReadiness.whyUnconfined()
                .map(why -> Finding.warn(
                        "sandbox", why, "install bubblewrap; orders that ask for a sandbox are refused until then"))
                .orElseGet(() -> Finding.ok("sandbox", "programs of releases can be confined")));
        findings.add(InstallReadiness.whyUnbounded()
                .map(why -> Finding.warn(
                        "control groups",
                        why,
                        "let the agent make control groups with pids and memory (systemd: Delegate=yes)"))
                .orElseGet(() -> Finding.ok("control groups", "programs of releases have a bound")));
        findings.add(MachineChecks.program(
                List.of("dpkg"),
                "releases that are .deb packages",
                "nothing, where there are none; else install dpkg"));
        findings.add(MachineChecks.program(
                List.of("rpm"), "releases that are .rpm packages", "nothing, where there are none; else install rpm"));
        findings.addAll(MachineChecks.disk("install root", install.root()));
        return findings;
    }

    private static Finding swarmUser(PeerConfig config) {
        try {
            return swarmUser(
                    Readiness.whyNotApart(config.swarmUser()),
                    config.install().enabled() && Readiness.runsAs(config.swarmUser(), Programs.NOBODY));
        } catch (UsageException e) {
            return Finding.fail("swarm user", String.valueOf(e.getMessage()), "name a user of this machine");
        }
    }

    /**
     * As whom the swarm process would run.
     *
     * @param whyNotApart why as the agent's own user, where it would
     * @param asHooks whether as whom programs of releases run
     */
    static Finding swarmUser(Optional<String> whyNotApart, boolean asHooks) {
        if (whyNotApart.isPresent()) {
            return Finding.warn(
                    "swarm user",
                    "the swarm process would run as this user: " + whyNotApart.get(),
                    "run the agent as root with setpriv, and let everybody read Java and Packhorse's programs");
        }
        if (asHooks) {
            return Finding.warn(
                    "swarm user",
                    "the swarm process would run as nobody, as confined programs of releases do: one that was taken"
                            + " over could look into them and end them",
                    "useradd --system --no-create-home --shell /usr/sbin/nologin packhorse-swarm");
        }
        return Finding.ok("swarm user", "the swarm process would run as a user without rights");
    }

    /** What every one of {@code trackers} answers, where an agent that does not run would ask them. */
    public static List<Finding> reached(
            List<HostPort> trackers, Optional<HostPort> proxy, IdentityChecks identity, InstantSource clock) {
        if (identity.identity().isEmpty()) {
            return List.of(Finding.warn(
                    "tracker", "not tried: no tracker talks to a machine without a certificate", "join first"));
        }
        List<Finding> findings = new ArrayList<>();
        for (HostPort tracker : trackers) {
            findings.addAll(TrackerProbe.of(tracker, proxy, identity.identity().get(), clock));
        }
        return findings;
    }

    /** The agent at {@code socket}, an origin's too, where one runs. */
    public static Optional<AgentStatus> running(Path socket) {
        AtomicReference<AgentStatus> status = new AtomicReference<>();
        try {
            new AgentSocket(socket)
                    .ask(
                            LocalRequest.newBuilder()
                                    .setStatus(Status.getDefaultInstance())
                                    .build(),
                            reply -> {
                                if (reply.hasStatus()) {
                                    status.set(reply.getStatus());
                                }
                            });
        } catch (OperationException | UsageException e) {
            return Optional.empty();
        }
        return Optional.ofNullable(status.get());
    }

    /** What a running agent, an origin's too, says of itself. */
    public static List<Finding> said(AgentStatus status, InstantSource clock) {
        List<Finding> findings = new ArrayList<>();
        findings.add(Finding.ok("agent", "runs as " + status.getAgentId()));
        findings.add(
                status.getTrackerReachable()
                        ? Finding.ok("tracker", "the agent has a session")
                        : Finding.fail(
                                "tracker",
                                "the agent has no session: " + status.getTrackerError(),
                                "do what it says; without a tracker nothing new is fetched"));
        if (status.getCertificateUntilMillis() > 0) {
            Instant until = Instant.ofEpochMilli(status.getCertificateUntilMillis());
            if (!until.isAfter(clock.instant())) {
                findings.add(Finding.fail(
                        "certificate", "the agent's own ended at " + until, "see its log: why is it not renewed?"));
            }
        }
        findings.add(
                status.getReportsWaiting() > 1_000
                        ? Finding.warn(
                                "reports",
                                status.getReportsWaiting() + " reports wait for a tracker to store them",
                                "see that a tracker can be reached and has room on its disk")
                        : Finding.ok("reports", status.getReportsWaiting() + " wait to be stored"));
        return findings;
    }

    private static Finding place(AgentStatus status) {
        return status.getSite().isEmpty()
                ? Finding.warn(
                        "site",
                        "this machine is in no known site" + seen(status),
                        "add its subnet to a site in the tracker's sites.yaml, unless it is on the road")
                : Finding.ok("site", status.getSite() + seen(status));
    }

    private static String seen(AgentStatus status) {
        return status.getSeenAs().isEmpty() ? "" : "; the tracker sees " + status.getSeenAs();
    }

    private static InetSocketAddress socketAddress(byte[] ip, int port) {
        try {
            return new InetSocketAddress(java.net.InetAddress.getByAddress(ip), port);
        } catch (UnknownHostException e) {
            throw new AssertionError("4 or 16 bytes are an address", e);
        }
    }
}
