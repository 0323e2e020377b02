package packhorse.dist.demo;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A proxy as offices have them: it opens tunnels by HTTP's CONNECT (RFC 9110, 9.3.6) and does nothing else. */
final class ConnectProxy implements AutoCloseable {
    private static final int HEAD_BYTES_MAX = 8192;
    private static final int CONNECT_MILLIS_MAX = 5_000;

    private final ServerSocket server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final Set<String> asked = ConcurrentHashMap.newKeySet();

    private ConnectProxy(ServerSocket server) {
        this.server = server;
    }

    static ConnectProxy start(String address) throws IOException {
        ConnectProxy proxy = new ConnectProxy(new ServerSocket(0, 50, InetAddress.getByName(address)));
        proxy.threads.execute(proxy::accept);
        return proxy;
    }

    String url() {
        return "http://" + server.getInetAddress().getHostAddress() + ":" + server.getLocalPort();
    }

    /** Every {@code host:port} that somebody wanted a tunnel to. */
    Set<String> asked() {
        return Set.copyOf(asked);
    }

    private void accept() {
        try {
            while (true) {
                Socket client = server.accept();
                open.add(client);
                threads.execute(() -> serve(client));
            }
        } catch (IOException e) {
            // Closed.
        }
    }

    private void serve(Socket client) {
        try (client) {
            String[] words = head(client.getInputStream()).split(" ", 3);
            OutputStream out = client.getOutputStream();
            if (words.length < 3 || !words[0].equals("CONNECT")) {
                out.write("HTTP/1.1 405 Only CONNECT\r\nContent-Length: 0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                return;
            }
            asked.add(words[1]);
            int colon = words[1].lastIndexOf(':');
            try (Socket there = new Socket()) {
                open.add(there);
                there.connect(
                        new InetSocketAddress(
                                words[1].substring(0, colon), Integer.parseInt(words[1].substring(colon + 1))),
                        CONNECT_MILLIS_MAX);
                out.write("HTTP/1.1 200 Connected\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                threads.execute(() -> relay(there, client));
                relay(client, there);
            } finally {
                open.removeIf(Socket::isClosed);
            }
        } catch (IOException e) {
            // One end is gone; closing tells the other.
        }
    }

    private static String head(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (head.size() < HEAD_BYTES_MAX) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("no request");
            }
            head.write(next);
            String text = head.toString(StandardCharsets.US_ASCII);
            if (text.endsWith("\r\n\r\n")) {
                return text;
            }
        }
        throw new IOException("a request without end");
    }

    private static void relay(Socket from, Socket to) {
        try {
            from.getInputStream().transferTo(to.getOutputStream());
            to.shutdownOutput();
        } catch (IOException e) {
            try {
                from.close();
                to.close();
            } catch (IOException closed) {
                throw new UncheckedIOException(closed);
            }
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Socket socket : open) {
            socket.close();
        }
        threads.shutdownNow();
    }
}
