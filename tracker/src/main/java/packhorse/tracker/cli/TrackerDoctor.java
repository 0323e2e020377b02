package packhorse.tracker.cli;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import packhorse.core.UsageException;
import packhorse.core.config.SiteMapFile;
import packhorse.core.doctor.Finding;
import packhorse.core.doctor.IdentityChecks;
import packhorse.core.doctor.MachineChecks;
import packhorse.core.topology.SiteMap;
import packhorse.tracker.TrackerConfig;
import packhorse.tracker.governance.GovernanceDesk;

/** What {@code packhorse doctor} looks at on a tracker's machine. */
public final class TrackerDoctor {
    /** 19,000 agents and some. */
    private static final long DESCRIPTORS_LEAST = 20_000;

    /** Agents that lost their tracker come back together. */
    private static final long BACKLOG_LEAST = 4_096;

    private static final int CONNECT_MILLIS_MAX = 3_000;

    private TrackerDoctor() {}

    /** What a configured tracker can be asked; whether it runs or not. */
    public static List<Finding> of(Path file, InstantSource clock) {
        TrackerConfig config;
        try {
            config = TrackerConfig.read(file);
        } catch (UsageException e) {
            return List.of(Finding.fail(
                    "configuration",
                    String.valueOf(e.getMessage()),
                    "mend that line; tracker/samples/tracker.yaml explains each"));
        }
        List<Finding> findings = new ArrayList<>();
        findings.add(Finding.ok("configuration", file + " can be read"));
        config.sites().ifPresent(map -> findings.add(sites(map)));
        desired(config.desired()).ifPresent(findings::add);
        findings.addAll(MachineChecks.disk("disk", config.mirror().data()));
        if (config.standing() instanceof TrackerConfig.Standing.Joined joined) {
            findings.addAll(IdentityChecks.of(joined.identity(), clock).findings());
        } else if (config.standing() instanceof TrackerConfig.Standing.Issuing issuing) {
            findings.addAll(authority(issuing));
        }
        boolean running = config.listen().stream().anyMatch(TrackerDoctor::answers);
        config.listen().forEach(address -> findings.add(MachineChecks.port("listen", address, running)));
        config.agents().forEach(address -> findings.add(MachineChecks.port("agents", address, running)));
        config.secure().forEach(address -> findings.add(MachineChecks.port("secure", address, running)));
        findings.add(origin(
                config.mirror().origin().getHost(), config.mirror().origin().getPort()));
        findings.add(MachineChecks.descriptors(
                DESCRIPTORS_LEAST, "one for each agent; 19,000 agents want " + DESCRIPTORS_LEAST));
        findings.add(MachineChecks.kernel(
                "net.core.somaxconn", BACKLOG_LEAST, "agents that lost their tracker come back together"));
        return findings;
    }

    private static Finding sites(Path file) {
        try {
            SiteMap sites = SiteMapFile.read(file);
            return Finding.ok(
                    "sites",
                    file + ": " + sites.sites().size() + " sites, "
                            + sites.origins().size() + " origins");
        } catch (UsageException e) {
            return Finding.fail(
                    "sites",
                    String.valueOf(e.getMessage()),
                    "mend that line; tracker/samples/sites.yaml explains each");
        }
    }

    private static Optional<Finding> desired(Optional<Path> file) {
        if (file.isEmpty()) {
            return Optional.of(Finding.warn(
                    "desired",
                    "no file of desired states: nothing is distributed, and nobody may fetch anything",
                    "write one (tracker/samples/desired.yaml) and name it under \"desired\" or with --desired"));
        }
        return file.map(path -> GovernanceDesk.fault(path)
                .map(line ->
                        Finding.fail("desired", line, "mend that line; tracker/samples/desired.yaml explains each"))
                .orElseGet(() -> Finding.ok("desired", path + " can be read")));
    }

    private static List<Finding> authority(TrackerConfig.Standing.Issuing issuing) {
        List<Finding> findings = new ArrayList<>();
        if (!java.nio.file.Files.isDirectory(issuing.ca())) {
            findings.add(Finding.fail("authority", issuing.ca() + " is not there", "make it: packhorse ca init"));
        }
        if (!java.nio.file.Files.isReadable(issuing.passphraseFile())) {
            findings.add(Finding.fail(
                    "authority",
                    issuing.passphraseFile() + " cannot be read",
                    "write the issuing key's passphrase there, for the tracker's user only (mode 600)"));
        }
        if (findings.isEmpty()) {
            findings.add(Finding.ok("authority", issuing.ca() + " and its passphrase are there"));
        }
        return findings;
    }

    private static boolean answers(InetSocketAddress address) {
        if (address.getPort() == 0 || address.getAddress() == null) {
            return false;
        }
        try (Socket socket = new Socket()) {
            var to = address.getAddress().isAnyLocalAddress()
                    ? java.net.InetAddress.getLoopbackAddress()
                    : address.getAddress();
            socket.connect(new InetSocketAddress(to, address.getPort()), CONNECT_MILLIS_MAX);
            socket.setSoTimeout(CONNECT_MILLIS_MAX);
            socket.getOutputStream()
                    .write("GET /healthz HTTP/1.0\r\n\r\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readNBytes(4_096), java.nio.charset.StandardCharsets.UTF_8)
                    .toLowerCase(Locale.ROOT)
                    .contains("\r\nok");
        } catch (IOException e) {
            return false;
        }
    }

    private static Finding origin(String host, int port) {
        int to = port < 0 ? 443 : port;
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(java.net.InetAddress.getByName(host), to), CONNECT_MILLIS_MAX);
            return Finding.ok("origin", host + ":" + to + " can be reached");
        } catch (IOException e) {
            return Finding.fail(
                    "origin",
                    host + ":" + to + " cannot be reached: " + e.getMessage(),
                    "start it, or let this machine reach that port; what was mirrored is served meanwhile");
        }
    }
}
