package packhorse.core.message;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import packhorse.core.message.v1.AgentReport;
import packhorse.core.message.v1.Assignment;
import packhorse.core.message.v1.Endpoint;
import packhorse.core.message.v1.Envelope;
import packhorse.core.message.v1.LocalReply;
import packhorse.core.message.v1.Progress;
import packhorse.core.message.v1.Refusal;
import packhorse.core.message.v1.Role;
import packhorse.core.message.v1.SwarmAssignment;
import packhorse.core.message.v1.SwarmState;
import packhorse.core.testing.Cases;

class FrameCodecTest {
    @Test
    void everyMessageSurvivesTheRoundTrip() {
        Cases.run(300, random -> {
            Envelope envelope = envelope(random);
            byte[] frame = FrameCodec.encode(envelope);
            assertEquals(envelope, decode(frame).orElseThrow());
            assertEquals(Optional.of(envelope), read(new ByteArrayInputStream(frame)));
        });
    }

    @Test
    void aTruncatedFrameIsRefusedWhereverItEnds() {
        Cases.run(20, random -> {
            byte[] frame = FrameCodec.encode(envelope(random));
            for (int length = 0; length < frame.length; length++) {
                byte[] part = Arrays.copyOf(frame, length);
                assertThrows(FrameException.class, () -> FrameCodec.decode(part));
                if (length > 0) {
                    assertThrows(FrameException.class, () -> FrameCodec.read(new ByteArrayInputStream(part)));
                }
            }
            byte[] longer = Arrays.copyOf(frame, frame.length + 1);
            assertThrows(FrameException.class, () -> FrameCodec.decode(longer));
        });
    }

    @Test
    void anyFlippedBitIsRefused() {
        Cases.run(30, random -> {
            byte[] frame = FrameCodec.encode(envelope(random));
            for (int bit = 0; bit < frame.length * 8; bit++) {
                byte[] flipped = Cases.withFlippedBit(frame, bit);
                assertThrows(FrameException.class, () -> FrameCodec.decode(flipped));
                assertThrows(FrameException.class, () -> FrameCodec.read(new ByteArrayInputStream(flipped)));
            }
        });
    }

    @Test
    void garbageIsRefusedAndNeverAnythingElse() {
        Cases.run(3_000, random -> {
            byte[] body = Cases.bytes(random, random.nextInt(1, 60));
            decode(framed(body)).ifPresent(read -> assertNotEquals(0, read.getVersion()));
            decode(body);
        });
    }

    @Test
    void aLengthIsJudgedBeforeAnythingIsRead() {
        byte[] huge = {0x7f, -1, -1, -1, 0, 0, 0, 0};
        byte[] negative = {-1, -1, -1, -1, 0, 0, 0, 0};
        byte[] zero = new byte[8];
        byte[] justTooLong =
                ByteBuffer.allocate(8).putInt(FrameCodec.FRAME_BYTES_MAX + 1).array();
        byte[] http = "HTTP/1.1 400".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        for (byte[] header : new byte[][] {huge, negative, zero, justTooLong, http}) {
            InputStream neverEnding =
                    new java.io.SequenceInputStream(new ByteArrayInputStream(header), InputStream.nullInputStream());
            FrameException refusal = assertThrows(FrameException.class, () -> FrameCodec.read(neverEnding));
            assertTrue(
                    String.valueOf(refusal.getMessage()).contains("the most is " + FrameCodec.FRAME_BYTES_MAX),
                    refusal.getMessage());
        }
    }

    @Test
    void aMessageTooLongToReadIsNotWritten() {
        Envelope envelope = Envelope.newBuilder()
                .setVersion(FrameCodec.VERSION)
                .setRefusal(Refusal.newBuilder().setReason("x".repeat(FrameCodec.FRAME_BYTES_MAX)))
                .build();
        assertThrows(IllegalArgumentException.class, () -> FrameCodec.encode(envelope));
        assertThrows(
                IllegalArgumentException.class,
                () -> FrameCodec.encode(envelope.toBuilder().setVersion(0).build()));
    }

    @Test
    void aFrameWithoutVersionOrKnownMessageIsRefused() {
        byte[] unversioned = framed(new byte[] {0x22, 0});
        assertEquals(
                "a frame does not say its version",
                assertThrows(FrameException.class, () -> FrameCodec.decode(unversioned))
                        .getMessage());
        // Version 9 with field 100, which nobody has given a meaning yet.
        byte[] newer = framed(new byte[] {8, 9, (byte) 0xa0, 6, 1});
        assertEquals(
                "a frame of version 9 holds no message that version 2 knows",
                assertThrows(FrameException.class, () -> FrameCodec.decode(newer))
                        .getMessage());
    }

    /** Frames as the first version wrote them; field numbers are never reused, so they are read for ever. */
    @Test
    void recordedFramesOfVersionOneAreRead() throws IOException {
        byte[] report = HexFormat.of()
                .parseHex("0000005c094fc38a080112580a100102030405060708090a0b0c0d0e0f101002180322090a047f0a"
                        + "010110d9362a2f0a20000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e"
                        + "1f10071808200128808080808020380540b0ea01");
        Envelope read = FrameCodec.decode(report);
        assertEquals(1, read.getVersion());
        assertEquals(2, read.getAgentReport().getIncarnation());
        assertEquals(3, read.getAgentReport().getSequence());
        assertEquals(7, read.getAgentReport().getSwarms(0).getPiecesHave());
        assertEquals(8, read.getAgentReport().getSwarms(0).getPiecesTotal());
        assertTrue(read.getAgentReport().getSwarms(0).getWants());
        assertEquals(1L << 40, read.getAgentReport().getSwarms(0).getWanBytesIn());
        assertEquals(7001, read.getAgentReport().getListen(0).getPort());
        assertArrayEquals(report, FrameCodec.encode(read));
        byte[] refusal = HexFormat.of().parseHex("000000091a6f8350080122050a016e1001");
        assertEquals("n", FrameCodec.decode(refusal).getRefusal().getReason());
        assertTrue(FrameCodec.decode(refusal).getRefusal().getRetry());
    }

    @Test
    void framesFollowEachOtherOverASocketUntilItsCleanEnd() throws Exception {
        try (ServerSocketChannel server =
                        ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getByName("127.10.1.1"), 0));
                SocketChannel client = SocketChannel.open(server.getLocalAddress());
                SocketChannel accepted = server.accept()) {
            Envelope first = refusal("first");
            Envelope second = refusal("s".repeat(1 << 20));
            Thread writer = Thread.ofVirtual().start(() -> {
                try (client) {
                    FrameCodec.write(client, first);
                    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
                    FrameCodec.write(bytes, second);
                    Channels.newOutputStream(client).write(bytes.toByteArray());
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            });
            InputStream in = Channels.newInputStream(accepted);
            assertEquals(Optional.of(first), FrameCodec.read(in));
            assertEquals(Optional.of(second), FrameCodec.read(in));
            assertEquals(Optional.empty(), FrameCodec.read(in));
            writer.join();
        }
    }

    @Test
    void equalMessagesHaveEqualFrames() {
        assertArrayEquals(FrameCodec.encode(refusal("x")), FrameCodec.encode(refusal("x")));
    }

    /** A frame with a right check sum, whatever its body. */
    private static byte[] framed(byte[] body) {
        CRC32C sum = new CRC32C();
        sum.update(ByteBuffer.allocate(4).putInt(body.length).flip());
        sum.update(body);
        return ByteBuffer.allocate(8 + body.length)
                .putInt(body.length)
                .putInt((int) sum.getValue())
                .put(body)
                .array();
    }

    private static Optional<Envelope> decode(byte[] frame) {
        try {
            return Optional.of(FrameCodec.decode(frame));
        } catch (FrameException e) {
            assertEquals(1, String.valueOf(e.getMessage()).lines().count(), e.getMessage());
            return Optional.empty();
        }
    }

    private static Optional<Envelope> read(InputStream in) {
        try {
            return FrameCodec.read(in);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static Envelope refusal(String reason) {
        return Envelope.newBuilder()
                .setVersion(FrameCodec.VERSION)
                .setRefusal(Refusal.newBuilder().setReason(reason))
                .build();
    }

    private static Envelope envelope(RandomGenerator random) {
        Envelope.Builder envelope = Envelope.newBuilder().setVersion(random.nextInt(1, 300));
        switch (random.nextInt(4)) {
            case 0 -> {
                AgentReport.Builder report = AgentReport.newBuilder()
                        .setAgentId(ByteString.copyFrom(Cases.bytes(random, 16)))
                        .setIncarnation(random.nextLong())
                        .setLeaving(random.nextBoolean());
                for (int i = random.nextInt(4); i > 0; i--) {
                    report.addListen(endpoint(random))
                            .addSwarms(SwarmState.newBuilder()
                                    .setPack(ByteString.copyFrom(Cases.bytes(random, 32)))
                                    .setPiecesHave(random.nextInt(1000))
                                    .setWanBytesIn(random.nextLong()));
                }
                envelope.setAgentReport(report);
            }
            case 1 ->
                envelope.setAssignment(Assignment.newBuilder()
                        .setRevision(random.nextLong())
                        .setSite("site-" + random.nextInt(9))
                        .addSwarms(SwarmAssignment.newBuilder()
                                .setRole(Role.forNumber(random.nextInt(5)))
                                .addAllow(endpoint(random))));
            case 2 ->
                envelope.setRefusal(Refusal.newBuilder()
                        .setReason("ä".repeat(random.nextInt(200)))
                        .setRetry(random.nextBoolean()));
            default ->
                envelope.setLocalReply(LocalReply.newBuilder()
                        .setProgress(Progress.newBuilder().setPhase("fetching").setBytesHave(random.nextLong())));
        }
        return envelope.build();
    }

    private static Endpoint endpoint(RandomGenerator random) {
        return Endpoint.newBuilder()
                .setIp(ByteString.copyFrom(Cases.bytes(random, random.nextBoolean() ? 4 : 16)))
                .setPort(random.nextInt(65_536))
                .build();
    }
}
