package packhorse.peer.agent;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import packhorse.core.OperationException;
import packhorse.core.UsageException;
import packhorse.core.message.FrameCodec;
import packhorse.core.message.v1.AgentStatus;
import packhorse.core.message.v1.Assignment;
import packhorse.core.message.v1.Envelope;
import packhorse.core.message.v1.LocalReply;
import packhorse.core.message.v1.LocalRequest;
import packhorse.core.message.v1.Progress;
import packhorse.core.message.v1.Status;
import packhorse.peer.cli.AgentSocket;

@Timeout(180)
@SuppressWarnings("try") // A door is open for as long as its block, whether or not the block names it.
final class LocalDoorTest {
    private static final LocalRequest STATUS =
            LocalRequest.newBuilder().setStatus(Status.getDefaultInstance()).build();
    private Path socket = Path.of("unset");

    @BeforeEach
    void shortPath() throws IOException {
        // Socket paths have 108 bytes at most.
        socket = Files.createTempDirectory("ph").resolve("agent.sock");
    }

    @AfterEach
    void cleanUp() throws IOException {
        Files.deleteIfExists(socket);
        Files.deleteIfExists(socket.getParent());
    }

    @Test
    void onlyTheOwnerMayConnect() throws IOException {
        try (LocalDoor door = LocalDoor.open(socket, LocalDoorTest::answers)) {
            assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(door.path())));
            assertEquals("here", ask().getFirst().getStatus().getSite());
        }
        assertFalse(Files.exists(socket));
        assertTrue(assertThrows(OperationException.class, this::ask).toString().contains("no agent listens at"));
    }

    @Test
    void aSocketThatADeadAgentLeftIsReplaced() throws IOException {
        try (ServerSocketChannel dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            dead.bind(UnixDomainSocketAddress.of(socket));
        }
        assertTrue(Files.exists(socket));
        try (LocalDoor door = LocalDoor.open(socket, LocalDoorTest::answers)) {
            assertEquals("here", ask().getFirst().getStatus().getSite());
        }
    }

    @Test
    void aSocketInUseAndAFileInTheWayAreRefused() throws IOException {
        try (LocalDoor door = LocalDoor.open(socket, LocalDoorTest::answers)) {
            UsageException inUse =
                    assertThrows(UsageException.class, () -> LocalDoor.open(socket, LocalDoorTest::answers));
            assertTrue(inUse.toString().contains("in use by another agent"), inUse.toString());
            assertEquals("here", ask().getFirst().getStatus().getSite());
        }
        Files.writeString(socket, "precious");
        assertThrows(UsageException.class, () -> LocalDoor.open(socket, LocalDoorTest::answers));
        assertEquals("precious", Files.readString(socket));
    }

    @Test
    void hostileFramesCloseTheirConnectionAndNothingElse() throws IOException {
        byte[] good = FrameCodec.encode(envelope(STATUS));
        List<byte[]> hostile = new ArrayList<>();
        hostile.add(new byte[] {0x7f, 0, 0, 0});
        hostile.add(new byte[] {(byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff});
        hostile.add(new byte[] {0, 0, 0, 0});
        hostile.add("GET / HTTP/1.1\r\n\r\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        hostile.add(FrameCodec.encode(Envelope.newBuilder()
                .setVersion(1)
                .setAssignment(Assignment.getDefaultInstance())
                .build()));
        hostile.add(FrameCodec.encode(envelope(LocalRequest.getDefaultInstance())));
        long seed = 20261121;
        Random random = new Random(seed);
        for (int i = 0; i < 50; i++) {
            byte[] noise = new byte[1 + random.nextInt(64)];
            random.nextBytes(noise);
            hostile.add(noise);
        }
        try (LocalDoor door = LocalDoor.open(socket, LocalDoorTest::answers);
                SocketChannel bystander = connect()) {
            for (byte[] bytes : hostile) {
                try (SocketChannel channel = connect()) {
                    write(channel, bytes);
                    channel.shutdownOutput();
                    readToTheEnd(channel, seed);
                }
            }
            write(bystander, good);
            assertEquals(
                    "here",
                    read(bystander).orElseThrow().getLocalReply().getStatus().getSite());
        }
    }

    @Test
    void aSecondRequestBeforeTheLastReplyEndsTheConnection() throws IOException {
        try (LocalDoor door = LocalDoor.open(socket, (request, sink) -> {});
                SocketChannel channel = connect()) {
            write(channel, FrameCodec.encode(envelope(STATUS)));
            write(channel, FrameCodec.encode(envelope(STATUS)));
            assertTrue(read(channel).orElseThrow().getLocalReply().hasFailed());
            assertEquals(Optional.empty(), read(channel));
        }
    }

    @Test
    void aClientThatDoesNotReadIsSentOnlyTheNewestProgress() throws IOException {
        List<ReplySink> sinks = new ArrayList<>();
        try (LocalDoor door = LocalDoor.open(socket, (request, sink) -> sinks.add(sink));
                SocketChannel channel = connect()) {
            write(channel, FrameCodec.encode(envelope(STATUS)));
            await().until(() -> !sinks.isEmpty());
            String phase = "x".repeat(10_000);
            int sent = 10_000;
            for (int i = 1; i <= sent; i++) {
                sinks.getFirst()
                        .send(LocalReply.newBuilder()
                                .setProgress(
                                        Progress.newBuilder().setPhase(phase).setBytesHave(i))
                                .build());
            }
            sinks.getFirst().send(LocalDoor.done());
            int got = 0;
            for (Optional<Envelope> next = read(channel);
                    !next.orElseThrow().getLocalReply().hasDone();
                    next = read(channel)) {
                got++;
            }
            assertTrue(got < sent / 2, "all of it waited in memory: " + got);
        }
    }

    @Test
    void silentConnectionsGiveWayAndBusyOnesAreABound() throws IOException {
        try (LocalDoor door = LocalDoor.open(socket, (request, sink) -> {
            if (request.hasAvailable()) {
                return;
            }
            answers(request, sink);
        })) {
            List<SocketChannel> silent = new ArrayList<>();
            for (int i = 0; i < LocalDoor.CONNECTIONS_MAX + 20; i++) {
                silent.add(connect());
            }
            assertEquals("here", ask().getFirst().getStatus().getSite());
            for (SocketChannel each : silent) {
                each.close();
            }
            List<SocketChannel> busy = new ArrayList<>();
            await().untilAsserted(() ->
                    assertEquals("here", ask().getFirst().getStatus().getSite()));
            byte[] pending = FrameCodec.encode(envelope(LocalRequest.newBuilder()
                    .setAvailable(packhorse.core.message.v1.Available.getDefaultInstance())
                    .build()));
            // A connection that finds the door full already is closed before it can ask; the next one tells.
            await().ignoreExceptionsInstanceOf(IOException.class).untilAsserted(() -> {
                SocketChannel channel = connect();
                busy.add(channel);
                write(channel, pending);
                OperationException full = assertThrows(OperationException.class, this::ask);
                assertTrue(full.toString().contains("already answers"), full.toString());
            });
            for (SocketChannel each : busy) {
                each.close();
            }
            await().untilAsserted(() ->
                    assertEquals("here", ask().getFirst().getStatus().getSite()));
        }
    }

    private static void answers(LocalRequest request, ReplySink sink) {
        sink.send(LocalReply.newBuilder()
                .setStatus(AgentStatus.newBuilder().setSite("here"))
                .build());
        sink.send(LocalDoor.done());
    }

    private List<LocalReply> ask() {
        List<LocalReply> replies = new ArrayList<>();
        new AgentSocket(socket).ask(STATUS, replies::add);
        return replies;
    }

    private SocketChannel connect() throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        channel.connect(UnixDomainSocketAddress.of(socket));
        return channel;
    }

    private static void write(SocketChannel channel, byte[] bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }

    private static Optional<Envelope> read(SocketChannel channel) throws IOException {
        return FrameCodec.read(Channels.newInputStream(channel));
    }

    private static void readToTheEnd(SocketChannel channel, long seed) throws IOException {
        InputStream in = Channels.newInputStream(channel);
        try {
            for (Optional<Envelope> next = FrameCodec.read(in); next.isPresent(); next = FrameCodec.read(in)) {
                assertTrue(next.get().getLocalReply().hasFailed(), "seed " + seed + ": " + next.get());
            }
        } catch (java.net.SocketException e) {
            assertTrue(String.valueOf(e.getMessage()).contains("reset"), "seed " + seed + ": " + e);
        }
    }

    private static Envelope envelope(LocalRequest request) {
        return Envelope.newBuilder().setVersion(1).setLocalRequest(request).build();
    }
}
