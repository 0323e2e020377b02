package packhorse.core.wire;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import packhorse.core.message.FrameCodec;
import packhorse.core.message.v1.Envelope;
import packhorse.core.message.v1.Hello;

/** The other end of a session made of nothing but the JDK's TLS socket: says what a test wants, right or wrong. */
final class RawClient implements AutoCloseable {
    private final SSLSocket socket;

    private RawClient(SSLSocket socket) {
        this.socket = socket;
    }

    static RawClient connect(SSLContext context, WireServer server) throws IOException {
        return connect(context, server, null);
    }

    static RawClient connect(SSLContext context, WireServer server, @Nullable InetAddress from) throws IOException {
        InetSocketAddress to = server.addresses().getFirst();
        SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(to.getAddress(), to.getPort(), from, 0);
        socket.setSoTimeout(60_000);
        socket.startHandshake();
        return new RawClient(socket);
    }

    /** Greets and reads the Welcome. */
    RawClient greeted() throws IOException {
        send(hello(FrameCodec.VERSION, 1));
        Envelope answer = read().orElseThrow();
        if (!answer.hasWelcome()) {
            throw new IOException("not welcome: " + answer);
        }
        return this;
    }

    static Envelope hello(int version, int least) {
        return Envelope.newBuilder()
                .setVersion(version)
                .setHello(Hello.newBuilder()
                        .setVersion(version)
                        .setVersionLeast(least)
                        .addFeatures("late-feature")
                        .addFeatures("never-heard-of"))
                .build();
    }

    void send(Envelope message) throws IOException {
        FrameCodec.write(socket.getOutputStream(), message);
    }

    void send(byte[] bytes) throws IOException {
        OutputStream out = socket.getOutputStream();
        out.write(bytes);
        out.flush();
    }

    Optional<Envelope> read() throws IOException {
        return FrameCodec.read(socket.getInputStream());
    }

    /** What Goodbye says; "" when the connection just ends. */
    String farewell() {
        try {
            for (Optional<Envelope> next = read(); next.isPresent(); next = read()) {
                if (next.get().hasGoodbye()) {
                    return next.get().getGoodbye().getReason();
                }
            }
            return "";
        } catch (IOException e) {
            return "";
        }
    }

    SSLSession session() {
        return socket.getSession();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
