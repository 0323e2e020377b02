package packhorse.seeder.origin;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.topology.HostPort;
import packhorse.seeder.Deployment;

/** An origin whose trackers are behind a proxy. */
@Timeout(180)
final class SeedingThroughProxyTest {
    @TempDir
    Path home;

    @Test
    void trackersAreAskedForAtTheProxy() throws Exception {
        BlockingQueue<String> asked = new LinkedBlockingQueue<>();
        try (ServerSocket proxy = new ServerSocket(0, 5, InetAddress.getByName("127.40.77.1"))) {
            Thread.ofVirtual().start(() -> refuse(proxy, asked));
            Deployment deployment = new Deployment(home, InstantSource.system(), "127.40.77.2");
            OriginConfig config = deployment.config(
                    0,
                    List.of(new HostPort("tracker.example.invalid", 7301)),
                    Optional.of(new HostPort("127.40.77.1", proxy.getLocalPort())));
            try (Origin origin = deployment.startSeeding(config)) {
                assertEquals(
                        "CONNECT tracker.example.invalid:7301 HTTP/1.1",
                        asked.poll(60, TimeUnit.SECONDS),
                        () -> origin.swarm());
            }
        }
    }

    private static void refuse(ServerSocket proxy, BlockingQueue<String> asked) {
        while (!proxy.isClosed()) {
            try (Socket socket = proxy.accept();
                    BufferedReader in = new BufferedReader(
                            new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))) {
                asked.add(String.valueOf(in.readLine()));
                socket.getOutputStream().write("HTTP/1.1 502 Bad Gateway\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            } catch (IOException e) {
                asked.add(e.toString());
            }
        }
    }
}
