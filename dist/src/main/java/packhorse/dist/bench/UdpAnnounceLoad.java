package packhorse.dist.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.DatagramPacket;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import packhorse.core.OperationException;
import packhorse.core.content.InfoHash;

/**
 * Announces over UDP (BEP 15) from many sockets, several under way on each.
 *
 * <p>Every socket asks for a connection id first. Then each of its slots stands for one peer, with a port of its own, that
 * announces itself, waits for the answer and announces itself again. A slot whose answer has not come after
 * {@link #LOST_AFTER} counts one loss and asks again under a new transaction id, so that a late answer counts for nothing. One
 * thread does it all: the other core is the tracker's.
 */
final class UdpAnnounceLoad implements AnnounceLoad {
    private static final int SOCKETS = 64;
    /** All slots together stay below the 277 packets that a socket with Linux's default of 208 KiB holds. */
    private static final int SLOTS_PER_SOCKET = 3;

    /** Far above the milliseconds that a full queue of 192 announces takes. */
    private static final Duration LOST_AFTER = Duration.ofMillis(300);

    private static final long CONNECT_MAGIC = 0x41727101980L;
    private static final int CONNECT_TRIES = 5;
    private static final int CONNECT_TIMEOUT_MILLIS = 1000;
    private static final int ACTION_CONNECT = 0;
    private static final int ACTION_ANNOUNCE = 1;
    private static final int ANNOUNCE_BYTES = 98;

    /** An announce's answer up to its peers. */
    private static final int ANSWER_BYTES = 20;

    private static final int PEERS_WANTED = 50;
    private static final int FIRST_PEER_PORT = 20_000;
    private static final int ANSWER_BYTES_MAX = 2048;

    private static final int TRANSACTION = 12;

    private final ByteBuffer in = ByteBuffer.allocateDirect(ANSWER_BYTES_MAX);
    private long announces;
    private long refused;
    private long lost;

    private static final class Socket {
        final DatagramChannel channel;
        final ByteBuffer[] requests = new ByteBuffer[SLOTS_PER_SOCKET];
        final long[] sentNanos = new long[SLOTS_PER_SOCKET];
        final int[] generations = new int[SLOTS_PER_SOCKET];

        Socket(DatagramChannel channel) {
            this.channel = channel;
        }

        void send(int slot, long now) throws IOException {
            ByteBuffer request = requests[slot];
            request.putInt(TRANSACTION, (generations[slot] << 8) | slot);
            request.rewind();
            sentNanos[slot] = now;
            channel.write(request);
        }
    }

    @Override
    public Result run(InetSocketAddress tracker, InfoHash content, Duration time) {
        announces = 0;
        refused = 0;
        lost = 0;
        List<Socket> sockets = new ArrayList<>();
        try (Selector selector = Selector.open()) {
            for (int i = 0; i < SOCKETS; i++) {
                Socket socket = new Socket(DatagramChannel.open());
                sockets.add(socket);
                socket.channel.connect(tracker);
                prepare(socket, i, connect(socket.channel, tracker), content);
                socket.channel.configureBlocking(false);
                socket.channel.register(selector, SelectionKey.OP_READ, socket);
            }
            return keepBusy(selector, sockets, time);
        } catch (PortUnreachableException e) {
            throw new OperationException("nobody listens at udp " + tracker, e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            for (Socket socket : sockets) {
                close(socket.channel);
            }
        }
    }

    private static void close(DatagramChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long connect(DatagramChannel channel, InetSocketAddress tracker) throws IOException {
        channel.socket().setSoTimeout(CONNECT_TIMEOUT_MILLIS);
        DatagramPacket packet = new DatagramPacket(new byte[ANSWER_BYTES_MAX], ANSWER_BYTES_MAX);
        for (int tries = 0; tries < CONNECT_TRIES; tries++) {
            channel.write(ByteBuffer.allocate(16)
                    .putLong(CONNECT_MAGIC)
                    .putInt(ACTION_CONNECT)
                    .putInt(tries)
                    .flip());
            try {
                channel.socket().receive(packet);
            } catch (SocketTimeoutException e) {
                continue;
            }
            ByteBuffer answer = ByteBuffer.wrap(packet.getData(), 0, packet.getLength());
            if (packet.getLength() < 16 || answer.getInt(0) != ACTION_CONNECT) {
                throw new OperationException("udp " + tracker + " refuses a connect");
            }
            return answer.getLong(8);
        }
        throw new OperationException("udp " + tracker + " does not answer a connect");
    }

    private static void prepare(Socket socket, int number, long connection, InfoHash content) {
        for (int slot = 0; slot < SLOTS_PER_SOCKET; slot++) {
            int peer = number * SLOTS_PER_SOCKET + slot;
            socket.requests[slot] = ByteBuffer.allocateDirect(ANNOUNCE_BYTES)
                    .putLong(connection)
                    .putInt(ACTION_ANNOUNCE)
                    .putInt(slot)
                    .put(content.bytes())
                    .put(peerId(peer))
                    .putLong(0)
                    .putLong(peer % 2 == 0 ? 0 : 1 << 20)
                    .putLong(0)
                    .putInt(2)
                    .putInt(0)
                    .putInt(peer)
                    .putInt(PEERS_WANTED)
                    .putShort((short) (FIRST_PEER_PORT + peer))
                    .flip();
        }
    }

    static byte[] peerId(int peer) {
        return String.format("-BN0100-%012d", peer).getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    }

    private Result keepBusy(Selector selector, List<Socket> sockets, Duration time) throws IOException {
        long cpuStart = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        long start = System.nanoTime();
        for (Socket socket : sockets) {
            for (int slot = 0; slot < SLOTS_PER_SOCKET; slot++) {
                socket.send(slot, start);
            }
        }
        long swept = start;
        long now = start;
        while (now - start < time.toNanos()) {
            selector.select(key -> answer((Socket) key.attachment()), 10);
            now = System.nanoTime();
            if (now - swept > LOST_AFTER.toNanos() / 4) {
                swept = now;
                askAgain(sockets, now);
            }
        }
        return new Result(
                announces,
                refused,
                lost,
                now - start,
                ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - cpuStart);
    }

    private void answer(Socket socket) {
        try {
            long now = System.nanoTime();
            while (true) {
                in.clear();
                if (socket.channel.read(in) <= 0) {
                    return;
                }
                int transaction = in.getInt(4);
                int slot = transaction & 0xff;
                if (slot >= SLOTS_PER_SOCKET || transaction >>> 8 != socket.generations[slot]) {
                    continue;
                }
                if (in.getInt(0) == ACTION_ANNOUNCE && in.position() >= ANSWER_BYTES) {
                    announces++;
                } else {
                    refused++;
                }
                socket.generations[slot] = (socket.generations[slot] + 1) & 0xffffff;
                socket.send(slot, now);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void askAgain(List<Socket> sockets, long now) throws IOException {
        for (Socket socket : sockets) {
            for (int slot = 0; slot < SLOTS_PER_SOCKET; slot++) {
                if (now - socket.sentNanos[slot] > LOST_AFTER.toNanos()) {
                    lost++;
                    socket.generations[slot] = (socket.generations[slot] + 1) & 0xffffff;
                    socket.send(slot, now);
                }
            }
        }
    }
}
