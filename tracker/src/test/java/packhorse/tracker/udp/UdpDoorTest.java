package packhorse.tracker.udp;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import packhorse.core.OperationException;
import packhorse.core.content.InfoHash;
import packhorse.core.content.Sha256;
import packhorse.core.testing.Cases;
import packhorse.core.topology.IpAddress;
import packhorse.core.topology.PeerAddress;
import packhorse.tracker.session.OpenSwarmDesk;

class UdpDoorTest {
    private static final InfoHash KNOWN = InfoHash.parse("0123456789abcdef0123456789abcdef01234567");
    private static final Sha256 PACK = Sha256.of(new byte[] {7});
    private static final byte[] SECRET = new byte[32];

    private OpenSwarmDesk desk;
    private UdpDoor door;

    @BeforeEach
    void open() {
        desk = new OpenSwarmDesk(InstantSource.system(), new Random(1));
        desk.know(Map.of(KNOWN, PACK));
        desk.changed(Map.of(PACK, List.of(PeerAddress.parse("192.0.2.10:6881"))), Set.of());
        door = UdpDoor.open(List.of(address("127.20.1.1", 0), address("::1", 0)), desk, InstantSource.system(), SECRET);
    }

    @AfterEach
    void close() {
        door.close();
    }

    private static InetSocketAddress address(String ip, int port) {
        try {
            return new InetSocketAddress(
                    InetAddress.getByAddress(IpAddress.parse(ip).bytes()), port);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static byte[] packet(String hex) {
        return HexFormat.of().parseHex(hex.replaceAll("\\s", ""));
    }

    @Test
    void goldenPacketsOverV4() throws IOException {
        try (DatagramSocket client = client("127.20.1.2")) {
            byte[] connected = ask(client, packet("00000417 27101980 00000000 cafe0001"));
            assertEquals("00000000cafe0001", HexFormat.of().formatHex(connected, 0, 8));
            assertEquals(16, connected.length);
            String id = HexFormat.of().formatHex(connected, 8, 16);
            byte[] announced = ask(
                    client,
                    packet(id + "00000001 cafe0002" + KNOWN.hex() + "2d54303030312d" + "00".repeat(13)
                            + "0000000000000000 0000000000000064 0000000000000000"
                            + "00000002 00000000 00000001 ffffffff 1ae1"
                            + "0209 2f616e6e6f756e6365 01 00"));
            assertEquals(
                    "00000001cafe0002" + "0000012c" + "00000001" + "00000001" + "c000020a1ae1",
                    HexFormat.of().formatHex(announced));
            byte[] scraped = ask(client, packet(id + "00000002 cafe0003" + KNOWN.hex() + KNOWN.hex()));
            assertEquals(
                    "00000002cafe0003" + ("00000001" + "00000000" + "00000001").repeat(2),
                    HexFormat.of().formatHex(scraped));
        }
        assertEquals(new UdpCounts(1, 1, 1, 0, 0), door.counts());
    }

    @Test
    void clientsOverV6SeeEachOtherInEighteenBytes() throws IOException {
        int port = door.ports().get(1);
        try (DatagramSocket one = client("::1");
                DatagramSocket other = client("::1")) {
            ask(one, announce(connect(one), KNOWN, 7001, 5), port);
            byte[] answer = ask(other, announce(connect(other), KNOWN, 7002, 5), port);
            assertEquals(20 + 18, answer.length);
            assertArrayEquals(packet("00000000000000000000000000000001 1b59"), Arrays.copyOfRange(answer, 20, 38));
        }
    }

    @Test
    void unknownInfoHashIsRefusedInWords() throws IOException {
        try (DatagramSocket client = client("127.20.1.2")) {
            byte[] answer = ask(client, announce(connect(client), InfoHash.parse("ff".repeat(20)), 7001, 5));
            assertEquals("00000003", HexFormat.of().formatHex(answer, 0, 4));
            assertTrue(
                    new String(answer, 8, answer.length - 8, StandardCharsets.UTF_8).startsWith("unknown info-hash"));
        }
    }

    @Test
    void connectionIdOfAnotherAddressOrOfLongAgoIsNoGood() throws IOException {
        ConnectionIds ids = new ConnectionIds(SECRET);
        byte[] here = IpAddress.parse("127.20.1.2").bytes();
        Instant now = Instant.parse("2026-11-21T12:00:59Z");
        long id = ids.make(here, now);
        assertTrue(ids.good(id, here, now.plusSeconds(120)));
        assertTrue(!ids.good(id, here, now.plusSeconds(181)));
        assertTrue(!ids.good(id, IpAddress.parse("127.20.1.3").bytes(), now));
        try (DatagramSocket client = client("127.20.1.2");
                DatagramSocket other = client("127.20.1.3")) {
            byte[] answer = ask(other, announce(connect(client), KNOWN, 7001, 5));
            assertEquals("00000003", HexFormat.of().formatHex(answer, 0, 4));
        }
    }

    @Test
    void malformedDatagramsGetNoAnswerAndAreCounted() throws IOException {
        try (DatagramSocket client = client("127.20.1.2")) {
            long id = connect(client);
            byte[] good = announce(id, KNOWN, 7001, 5);
            byte[] badOption = Arrays.copyOf(good, good.length + 2);
            badOption[good.length] = 2;
            badOption[good.length + 1] = 100;
            byte[] longUrl = Arrays.copyOf(good, good.length + 5 * 257);
            for (int i = 0; i < 5; i++) {
                longUrl[good.length + i * 257] = 2;
                longUrl[good.length + i * 257 + 1] = (byte) 255;
            }
            List<byte[]> malformed = List.of(
                    new byte[0],
                    new byte[15],
                    packet("0000041727101981 00000000 00000001"),
                    Arrays.copyOf(good, good.length - 1),
                    announce(id, KNOWN, 0, 5),
                    badOption,
                    longUrl,
                    ByteBuffer.allocate(16).putLong(id).putInt(2).putInt(9).array(),
                    ByteBuffer.allocate(16 + 19).putLong(id).putInt(2).putInt(9).array(),
                    ByteBuffer.allocate(16 + 75 * 20)
                            .putLong(id)
                            .putInt(2)
                            .putInt(9)
                            .array(),
                    ByteBuffer.allocate(16).putLong(id).putInt(4).putInt(9).array(),
                    new byte[5000]);
            for (byte[] packet : malformed) {
                send(client, packet, door.ports().getFirst());
            }
            await().until(() -> door.counts().malformed() >= malformed.size() - 1);
            client.setSoTimeout(100);
            assertThrows(SocketTimeoutException.class, () -> receive(client));
        }
    }

    @Test
    void noBytesWhateverMakeItFailOrAnswerAtLength() {
        PacketAnswerer answerer = new PacketAnswerer(desk, new ConnectionIds(SECRET), InstantSource.system());
        IpAddress from = IpAddress.parse("203.0.113.9");
        byte[] good = announce(new ConnectionIds(SECRET).make(from.bytes(), Instant.now()), KNOWN, 7001, 5);
        Cases.run(20_000, random -> {
            byte[] packet = random.nextBoolean()
                    ? Cases.bytes(random, random.nextInt(200))
                    : Cases.withFlippedBit(good, random.nextInt(good.length * 8));
            byte[] answer = answerer.answer(ByteBuffer.wrap(packet), from);
            assertTrue(
                    answer == null || answer.length <= 20 + 6 * 200,
                    () -> HexFormat.of().formatHex(packet));
        });
    }

    @Test
    void sessionsOfManyAddressesHaveABound() throws IOException {
        int rounds = LatestSessions.SESSIONS_MAX / 250 + 4;
        for (int i = 0; i < rounds; i++) {
            for (int j = 1; j <= 250; j++) {
                try (DatagramSocket client = client("127.20." + (100 + i) + "." + j)) {
                    connect(client);
                }
            }
        }
        int sent = rounds * 250;
        assertTrue(sent > LatestSessions.SESSIONS_MAX);
        await().until(() -> door.counts().connects() >= sent);
        await().until(() -> door.sessionCount() <= LatestSessions.SESSIONS_MAX);
        try (DatagramSocket client = client("127.20.1.2")) {
            connect(client);
        }
    }

    @Test
    void portInUseIsSaidInOneLine() {
        OperationException e = assertThrows(
                OperationException.class,
                () -> UdpDoor.open(
                        List.of(address("127.20.1.1", door.ports().getFirst())), desk, InstantSource.system(), SECRET));
        assertTrue(
                String.valueOf(e.getMessage())
                        .contains("127.20.1.1 port " + door.ports().getFirst()),
                e.getMessage());
        assertTrue(String.valueOf(e.getMessage()).contains("in use"), e.getMessage());
    }

    private static DatagramSocket client(String ip) throws IOException {
        DatagramSocket client = new DatagramSocket(address(ip, 0));
        client.setSoTimeout(60_000);
        return client;
    }

    private int portFor(DatagramSocket client) {
        return door.ports().get(client.getLocalAddress().getAddress().length == 4 ? 0 : 1);
    }

    private long connect(DatagramSocket client) throws IOException {
        byte[] answer = ask(client, packet("0000041727101980 00000000 00000001"));
        return ByteBuffer.wrap(answer).getLong(8);
    }

    private static byte[] announce(long id, InfoHash infoHash, int port, long left) {
        return ByteBuffer.allocate(98)
                .putLong(id)
                .putInt(1)
                .putInt(2)
                .put(infoHash.bytes())
                .put(new byte[20])
                .putLong(0)
                .putLong(left)
                .putLong(0)
                .putInt(2)
                .putInt(0)
                .putInt(0)
                .putInt(-1)
                .putShort((short) port)
                .array();
    }

    private byte[] ask(DatagramSocket client, byte[] question) throws IOException {
        return ask(client, question, portFor(client));
    }

    private byte[] ask(DatagramSocket client, byte[] question, int port) throws IOException {
        send(client, question, port);
        return receive(client);
    }

    private static void send(DatagramSocket client, byte[] bytes, int port) throws IOException {
        InetAddress to = client.getLocalAddress().getAddress().length == 4
                ? address("127.20.1.1", port).getAddress()
                : address("::1", port).getAddress();
        client.send(new DatagramPacket(bytes, bytes.length, to, port));
    }

    private static byte[] receive(DatagramSocket client) throws IOException {
        DatagramPacket packet = new DatagramPacket(new byte[4096], 4096);
        client.receive(packet);
        return Arrays.copyOf(packet.getData(), packet.getLength());
    }
}
