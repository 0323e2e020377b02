package packhorse.core.wire;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.topology.HostPort;
import packhorse.core.wire.Wires.Ear;
import packhorse.core.wire.Wires.Hub;

@Timeout(60)
final class ProxyTest {
    @TempDir
    Path directory;

    private Wires wires;
    private final Hub hub = new Hub();
    private final Ear ear = new Ear();
    private final List<String> asked = new CopyOnWriteArrayList<>();

    @BeforeEach
    void open() {
        wires = new Wires(directory);
    }

    @AfterEach
    void close() throws Exception {
        wires.close();
    }

    @Test
    void aSessionGoesThroughAProxy() throws Exception {
        WireServer server = wires.server("127.10.43.1", WireConfig.DEFAULT, hub);
        HostPort proxy = proxy("127.10.43.2", "HTTP/1.1 200 Connection established\r\nVia: x\r\n\r\n");
        hub.echo = true;

        WireClient client = wires.client(through(proxy, Wires.at(server)), wires.agent(), ear);

        await().until(() -> ear.sessions.size() == 1);
        assertTrue(client.send(Wires.message(1, 100_000)));
        await().until(() -> ear.received.size() == 1);
        assertEquals("CONNECT " + Wires.at(server) + " HTTP/1.1", asked.getFirst());
    }

    @Test
    void aProxyThatRefusesIsNamedWithWhatToAskItsPeople() throws Exception {
        HostPort target = new HostPort("tracker.example.org", 7301);
        for (var each : List.of(
                List.of("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", "wants a name and a password"),
                List.of("HTTP/1.0 403 Forbidden\r\n\r\n<html>", "does not allow CONNECT"),
                List.of("HTTP/1.1 503 no\r\n\r\n", "does not reach"),
                List.of("SSH-2.0-x\r\n\r\n", "no HTTP proxy"))) {
            Ear told = new Ear();
            HostPort proxy = proxy("127.10.43.3", each.getFirst());
            wires.client(through(proxy, target), wires.agent(), told);
            await().until(() -> !told.unreachable.isEmpty());
            assertTrue(told.unreachable.getFirst().contains(each.getLast()), told.unreachable.getFirst());
            assertTrue(told.unreachable.getFirst().contains(proxy.toString()), told.unreachable.getFirst());
        }
    }

    private static WireClientConfig through(HostPort proxy, HostPort target) {
        return WireClientConfig.of(List.of(target), Optional.of(proxy), Optional.empty(), "test", 1)
                .pausing(Duration.ofMillis(50), Duration.ofMillis(100), Duration.ofMillis(100));
    }

    /** A proxy that answers so, and then carries bytes both ways. */
    private HostPort proxy(String address, String answer) throws Exception {
        ServerSocket listening = wires.closing(new ServerSocket(0, 20, InetAddress.getByName(address)));
        Thread.ofVirtual().start(() -> {
            try {
                while (true) {
                    Socket client = listening.accept();
                    Thread.ofVirtual().start(() -> serve(client, answer));
                }
            } catch (IOException e) {
                // The test is over.
            }
        });
        return new HostPort(address, listening.getLocalPort());
    }

    private void serve(Socket client, String answer) {
        try (client) {
            InputStream in = client.getInputStream();
            StringBuilder head = new StringBuilder();
            while (head.indexOf("\r\n\r\n") < 0) {
                int next = in.read();
                if (next < 0) {
                    return;
                }
                head.append((char) next);
            }
            String line = head.substring(0, head.indexOf("\r\n"));
            asked.add(line);
            client.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
            if (answer.contains(" 200 ")) {
                HostPort to = HostPort.parse(line.split(" ", -1)[1], 7301);
                try (Socket target = new Socket(to.host(), to.port())) {
                    Thread back = Thread.ofVirtual().start(() -> copy(target, client));
                    copy(client, target);
                    back.join();
                }
            }
        } catch (IOException | InterruptedException e) {
            // One end is gone.
        }
    }

    private static void copy(Socket from, Socket to) {
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            in.transferTo(out);
            to.shutdownOutput();
        } catch (IOException e) {
            // One end is gone.
        }
    }
}
