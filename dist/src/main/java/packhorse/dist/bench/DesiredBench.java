package packhorse.dist.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import packhorse.core.UsageException;
import packhorse.core.identity.CertificateAuthority;
import packhorse.core.identity.CertificateAuthority.Subject;
import packhorse.core.identity.Credential;
import packhorse.core.identity.DeploymentRole;
import packhorse.core.identity.MachineIdentity;
import packhorse.core.identity.Pem;
import packhorse.core.state.ActionState;
import packhorse.core.topology.EndpointId;
import packhorse.core.unit.ByteCount;
import packhorse.tracker.reports.ReportReader;
import packhorse.tracker.reports.StoredReport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * How soon agents hear of what they should have: from the rename of the tracker's file of desired states to its arrival at each of many
 * sessions, and to the start of the action at some whole agents. The tracker is the product's own process with its own settings; light
 * agents hold real sessions with keys and certificates of their own, in processes apart. All clocks are this machine's.
 */
@Command(
        name = "desired",
        description = "Time from a new desired state to its arrival at 1,000 agents, and to the start of its action.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  packhorse bench desired",
            "  packhorse bench desired --agents 100 --rounds 2     a quick look"
        })
final class DesiredBench implements Callable<Integer> {
    private static final int AGENTS_MAX = 5_000;
    private static final int WHOLE_MAX = 10;
    private static final ByteCount ROOM = new ByteCount(300L << 20);
    private static final ByteCount CONTENT = new ByteCount(1 << 20);
    private static final Duration START_MAX = Duration.ofMinutes(2);
    private static final String FLEET_HEAP = "-Xmx512m";
    private static final String TRACKER_IP = "127.50.4.1";
    private static final String ORIGIN_IP = "127.50.4.2";
    private static final String WHOLE_IP = "127.50.5.";
    private static final String RELEASE = Stand.CONTENT + "@1.0";
    private static final double P99 = 0.99;

    @Mixin
    private BenchOptions options = new BenchOptions();

    @Option(
            names = "--agents",
            paramLabel = "N",
            defaultValue = "1000",
            description = "Light agents, each with a session (default: ${DEFAULT-VALUE}).")
    private int agents = 1000;

    @Option(
            names = "--whole",
            paramLabel = "N",
            defaultValue = "2",
            description = "Whole agents beside them (default: ${DEFAULT-VALUE}).")
    private int whole = 2;

    private final InstantSource clock = InstantSource.system();
    private final SecureRandom random = new SecureRandom();

    @Override
    public Integer call() {
        if (agents < 1 || agents > AGENTS_MAX || whole < 0 || whole > WHOLE_MAX) {
            throw new UsageException("--agents takes 1 to " + AGENTS_MAX + ", --whole 0 to " + WHOLE_MAX);
        }
        Report report =
                new Report("desired", agents + " sessions and " + whole + " whole agents on one tracker process");
        Launcher launcher = Launcher.ofThisProgram();
        try (Scratch scratch = options.scratch(ROOM)) {
            InetSocketAddress door = deploy(launcher, scratch);
            Child fleet = Child.talkTo(
                    "fleet",
                    scratch,
                    launcher.withHeap(
                            FLEET_HEAP,
                            "bench",
                            "sessions-fleet",
                            scratch.folder("authority").toString(),
                            TRACKER_IP + ":" + door.getPort(),
                            Integer.toString(agents),
                            "127.50.6.1"));
            options.progress("keys, certificates and sessions for " + agents + " agents");
            SessionsBench.words(fleet, "ready");
            fleet.tell("go");
            SessionsBench.words(fleet, "open");
            for (int round = 0; round < options.rounds(); round++) {
                options.progress("round " + (round + 1));
                measure(report, scratch, fleet, "round-" + round);
            }
            figures(report);
        }
        return options.print(report);
    }

    private void measure(Report report, Scratch scratch, Child fleet, String action) {
        Instant when = clock.instant();
        long start = System.nanoTime();
        desire(scratch, action);
        for (int i = 0; i < agents; i++) {
            long arrived = Long.parseLong(SessionsBench.words(fleet, "desired")[1]);
            // One clock for all processes: System.nanoTime is CLOCK_MONOTONIC here.
            report.sample("arrival", "ms", (arrived - start) / 1e6);
        }
        List<StoredReport> begun = new ArrayList<>();
        ReportReader reader = ReportReader.of(scratch.path("tracker"));
        fleet.await("the whole agents begin", START_MAX, () -> {
            reader.poll(stored -> {
                if (stored.report().getAction().equals(action)
                        && stored.report().getState() == ActionState.ACCEPTED.number()) {
                    begun.add(stored);
                }
            });
            return begun.size() == whole;
        });
        begun.forEach(stored ->
                report.sample("action begun", "ms", stored.report().getAtMillis() - (double) when.toEpochMilli()));
    }

    private void figures(Report report) {
        for (String what : List.of("arrival", "action begun")) {
            report.figure(
                    "from the file to " + (what.equals("arrival") ? "the agent's session" : "a whole agent's start")
                            + ", p50",
                    report.median(what, "ms"),
                    "ms",
                    Optional.empty());
            report.figure(
                    "from the file to " + (what.equals("arrival") ? "the agent's session" : "a whole agent's start")
                            + ", p99",
                    p99(report.samples(what, "ms")),
                    "ms",
                    Optional.empty());
        }
        report.note("the tracker looks at its file every 200 ms, which is part of it");
    }

    private static OptionalDouble p99(List<Double> samples) {
        double[] sorted =
                samples.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        return sorted.length == 0
                ? OptionalDouble.empty()
                : OptionalDouble.of(sorted[Math.min(sorted.length - 1, (int) Math.ceil(sorted.length * P99) - 1)]);
    }

    /** Starts a tracker, an origin with one release, and the whole agents; returns the door for sessions. */
    private InetSocketAddress deploy(Launcher launcher, Scratch scratch) {
        SessionsBench.deploy(scratch);
        CertificateAuthority authority = authority(scratch.folder("authority"));
        identity(scratch, "origin-identity", authority, DeploymentRole.ORIGIN, List.of(ORIGIN_IP));
        scratch.write("passphrase", "known to everybody\n");
        String phrase = scratch.path("passphrase").toString();
        String keys = scratch.path("keys").toString();
        Child.start("keys", scratch, launcher.packhorse("keys", "new", keys, "--passphrase-file", phrase, "--quiet"))
                .end(START_MAX);
        InetSocketAddress door = Ports.free(TRACKER_IP);
        InetSocketAddress plain = Ports.free(TRACKER_IP);
        InetSocketAddress secure = Ports.free(TRACKER_IP);
        InetSocketAddress origin = Ports.free(ORIGIN_IP);
        scratch.write("sites.yaml", """
            origins: [%s]
            sites:
              - name: everywhere
                subnets: [10.0.0.0/8, %s0/24]
                wan: {down: 100Gbit, up: 100Gbit}
                sitePeers: [%s1]
            """.formatted(ORIGIN_IP, WHOLE_IP, WHOLE_IP));
        scratch.write("desired.yaml", "desired: []\n");
        scratch.write("tracker.yaml", """
            listen: %s
            udp: []
            agents: %s
            secure: %s
            identity: %s
            sites: sites.yaml
            desired: desired.yaml
            origin: https://%s
            data: tracker
            trustedRoot: keys/root.json
            """.formatted(
                        shown(plain), shown(door), shown(secure), scratch.folder("tracker-identity"), shown(origin)));
        scratch.write("origin.yaml", """
            data: origin
            listen: %s
            swarm: ["%s:%d"]
            tracker: ["%s"]
            identity: origin-identity
            keys: keys
            passphraseFile: passphrase
            """.formatted(
                        shown(origin), ORIGIN_IP, Ports.free(ORIGIN_IP).getPort(), shown(door)));
        role(launcher, scratch, "tracker", "tracker", door);
        role(launcher, scratch, "origin", "origin", origin);
        Path content = SampleFile.write(scratch.path("content"), CONTENT);
        List<String> words = new ArrayList<>(
                Arrays.asList("publish", content.toString(), "--name", Stand.CONTENT, "--version", "1.0", "--config"));
        words.addAll(List.of(
                scratch.path("origin.yaml").toString(), "--keys", keys, "--passphrase-file", phrase, "--quiet"));
        Child.start("publish", scratch, launcher.packhorse(words.toArray(String[]::new)))
                .end(START_MAX);
        for (int i = 1; i <= whole; i++) {
            String name = "whole-" + i;
            identity(scratch, name, authority, DeploymentRole.AGENT, List.of());
            scratch.write(name + ".yaml", """
                data: %s
                tracker: ["%s"]
                repository: ["https://%s/repository/"]
                trustedRoot: keys/root.json
                listen: ["%s%d:%d"]
                install: {enabled: false}
                """.formatted(
                            name,
                            shown(door),
                            shown(secure),
                            WHOLE_IP,
                            i,
                            Ports.free(WHOLE_IP + i).getPort()));
            Path socket = scratch.path(name).resolve("agent.sock");
            Child.start(
                            name,
                            scratch,
                            launcher.packhorse(
                                    "--while-stdin-open",
                                    "peer",
                                    "--config",
                                    scratch.path(name + ".yaml").toString()))
                    .await("its socket", START_MAX, () -> Files.exists(socket));
        }
        return door;
    }

    private static void role(Launcher launcher, Scratch scratch, String role, String file, InetSocketAddress door) {
        Child.start(
                        role,
                        scratch,
                        launcher.packhorse(
                                "--while-stdin-open",
                                role,
                                "--config",
                                scratch.path(file + ".yaml").toString()))
                .await("listening", START_MAX, () -> Ports.listens(door));
    }

    private CertificateAuthority authority(Path directory) {
        return new CertificateAuthority(
                Pem.readKey(directory.resolve(MachineIdentity.KEY_FILE)),
                Pem.readCertificates(directory.resolve(MachineIdentity.CERTIFICATE_FILE))
                        .getFirst(),
                Pem.readCertificates(directory.resolve(MachineIdentity.ROOT_FILE))
                        .getFirst(),
                random);
    }

    private void identity(
            Scratch scratch, String folder, CertificateAuthority authority, DeploymentRole role, List<String> names) {
        byte[] id = new byte[EndpointId.LENGTH_BYTES];
        random.nextBytes(id);
        KeyPair pair = Credential.newKey(random);
        Subject subject = new Subject(EndpointId.ofBytes(id), role, "everywhere", names);
        scratch.write(folder + "/" + MachineIdentity.KEY_FILE, Pem.encode(pair.getPrivate()));
        scratch.write(
                folder + "/" + MachineIdentity.CERTIFICATE_FILE,
                Pem.encode(
                        List.of(authority.issue(pair.getPublic(), subject, clock.instant()), authority.certificate())));
        scratch.write(folder + "/" + MachineIdentity.ROOT_FILE, Pem.encode(List.of(authority.root())));
    }

    private static void desire(Scratch scratch, String action) {
        Path next = scratch.write(
                "desired.yaml.next",
                "desired:\n  - {action: " + action + ", release: " + RELEASE + ", sites: [everywhere]}\n");
        try {
            Files.move(
                    next,
                    scratch.path("desired.yaml"),
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String shown(InetSocketAddress address) {
        return address.getHostString() + ":" + address.getPort();
    }
}
