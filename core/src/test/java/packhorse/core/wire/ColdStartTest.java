package packhorse.core.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.identity.DeploymentRole;
import packhorse.core.identity.MachineIdentity;
import packhorse.core.message.v1.Envelope;
import packhorse.core.message.v1.Welcome;
import packhorse.core.topology.HostPort;

/**
 * The first message of a virtual machine that has never shaken hands before, at both ends: where classes are still loaded while
 * the handshake runs, whatever is handed to another thread comes late.
 */
@Timeout(600)
final class ColdStartTest {
    /** Every second one stalled with MINA's own filter; this many in a row do not by chance. */
    private static final int COLD_STARTS = Integer.getInteger("wire.coldStarts", 4);

    @TempDir
    Path directory;

    @Test
    void theFirstMessageNeverStallsCold() throws Exception {
        Wires wires = new Wires(directory);
        Path tracker = wires.deployment.write(DeploymentRole.TRACKER, "centre", directory.resolve("tracker"));
        Path agent = wires.deployment.write(DeploymentRole.AGENT, "berlin", directory.resolve("agent"));
        List<String> outcomes = new ArrayList<>();
        for (int i = 0; i < COLD_STARTS; i++) {
            Process process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-XX:TieredStopAtLevel=1",
                            "-cp",
                            System.getProperty("java.class.path"),
                            Cold.class.getName(),
                            tracker.toString(),
                            agent.toString())
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            try {
                outcomes.add(process.inputReader().readLine());
            } finally {
                process.destroyForcibly().waitFor();
            }
        }
        assertEquals(java.util.Collections.nCopies(COLD_STARTS, "answered"), outcomes);
        wires.close();
    }

    /** A server and a client in a fresh process: one message there and back. */
    static final class Cold {
        private Cold() {}

        public static void main(String[] arguments) throws InterruptedException {
            InstantSource clock = InstantSource.system();
            Wires.Hub hub = new Wires.Hub();
            hub.echo = true;
            CountDownLatch answered = new CountDownLatch(1);
            try (WireServer server = WireServer.open(
                            List.of(new java.net.InetSocketAddress("127.10.44.1", 0)),
                            MachineIdentity.open(Path.of(arguments[0]), clock),
                            WireConfig.DEFAULT,
                            java.util.Set.of(),
                            hub,
                            clock);
                    WireClient client = WireClient.startAlone(
                            Wires.to(new HostPort(
                                    "127.10.44.1", server.addresses().getFirst().getPort())),
                            MachineIdentity.open(Path.of(arguments[1]), clock),
                            new First(answered),
                            new Random(1),
                            clock)) {
                boolean came = answered.await(Duration.ofSeconds(60).toMillis(), TimeUnit.MILLISECONDS);
                System.out.println(
                        came
                                ? "answered"
                                : "stalled " + hub.hellos.size() + " of "
                                        + List.of(client).size());
                System.out.flush();
            }
        }
    }

    private record First(CountDownLatch answered) implements WireClient.Listener {
        @Override
        public void reached(String server, WireSession session, Welcome welcome) {
            var unused = session.send(Wires.message(1, 10));
        }

        @Override
        public boolean received(WireSession session, Envelope message) {
            answered.countDown();
            return true;
        }

        @Override
        public void unreachable(String line) {}

        @Override
        public void refused(String line) {}
    }
}
