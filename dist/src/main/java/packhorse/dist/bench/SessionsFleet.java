package packhorse.dist.bench;

import com.google.protobuf.ByteString;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.random.RandomGeneratorFactory;
import org.jspecify.annotations.Nullable;
import packhorse.core.UsageException;
import packhorse.core.identity.CertificateAuthority;
import packhorse.core.identity.CertificateAuthority.Subject;
import packhorse.core.identity.Credential;
import packhorse.core.identity.DeploymentRole;
import packhorse.core.identity.MachineIdentity;
import packhorse.core.identity.Pem;
import packhorse.core.message.FrameCodec;
import packhorse.core.message.v1.AgentReport;
import packhorse.core.message.v1.AssignmentKnown;
import packhorse.core.message.v1.Endpoint;
import packhorse.core.message.v1.Envelope;
import packhorse.core.message.v1.Welcome;
import packhorse.core.topology.EndpointId;
import packhorse.core.topology.HostPort;
import packhorse.core.wire.WireClient;
import packhorse.core.wire.WireClientConfig;
import packhorse.core.wire.WireLoop;
import packhorse.core.wire.WireSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The side "agents" of {@link SessionsBench}: many sessions of as many identities in one process, each with one report. */
@Command(name = "sessions-fleet", hidden = true, description = "Keep many agents' sessions.")
final class SessionsFleet implements Callable<Integer> {
    /** Who shakes hands at once; more would only wait in the tracker's queues. */
    private static final int OPENING_MAX = 32;

    private static final int READERS = 2;
    private static final Duration BEAT = Duration.ofSeconds(1);
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Spec
    private @Nullable CommandSpec spec;

    @Parameters(index = "0", paramLabel = "AUTHORITY")
    private @Nullable Path authority;

    @Parameters(index = "1", paramLabel = "TRACKER")
    private String tracker = "";

    @Parameters(index = "2", paramLabel = "N")
    private int count;

    @Parameters(index = "3", paramLabel = "FROM")
    private String from = "";

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (authority == null || spec == null) {
            throw new UsageException("no authority named");
        }
        PrintWriter out = spec.commandLine().getOut();
        InstantSource clock = InstantSource.system();
        List<MachineIdentity> identities = issue(authority, clock);
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        say(out, "ready");
        if (!"go".equals(in.readLine())) {
            return 0;
        }
        List<WireClient> clients = new ArrayList<>();
        try (WireLoop loop = WireLoop.shared(READERS, clock, BEAT)) {
            Semaphore opening = new Semaphore(OPENING_MAX);
            CountDownLatch reached = new CountDownLatch(count);
            WireClientConfig config = config();
            for (int i = 0; i < count; i++) {
                opening.acquire();
                clients.add(WireClient.start(
                        config,
                        identities.get(i),
                        new Idle(i, identities.get(i), out, () -> {
                            opening.release();
                            reached.countDown();
                        }),
                        RandomGeneratorFactory.of("Xoshiro256PlusPlus").create(i),
                        loop));
            }
            reached.await();
            say(out, "open " + clients.size());
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                int which = Integer.parseInt(line.substring(line.indexOf(' ') + 1));
                say(out, "name " + identities.get(which).id());
            }
        }
        return 0;
    }

    private WireClientConfig config() throws IOException {
        WireClientConfig usual = WireClientConfig.of(
                List.of(HostPort.parse(tracker, 7301)),
                Optional.empty(),
                Optional.of(InetAddress.getByName(from)),
                "packhorse bench",
                1);
        return new WireClientConfig(
                usual.servers(),
                usual.proxy(),
                usual.bind(),
                usual.software(),
                usual.features(),
                usual.incarnation(),
                PATIENCE,
                PATIENCE,
                usual.retryMin(),
                usual.retryMax(),
                Duration.ofHours(1),
                usual.writeStallMax());
    }

    private List<MachineIdentity> issue(Path directory, InstantSource clock) {
        SecureRandom random = new SecureRandom();
        X509Certificate root = Pem.readCertificates(directory.resolve(MachineIdentity.ROOT_FILE))
                .getFirst();
        X509Certificate certificate = Pem.readCertificates(directory.resolve(MachineIdentity.CERTIFICATE_FILE))
                .getFirst();
        CertificateAuthority issuer = new CertificateAuthority(
                Pem.readKey(directory.resolve(MachineIdentity.KEY_FILE)), certificate, root, random);
        List<MachineIdentity> identities = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            byte[] id = new byte[EndpointId.LENGTH_BYTES];
            random.nextBytes(id);
            KeyPair pair = Credential.newKey(random);
            X509Certificate own = issuer.issue(
                    pair.getPublic(),
                    new Subject(EndpointId.ofBytes(id), DeploymentRole.AGENT, "everywhere", List.of()),
                    clock.instant());
            identities.add(
                    MachineIdentity.of(new Credential(pair.getPrivate(), List.of(own, certificate)), root, clock));
        }
        return identities;
    }

    /** An agent that holds nothing and wants nothing: reports once, confirms what it is told. */
    private record Idle(int number, MachineIdentity identity, PrintWriter out, Once first)
            implements WireClient.Listener {
        Idle(int number, MachineIdentity identity, PrintWriter out, Runnable first) {
            this(number, identity, out, new Once(first));
        }

        @Override
        public void reached(String server, WireSession session, Welcome welcome) {
            var unused = session.send(Envelope.newBuilder()
                    .setVersion(FrameCodec.VERSION)
                    .setAgentReport(AgentReport.newBuilder()
                            .setIncarnation(1)
                            .setSequence(System.nanoTime())
                            .addListen(Endpoint.newBuilder()
                                    .setIp(ByteString.copyFrom(
                                            new byte[] {10, (byte) (number >> 16), (byte) (number >> 8), (byte) number
                                            }))
                                    .setPort(7100)))
                    .build());
        }

        @Override
        public boolean received(WireSession session, Envelope message) {
            if (message.hasAssignment()) {
                var unused = session.send(Envelope.newBuilder()
                        .setVersion(FrameCodec.VERSION)
                        .setAssignmentKnown(AssignmentKnown.newBuilder()
                                .setRevision(message.getAssignment().getRevision()))
                        .build());
                first.run();
            }
            if (message.hasDesiredState() && message.getDesiredState().getItemsCount() > 0) {
                say(out, "desired " + System.nanoTime());
            }
            return true;
        }

        @Override
        public void unreachable(String line) {
            say(out, "unreachable " + line);
        }

        @Override
        public void refused(String line) {
            say(out, "refused " + identity.id() + " " + System.nanoTime());
        }
    }

    private record Once(AtomicBoolean done, Runnable what) {
        Once(Runnable what) {
            this(new AtomicBoolean(), what);
        }

        void run() {
            if (!done.getAndSet(true)) {
                what.run();
            }
        }
    }

    private static void say(PrintWriter out, String line) {
        synchronized (out) {
            out.println(line);
            out.flush();
        }
    }
}
