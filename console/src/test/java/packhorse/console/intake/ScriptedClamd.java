package packhorse.console.intake;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import packhorse.console.intake.ScannerConfig.Where;
import packhorse.core.topology.HostPort;

/** A daemon that speaks ClamAV's protocol, knows one virus, and goes wrong as it is told. */
final class ScriptedClamd implements AutoCloseable {
    /** How it goes wrong at the commands that carry a file. */
    enum Fault {
        NONE,
        SILENT,
        CLOSES_BEFORE_IT_ANSWERS,
        CLOSES_WITHIN_THE_FILE,
        TALKS_WITHOUT_END,
        ANSWERS_HALF,
        SAYS_NONSENSE,
        SAYS_ERROR,
        SAYS_OK_OF_SOMETHING_ELSE,
        READS_NOTHING
    }

    /** As the tests configure the real one. */
    static final int STREAM_BYTES_MAX = 1 << 20;

    private final ServerSocketChannel server;
    private final Where where;
    private final Thread serving;
    private final CountDownLatch closed = new CountDownLatch(1);
    final AtomicInteger files = new AtomicInteger();
    volatile Fault fault = Fault.NONE;
    volatile int faultFromFile;
    volatile String version = "ClamAV 1.4.6";

    private ScriptedClamd(ServerSocketChannel server, Where where) {
        this.server = server;
        this.where = where;
        this.serving = Thread.ofVirtual().start(this::serve);
    }

    static ScriptedClamd local(Path folder) throws IOException {
        Path socket = folder.resolve("scripted.ctl");
        ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(socket));
        return new ScriptedClamd(server, new Where.Local(socket));
    }

    static ScriptedClamd tcp() throws IOException {
        ServerSocketChannel server = ServerSocketChannel.open();
        server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        int port = ((InetSocketAddress) server.getLocalAddress()).getPort();
        return new ScriptedClamd(server, new Where.Tcp(new HostPort("127.0.0.1", port)));
    }

    Where where() {
        return where;
    }

    private void serve() {
        while (server.isOpen()) {
            try {
                SocketChannel channel = server.accept();
                Thread.ofVirtual().start(() -> {
                    try (channel) {
                        talk(channel);
                    } catch (IOException | InterruptedException e) {
                        // The other end has gone, or this one.
                    }
                });
            } catch (IOException e) {
                return;
            }
        }
    }

    private void talk(SocketChannel channel) throws IOException, InterruptedException {
        DataInputStream in = new DataInputStream(Channels.newInputStream(channel));
        String command = command(in);
        if (command.equals("zVERSION")) {
            say(channel, version + "\0");
            return;
        }
        Fault now = files.getAndIncrement() >= faultFromFile ? fault : Fault.NONE;
        if (now == Fault.READS_NOTHING) {
            closed.await();
        }
        if (now == Fault.CLOSES_WITHIN_THE_FILE) {
            in.readInt();
            return;
        }
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        for (int length = in.readInt(); length > 0; length = in.readInt()) {
            content.write(in.readNBytes(length));
            if (content.size() > STREAM_BYTES_MAX) {
                say(channel, "INSTREAM size limit exceeded. ERROR\0");
                return;
            }
        }
        boolean infected = content.toString(StandardCharsets.ISO_8859_1)
                .contains(new String(Eicar.bytes(), StandardCharsets.ISO_8859_1));
        String answer = infected ? "stream: Eicar-Test-Signature.UNOFFICIAL FOUND\0" : "stream: OK\0";
        switch (now) {
            case SILENT -> closed.await();
            case TALKS_WITHOUT_END -> {
                while (true) {
                    say(channel, "stream: OK ".repeat(1_000));
                }
            }
            case ANSWERS_HALF -> say(channel, "stream: OK");
            case SAYS_NONSENSE -> say(channel, "who knows\u001b[2J\0");
            case SAYS_ERROR -> say(channel, "stream: Can't allocate memory ERROR\0");
            case SAYS_OK_OF_SOMETHING_ELSE -> say(channel, "stream: OK, was it?\0");
            default -> {
                if (now != Fault.CLOSES_BEFORE_IT_ANSWERS) {
                    say(channel, answer);
                }
            }
        }
    }

    private static String command(InputStream in) throws IOException {
        StringBuilder command = new StringBuilder();
        for (int c = in.read(); c > 0; c = in.read()) {
            command.append((char) c);
        }
        return command.toString();
    }

    private static void say(SocketChannel channel, String text) throws IOException {
        ByteBuffer out = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
        while (out.hasRemaining()) {
            channel.write(out);
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        try {
            // The system lets the port go when nobody waits at it any more. Only then do open connections end: who is
            // cut off and
            // comes again finds nobody, not a door that is about to shut.
            serving.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        closed.countDown();
    }
}
