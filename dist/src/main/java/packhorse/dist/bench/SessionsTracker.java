package packhorse.dist.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.math.BigInteger;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import packhorse.core.UsageException;
import packhorse.core.config.SiteMapFile;
import packhorse.core.identity.DenyList;
import packhorse.core.identity.MachineIdentity;
import packhorse.core.topology.EndpointId;
import packhorse.core.wire.WireConfig;
import packhorse.core.wire.WireCounts;
import packhorse.tracker.session.AgentSessions;
import packhorse.tracker.session.ConsoleListener;
import packhorse.tracker.session.Governance;
import packhorse.tracker.session.SessionConfig;
import packhorse.tracker.session.SessionDoor;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The side "tracker" of {@link SessionsBench}: its door for agents and the sessions behind it, told what to do line by line. */
@Command(name = "sessions-tracker", hidden = true, description = "Hold agents' sessions and say what they cost.")
final class SessionsTracker implements Callable<Integer> {
    private static final String SITES = """
        sites:
          - name: everywhere
            subnets: [10.0.0.0/8]
            wan: {down: 1Gbit, up: 1Gbit}
        """;

    @Spec
    private @Nullable CommandSpec spec;

    @Parameters(index = "0", paramLabel = "IDENTITY")
    private @Nullable Path directory;

    @Parameters(index = "1", paramLabel = "HEARTBEAT")
    private int heartbeatSeconds;

    /** Whom the benchmark denied. */
    private static final class Denied implements DenyList {
        private final Set<EndpointId> endpoints = ConcurrentHashMap.newKeySet();
        private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

        void deny(EndpointId id) {
            endpoints.add(id);
            listeners.forEach(Runnable::run);
        }

        @Override
        public boolean denied(EndpointId id, BigInteger serial) {
            return endpoints.contains(id);
        }

        @Override
        public Set<EndpointId> endpoints() {
            return Set.copyOf(endpoints);
        }

        @Override
        public Set<BigInteger> serials() {
            return Set.of();
        }

        @Override
        public long revision() {
            return endpoints.size();
        }

        @Override
        public void onChange(Runnable listener) {
            listeners.add(listener);
        }
    }

    @Override
    public Integer call() throws IOException {
        if (directory == null || spec == null) {
            throw new UsageException("no identity named");
        }
        PrintWriter out = spec.commandLine().getOut();
        InstantSource clock = InstantSource.system();
        Denied denied = new Denied();
        WireConfig wire = WireConfig.DEFAULT
                .timed(Duration.ofSeconds(60), Duration.ofSeconds(heartbeatSeconds), Duration.ofSeconds(30))
                .admitting(
                        WireConfig.DEFAULT.connectionsMax(),
                        WireConfig.DEFAULT.connectionsMax(),
                        WireConfig.DEFAULT.handshakesMax(),
                        WireConfig.DEFAULT.handshakesMax());
        try (AgentSessions sessions = AgentSessions.start(
                        SessionConfig.DEFAULT,
                        SiteMapFile.parse("sites.yaml", SITES),
                        clock,
                        clock,
                        (serving, agents) -> {},
                        Governance.OPEN,
                        denied);
                SessionDoor door = SessionDoor.open(
                        List.of(new InetSocketAddress(Ports.ADDRESS, 0)),
                        MachineIdentity.open(directory, clock),
                        wire,
                        sessions,
                        denied,
                        report -> {},
                        ConsoleListener.NONE,
                        clock)) {
            InetSocketAddress at = door.addresses().getFirst();
            say(out, "listening " + at.getAddress().getHostAddress() + ":" + at.getPort());
            BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            for (String line = in.readLine(); line != null && !line.equals("stop"); line = in.readLine()) {
                say(out, answer(line.split(" ", -1), door, denied));
            }
        }
        return 0;
    }

    private static String answer(String[] words, SessionDoor door, Denied denied) {
        return switch (words[0]) {
            case "heap" -> {
                System.gc();
                yield "heap "
                        + ManagementFactory.getMemoryMXBean()
                                .getHeapMemoryUsage()
                                .getUsed();
            }
            case "counts" -> {
                WireCounts counts = door.counts();
                yield "counts " + counts.open() + " " + counts.greeting() + " " + counts.bytesIn() + " "
                        + counts.bytesOut();
            }
            case "deny" -> {
                denied.deny(EndpointId.parse(words[1]));
                yield "denied " + words[1];
            }
            default -> throw new UsageException("\"" + words[0] + "\" is nothing to do here");
        };
    }

    private static void say(PrintWriter out, String line) {
        out.println(line);
        out.flush();
    }
}
