package packhorse.dist.demo;

import static org.awaitility.Awaitility.await;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import packhorse.core.OperationException;
import packhorse.core.identity.DeploymentRole;
import packhorse.core.message.StateCodec;
import packhorse.core.message.v1.AgentStatus;
import packhorse.core.message.v1.PackStatus;
import packhorse.core.message.v1.Pulled;
import packhorse.core.message.v1.Traffic;
import packhorse.core.topology.EndpointId;
import packhorse.core.topology.IpAddress;
import packhorse.core.trust.CheapPassphrase;
import packhorse.core.trust.StretchedPassphrase;
import packhorse.core.unit.ByteCount;
import packhorse.core.unit.ByteRate;
import packhorse.seeder.sign.KeyDirectory;
import packhorse.seeder.sign.KeyDirectory.Quorum;
import packhorse.tracker.enrol.AuthorityDirectory;

/** A deployment of real processes for a test, on loopback nets of the tests' own, and what tests ask of it. */
final class Lab implements AutoCloseable {
    static final String PRODUCT = "lab/content";

    /** Up to 127.63: agents name each other by addresses from 127.64 to 127.127. */
    private static final int NET_FIRST = 51;

    private static final int NETS = 13;

    private final Deployment deployment;
    private final List<String> failedPulls = new CopyOnWriteArrayList<>();
    private final ExecutorService pulls = Executors.newVirtualThreadPerTaskExecutor();

    private Lab(Deployment deployment) {
        this.deployment = deployment;
    }

    /** Starts a lab: the processes run and are in session; nothing is published yet. */
    static Lab start(int sites, int endpoints, String wan, boolean open, AgentSettings settings)
            throws InterruptedException {
        return start(
                sites,
                endpoints,
                wan,
                open,
                settings,
                LoopbackNet.take(NET_FIRST, NETS, ProcessHandle.current().pid()));
    }

    static Lab start(
            int sites, int endpoints, String wan, boolean open, AgentSettings settings, Surroundings surroundings)
            throws InterruptedException {
        DemoPlan plan = new DemoPlan(Path.of("/"), sites, endpoints, ByteRate.parse(wan), open);
        Lab lab = new Lab(new Deployment(plan, surroundings));
        try {
            makeKeys(lab.deployment.files());
            if (settings.everybodyMayHaveEverything()) {
                lab.deployment.desired().entitle("*");
            }
            lab.deployment.start(settings);
            return lab;
        } catch (InterruptedException | RuntimeException e) {
            lab.close();
            throw e;
        }
    }

    /** What {@code keys new} and {@code ca init} make, but for what a guess costs: opening keys was a third of a tracker's start. */
    private static void makeKeys(RoleFiles files) {
        SecureRandom random = new SecureRandom();
        Instant now = InstantSource.system().instant();
        try (StretchedPassphrase phrase = CheapPassphrase.of(Authority.PASSPHRASE)) {
            var unusedKeys = KeyDirectory.create(files.keys(), Quorum.ONE, Quorum.ONE, phrase, phrase, random, now);
            var unusedAuthority = AuthorityDirectory.create(files.authority(), phrase, phrase, now, random);
        }
    }

    /** A file of bytes that no two seeds share. */
    static Path content(Path folder, String size, long seed) {
        Path file = folder.resolve("content-" + seed);
        Random random = new Random(seed);
        byte[] buffer = new byte[1 << 16];
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
            for (long left = ByteCount.parse(size).bytes(); left > 0; left -= buffer.length) {
                random.nextBytes(buffer);
                out.write(buffer, 0, (int) Math.min(left, buffer.length));
            }
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Deployment deployment() {
        return deployment;
    }

    void publish(Path content, String version, boolean open) throws InterruptedException {
        deployment.publish(content, PRODUCT, version, open);
    }

    /** What the tracker stored, in the order of its file. */
    List<ReportInvariants.Stored> reports() {
        return deployment.storedReports().stream()
                .map(stored -> new ReportInvariants.Stored(stored.id(), StateCodec.read(stored.report())))
                .toList();
    }

    /** The site peer of office {@code site}, from 1. */
    Office.Machine sitePeer(int site) {
        return deployment.offices().get(site - 1).sitePeer();
    }

    Office.Machine endpoint(int site, int endpoint) {
        return deployment.offices().get(site - 1).endpoints().get(endpoint - 1);
    }

    /** One more machine of office {@code site}, not yet joined. */
    Office.Machine newcomer(int site, int number, String moreYaml) {
        return deployment.newcomer(site, number, new AgentSettings() {
            @Override
            public String moreYaml(Office.Machine machine) {
                return moreYaml;
            }
        });
    }

    /** Lets a machine join and starts its agent; returns when it is in session. */
    EndpointId admit(Office.Machine machine) throws InterruptedException {
        EndpointId id = deployment.join(machine, deployment.token(DeploymentRole.AGENT, "office-" + machine.site()));
        deployment.startAgent(machine);
        await().atMost(Duration.ofMinutes(1)).until(machine.agent()::inSession);
        return id;
    }

    /** A pull, made again for as long as the machine advises it: on a busy machine no tracker may be heard for a moment. */
    Future<Pulled> pull(Office.Machine machine, String version) {
        Callable<Pulled> pull = () -> {
            try {
                return machine.agent().pullPatiently(PRODUCT, version, progress -> {}, deployment::pause);
            } catch (OperationException e) {
                failedPulls.add(String.valueOf(e.getMessage()));
                throw e;
            }
        };
        return pulls.submit(pull);
    }

    /** Starts a pull whose end nobody waits for, because its machine will not live to see it. */
    void beginPull(Office.Machine machine, String version) {
        var unusedEnd = pull(machine, version);
    }

    /** In one line how far these machines are with their packs and which pulls failed, for a test that waited in vain. */
    String story(Office.Machine... machines) {
        return Arrays.stream(machines)
                        .map(machine -> machine.id() + " " + standing(machine.agent()))
                        .collect(Collectors.joining("; "))
                + "; the origin is with " + deployment.origin().status().getTracker() + "; failed pulls: "
                + failedPulls;
    }

    private static String standing(LocalAgent agent) {
        AgentStatus status = agent.status();
        return "[tracker " + status.getTracker() + "] "
                + status.getPacksList().stream()
                        .map(pack ->
                                pack.getRole() + " " + pack.getBytesHave() + " of " + pack.getBytesTotal() + " from "
                                        + pack.getTrafficList().stream()
                                                .map(traffic -> ip(traffic) + " " + traffic.getBytesIn())
                                                .toList())
                        .toList();
    }

    /** The one pack of that machine; a pack of nothing before it knows of any. */
    static PackStatus pack(LocalAgent agent) {
        AgentStatus status = agent.status();
        return status.getPacksCount() == 0 ? PackStatus.getDefaultInstance() : status.getPacks(0);
    }

    /** Payload that came from {@code from}, since that agent started. */
    static long bytesFrom(LocalAgent agent, IpAddress from) {
        return pack(agent).getTrafficList().stream()
                .filter(traffic -> ip(traffic).equals(from))
                .mapToLong(Traffic::getBytesIn)
                .sum();
    }

    static long bytesIn(LocalAgent agent, boolean wan) {
        return pack(agent).getTrafficList().stream()
                .filter(traffic -> traffic.getWan() == wan)
                .mapToLong(Traffic::getBytesIn)
                .sum();
    }

    private static IpAddress ip(Traffic traffic) {
        return IpAddress.ofBytes(traffic.getPeer().getIp().toByteArray());
    }

    @Override
    public void close() {
        deployment.close();
        pulls.close();
    }
}
