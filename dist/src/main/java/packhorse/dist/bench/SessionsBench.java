package packhorse.dist.bench;

import java.nio.file.Path;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import packhorse.core.UsageException;
import packhorse.core.identity.CertificateAuthority;
import packhorse.core.identity.CertificateAuthority.Subject;
import packhorse.core.identity.Credential;
import packhorse.core.identity.DeploymentRole;
import packhorse.core.identity.MachineIdentity;
import packhorse.core.identity.Pem;
import packhorse.core.topology.EndpointId;
import packhorse.core.unit.ByteCount;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * What idle sessions cost one tracker: its door and the sessions behind it, in a process of their own, and agents in processes of
 * theirs, each with a key, a certificate and a session of its own, over mutual TLS 1.3. A descriptor each is the limit: a process
 * has 20,000 where nobody raised it.
 */
@Command(
        name = "sessions",
        description =
                "Memory, processor time and bytes of idle agent sessions, handshakes a second, and how fast one that is"
                        + " revoked ends.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  packhorse bench sessions                              19,000 sessions, an idle minute",
            "  packhorse bench sessions --sessions 500 --idle 10     a quick look"
        })
final class SessionsBench implements Callable<Integer> {
    private static final double KIB = 1024;
    private static final double MIB = 1 << 20;
    private static final int SESSIONS_MAX = 19_600;

    /** Each process of agents has descriptors for that many, and the tracker sees each from an address of its own. */
    private static final int FLEET_MAX = 5_000;

    private static final ByteCount ROOM = new ByteCount(50 << 20);
    private static final String TRACKER_HEAP = "-Xmx1g";
    private static final String FLEET_HEAP = "-Xmx1g";
    private static final Duration OPEN_MAX = Duration.ofMinutes(20);
    private static final Duration QUIET = Duration.ofSeconds(5);
    private static final int REVOKED_MAX = 20;
    private static final double SECONDS_OF_A_DAY = 86_400;
    private static final String TRACKER = "tracker";

    /** Where {@link #deploy} writes the tracker's key and certificates. */
    static final String TRACKER_IDENTITY = "tracker-identity";

    @Mixin
    private BenchOptions options = new BenchOptions();

    @Option(
            names = "--sessions",
            paramLabel = "N",
            defaultValue = "19000",
            description = "How many agents (default: ${DEFAULT-VALUE}).")
    private int sessions = 19_000;

    @Option(
            names = "--idle",
            paramLabel = "SECONDS",
            defaultValue = "60",
            description = "How long they are watched idle (default: ${DEFAULT-VALUE}).")
    private int idleSeconds = 60;

    @Option(
            names = "--heartbeat",
            paramLabel = "SECONDS",
            defaultValue = "30",
            description = "Of the sessions (default: ${DEFAULT-VALUE}, as the product has it).")
    private int heartbeatSeconds = 30;

    /** A process of agents. */
    private record Fleet(Child process, int size) {}

    @Override
    public Integer call() {
        if (sessions < 1 || sessions > SESSIONS_MAX) {
            throw new UsageException("--sessions " + sessions + ": give 1 to " + SESSIONS_MAX);
        }
        if (idleSeconds < 1 || heartbeatSeconds < 1) {
            throw new UsageException("--idle and --heartbeat are at least 1");
        }
        Report report = new Report(
                "sessions",
                sessions + " agents with certificates of their own on one tracker process, heartbeat "
                        + heartbeatSeconds + " s");
        Launcher launcher = Launcher.ofThisProgram();
        try (Scratch scratch = options.scratch(ROOM)) {
            deploy(scratch);
            Child tracker = Child.talkTo(
                    TRACKER,
                    scratch,
                    launcher.withHeap(
                            TRACKER_HEAP,
                            "bench",
                            "sessions-tracker",
                            scratch.folder(TRACKER_IDENTITY).toString(),
                            Integer.toString(heartbeatSeconds)));
            String address = words(tracker, "listening")[1];
            List<Fleet> fleets = fleets(launcher, scratch, address);
            measure(report, tracker, fleets);
            revoke(report, tracker, fleets.getFirst());
            tracker.tell("stop");
        }
        return options.print(report);
    }

    /** A deployment's authority for the agents' processes to have their certificates from, and the tracker's identity. */
    static void deploy(Scratch scratch) {
        SecureRandom random = new SecureRandom();
        Instant now = InstantSource.system().instant();
        CertificateAuthority.Root root = CertificateAuthority.Root.create(now, random);
        CertificateAuthority authority = root.issuing(now, random);
        byte[] id = new byte[EndpointId.LENGTH_BYTES];
        random.nextBytes(id);
        KeyPair pair = Credential.newKey(random);
        Subject subject = new Subject(EndpointId.ofBytes(id), DeploymentRole.TRACKER, "centre", List.of(Ports.ADDRESS));
        write(
                scratch,
                TRACKER_IDENTITY,
                new Credential(
                        pair.getPrivate(),
                        List.of(authority.issue(pair.getPublic(), subject, now), authority.certificate())),
                root);
        write(scratch, "authority", new Credential(authority.key(), List.of(authority.certificate())), root);
    }

    private static void write(Scratch scratch, String folder, Credential credential, CertificateAuthority.Root root) {
        scratch.write(folder + "/" + MachineIdentity.KEY_FILE, Pem.encode(credential.key()));
        scratch.write(folder + "/" + MachineIdentity.CERTIFICATE_FILE, Pem.encode(credential.chain()));
        scratch.write(folder + "/" + MachineIdentity.ROOT_FILE, Pem.encode(List.of(root.certificate())));
    }

    private List<Fleet> fleets(Launcher launcher, Scratch scratch, String address) {
        int processes = (sessions + FLEET_MAX - 1) / FLEET_MAX;
        List<Fleet> fleets = new ArrayList<>();
        Path authority = scratch.folder("authority");
        for (int i = 0; i < processes; i++) {
            int size = sessions / processes + (i < sessions % processes ? 1 : 0);
            fleets.add(new Fleet(
                    Child.talkTo(
                            "fleet-" + i,
                            scratch,
                            launcher.withHeap(
                                    FLEET_HEAP,
                                    "bench",
                                    "sessions-fleet",
                                    authority.toString(),
                                    address,
                                    Integer.toString(size),
                                    "127.69." + (i + 1) + ".1")),
                    size));
        }
        for (Fleet fleet : fleets) {
            options.progress("keys and certificates for " + fleet.size() + " agents");
            words(fleet.process(), "ready");
        }
        return fleets;
    }

    private void measure(Report report, Child tracker, List<Fleet> fleets) {
        double heapBefore = heapBytes(tracker);
        double rssBefore = Proc.residentBytes(tracker.pid()).orElse(0);
        double cpuBefore = tracker.cpuSeconds();
        options.progress("opening " + sessions + " sessions");
        long start = System.nanoTime();
        fleets.forEach(fleet -> fleet.process().tell("go"));
        fleets.forEach(fleet -> words(fleet.process(), "open"));
        double openSeconds = (System.nanoTime() - start) / 1e9;
        double openCpu = tracker.cpuSeconds() - cpuBefore;
        pause(tracker, QUIET);
        double heap = heapBytes(tracker) - heapBefore;
        double rss = Proc.residentBytes(tracker.pid()).orElse(0) - rssBefore;
        options.progress(idleSeconds + " idle seconds");
        String[] before = counts(tracker);
        double cpuIdle = tracker.cpuSeconds();
        pause(tracker, Duration.ofSeconds(idleSeconds));
        cpuIdle = tracker.cpuSeconds() - cpuIdle;
        String[] after = counts(tracker);
        double open = Double.parseDouble(after[1]);
        double bytes = number(after[3]) - number(before[3]) + number(after[4]) - number(before[4]);

        report.sample(TRACKER, "sessions", open);
        report.sample(TRACKER, "opening s", openSeconds);
        report.sample(TRACKER, "opening CPU-s", openCpu);
        report.sample(TRACKER, "heap MiB", heap / MIB);
        report.sample(TRACKER, "RSS MiB", rss / MIB);
        report.sample(TRACKER, "idle CPU-s/min", cpuIdle * 60 / idleSeconds);
        report.figure("sessions open at the end", OptionalDouble.of(open), "", Report.Aim.atLeast(sessions));
        report.figure(
                "handshakes a second, with the agents on the same processors",
                OptionalDouble.of(sessions / openSeconds),
                "/s",
                Optional.empty());
        report.figure(
                "tracker's processor time a handshake",
                OptionalDouble.of(openCpu * 1000 / sessions),
                "ms",
                Optional.empty());
        report.figure(
                "heap a session, after a collection",
                OptionalDouble.of(heap / KIB / sessions),
                "KiB",
                Report.Aim.atMost(10));
        report.figure("resident a session", OptionalDouble.of(rss / KIB / sessions), "KiB", Optional.empty());
        report.figure(
                "tracker's processor time an idle minute, all sessions",
                OptionalDouble.of(cpuIdle * 60 / idleSeconds),
                "s",
                Optional.empty());
        report.figure(
                "bytes an idle agent and day, both ways",
                OptionalDouble.of(bytes / sessions / idleSeconds * SECONDS_OF_A_DAY),
                "bytes",
                Optional.empty());
        report.note("bytes are TLS records; TCP and IP add 40 to 52 bytes a segment");
        report.note("the resident set holds what opening left in the heap too; it does not shrink by itself");
    }

    /** From the moment the tracker is told to the moment the agent's process knows. */
    private void revoke(Report report, Child tracker, Fleet fleet) {
        options.progress("revoking some");
        for (int i = 0; i < Math.min(REVOKED_MAX, fleet.size()); i++) {
            fleet.process().tell("name " + i);
            String id = words(fleet.process(), "name")[1];
            long start = System.nanoTime();
            tracker.tell("deny " + id);
            String[] ended = words(fleet.process(), "refused");
            while (!ended[1].equals(id)) {
                ended = words(fleet.process(), "refused");
            }
            // One clock for all processes: System.nanoTime is CLOCK_MONOTONIC here.
            report.sample("revocation", "to the session's end ms", (Long.parseLong(ended[2]) - start) / 1e6);
        }
        report.figure(
                "from revocation to the session's end, median",
                report.median("revocation", "to the session's end ms"),
                "ms",
                Optional.empty());
        report.figure(
                "from revocation to the session's end, longest",
                report.largest("revocation", "to the session's end ms"),
                "ms",
                Report.Aim.atMost((double) TimeUnit.SECONDS.toMillis(5)));
        report.note("the deny-list's file, which a tracker reads again within a second, is not part of that");
    }

    private static double heapBytes(Child tracker) {
        tracker.tell("heap");
        return number(words(tracker, "heap")[1]);
    }

    /** {@code counts OPEN GREETING BYTES_IN BYTES_OUT}. */
    private static String[] counts(Child tracker) {
        tracker.tell("counts");
        return words(tracker, "counts");
    }

    private static double number(String word) {
        return Double.parseDouble(word);
    }

    /** The next line that begins with {@code first}, in words. */
    static String[] words(Child child, String first) {
        long start = System.nanoTime();
        while (System.nanoTime() - start < OPEN_MAX.toNanos()) {
            String[] words = child.line().split(" ", -1);
            if (words[0].equals(first)) {
                return words;
            }
        }
        throw new packhorse.core.OperationException("no \"" + first + "\" within " + OPEN_MAX.toMinutes() + " minutes");
    }

    private static void pause(Child child, Duration time) {
        long start = System.nanoTime();
        child.await("a pause", time.plusSeconds(30), () -> System.nanoTime() - start > time.toNanos());
    }
}
