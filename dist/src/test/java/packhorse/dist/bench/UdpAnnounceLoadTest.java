package packhorse.dist.bench;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import packhorse.core.OperationException;
import packhorse.core.content.InfoHash;

final class UdpAnnounceLoadTest {
    private static final String ADDRESS = "127.50.9.1";
    private static final InfoHash CONTENT = InfoHash.of(new byte[] {1});
    private static final Duration SHORT = Duration.ofSeconds(3);

    /** Answers connects and announces, the latter with {@code action}; every {@code loses}th announce not at all. */
    private record Tracker(DatagramSocket socket, AtomicLong answered, Set<Integer> ports) implements AutoCloseable {
        static Tracker start(int action, int loses) throws IOException {
            Tracker tracker = new Tracker(
                    new DatagramSocket(new InetSocketAddress(InetAddress.getByName(ADDRESS), 0)),
                    new AtomicLong(),
                    ConcurrentHashMap.newKeySet());
            Thread.ofPlatform().daemon().start(() -> tracker.run(action, loses));
            return tracker;
        }

        private void run(int action, int loses) {
            byte[] bytes = new byte[2048];
            DatagramPacket packet = new DatagramPacket(bytes, bytes.length);
            try {
                for (long announces = 0; ; ) {
                    packet.setLength(bytes.length);
                    socket.receive(packet);
                    ByteBuffer in = ByteBuffer.wrap(bytes, 0, packet.getLength());
                    ByteBuffer out = ByteBuffer.allocate(20);
                    if (in.getInt(8) == 0) {
                        out.putInt(0).putInt(in.getInt(12)).putLong(77);
                    } else {
                        if (++announces % loses == 0) {
                            continue;
                        }
                        ports.add(in.getShort(96) & 0xffff);
                        answered.incrementAndGet();
                        out.putInt(action).putInt(in.getInt(12));
                    }
                    socket.send(new DatagramPacket(out.array(), out.capacity(), packet.getSocketAddress()));
                }
            } catch (SocketException e) {
                // Closed: the test is over.
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }

        InetSocketAddress address() {
            return new InetSocketAddress(ADDRESS, socket.getLocalPort());
        }

        @Override
        public void close() {
            socket.close();
        }
    }

    @Test
    void everyAnswerIsCountedOnceAndEveryPeerAnnouncesItself() throws IOException {
        try (Tracker tracker = Tracker.start(1, Integer.MAX_VALUE)) {
            AnnounceLoad.Result result = new UdpAnnounceLoad().run(tracker.address(), CONTENT, SHORT);

            assertTrue(result.announces() > 0, result::toString);
            assertTrue(result.announces() <= tracker.answered().get(), result::toString);
            assertEquals(0, result.refused());
            await().atMost(Duration.ofSeconds(60)).until(() -> tracker.ports().size() == 192);
        }
    }

    @Test
    void anAnnounceThatIsLostIsAskedAgain() throws IOException {
        try (Tracker tracker = Tracker.start(1, 50)) {
            AnnounceLoad.Result result = new UdpAnnounceLoad().run(tracker.address(), CONTENT, SHORT);

            assertTrue(result.lost() > 0, result::toString);
            assertTrue(result.announces() > 192, result::toString);
        }
    }

    @Test
    void anErrorIsNoAnnounce() throws IOException {
        try (Tracker tracker = Tracker.start(3, Integer.MAX_VALUE)) {
            AnnounceLoad.Result result = new UdpAnnounceLoad().run(tracker.address(), CONTENT, SHORT);

            assertEquals(0, result.announces());
            assertTrue(result.refused() > 0, result::toString);
        }
    }

    @Test
    void nobodyThereIsSaidInOneLine() throws IOException {
        InetSocketAddress nobody;
        try (Tracker tracker = Tracker.start(1, 2)) {
            nobody = tracker.address();
        }
        assertThrows(OperationException.class, () -> new UdpAnnounceLoad().run(nobody, CONTENT, SHORT));
    }
}
