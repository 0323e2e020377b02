package packhorse.dist.bench;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import packhorse.core.OperationException;
import packhorse.core.content.InfoHash;

/**
 * Announces over HTTP (BEP 3, compact answers) from several clients at once, each of which waits for its answer before it asks
 * again; over one connection each that is kept, or over a new one for every announce, as standard clients and some trackers
 * have it.
 *
 * <p>Each client has a loopback address of its own: closed connections keep their port busy for a minute.
 *
 * @param keep whether connections are kept
 */
record HttpAnnounceLoad(boolean keep) implements AnnounceLoad {
    private static final int CLIENTS = 16;
    private static final int PEERS_PER_CLIENT = 16;
    private static final int ANSWER_BYTES_MAX = 16 << 10;
    private static final int TIMEOUT_MILLIS = 5000;

    private record Counts(long announces, long refused, long cpuNanos) {}

    @Override
    public Result run(InetSocketAddress tracker, InfoHash content, Duration time) {
        long start = System.nanoTime();
        try (ExecutorService clients = Executors.newFixedThreadPool(CLIENTS)) {
            List<Callable<Counts>> work = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                int client = i;
                work.add(() -> ask(tracker, content, client, start + time.toNanos()));
            }
            long announces = 0;
            long refused = 0;
            long cpuNanos = 0;
            for (Future<Counts> done : clients.invokeAll(work)) {
                Counts counts = done.get();
                announces += counts.announces();
                refused += counts.refused();
                cpuNanos += counts.cpuNanos();
            }
            return new Result(announces, refused, 0, System.nanoTime() - start, cpuNanos);
        } catch (ExecutionException e) {
            throw new OperationException("announcing to http " + tracker + " failed: " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new OperationException("interrupted", e);
        }
    }

    private Counts ask(InetSocketAddress tracker, InfoHash content, int client, long until) {
        long cpuStart = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        List<byte[]> requests = new ArrayList<>();
        for (int peer = 0; peer < PEERS_PER_CLIENT; peer++) {
            requests.add(request(tracker, content, client * PEERS_PER_CLIENT + peer));
        }
        byte[] answer = new byte[ANSWER_BYTES_MAX];
        long announces = 0;
        long refused = 0;
        try {
            Socket socket = connect(tracker, client);
            try {
                while (System.nanoTime() < until) {
                    socket.getOutputStream().write(requests.get((int) (announces % PEERS_PER_CLIENT)));
                    int length = read(socket.getInputStream(), answer);
                    if (contains(answer, length, "5:peers")) {
                        announces++;
                    } else {
                        refused++;
                    }
                    if (!keep) {
                        socket.close();
                        socket = connect(tracker, client);
                    }
                }
            } finally {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Counts(
                announces, refused, ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - cpuStart);
    }

    private static Socket connect(InetSocketAddress tracker, int client) throws IOException {
        Socket socket = new Socket();
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(TIMEOUT_MILLIS);
        socket.bind(new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 50, 1, (byte) (1 + client)}), 0));
        socket.connect(tracker, TIMEOUT_MILLIS);
        return socket;
    }

    private byte[] request(InetSocketAddress tracker, InfoHash content, int peer) {
        StringBuilder hash = new StringBuilder();
        for (byte b : content.bytes()) {
            hash.append(String.format("%%%02x", b));
        }
        return ("GET /announce?info_hash=" + hash + "&peer_id="
                        + new String(UdpAnnounceLoad.peerId(peer), StandardCharsets.US_ASCII) + "&port="
                        + (20_000 + peer)
                        + "&uploaded=0&downloaded=0&left=" + (peer % 2) + "&compact=1&numwant=50 HTTP/1.1\r\nHost: "
                        + tracker.getHostString() + ":" + tracker.getPort() + "\r\n"
                        + (keep ? "" : "Connection: close\r\n") + "\r\n")
                .getBytes(StandardCharsets.US_ASCII);
    }

    /** One answer: its head and as many bytes as that announces. */
    private static int read(InputStream in, byte[] answer) throws IOException {
        int have = 0;
        int whole = Integer.MAX_VALUE;
        while (have < whole) {
            int count = in.read(answer, have, answer.length - have);
            if (count < 0) {
                break;
            }
            have += count;
            if (whole == Integer.MAX_VALUE) {
                String head = new String(answer, 0, have, StandardCharsets.ISO_8859_1);
                int end = head.indexOf("\r\n\r\n");
                if (end >= 0) {
                    whole = end + 4 + contentLength(head.substring(0, end));
                }
            }
        }
        return have;
    }

    private static int contentLength(String head) {
        for (String line : head.split("\r\n", -1)) {
            if (line.regionMatches(true, 0, "content-length:", 0, 15)) {
                return Integer.parseInt(line.substring(15).strip());
            }
        }
        throw new OperationException(
                "an answer without Content-Length: " + head.lines().findFirst().orElse(""));
    }

    private static boolean contains(byte[] answer, int length, String text) {
        return new String(answer, 0, length, StandardCharsets.ISO_8859_1).contains(text);
    }
}
