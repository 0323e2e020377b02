package packhorse.peer.channel;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import packhorse.core.topology.HostPort;
import packhorse.core.topology.PeerAddress;

/** A way through an HTTP proxy: CONNECT (RFC 9110 §9.3.6), after which the proxy copies bytes. TLS goes through it end to end. */
final class Tunnel {
    /** A proxy's answer is a few hundred bytes. */
    private static final int ANSWER_MAX = 8 << 10;

    private Tunnel() {}

    /** Asks the proxy behind {@code socket} for a way to {@code target}; when this returns, there is one. */
    static void open(SocketChannel socket, HostPort proxy, PeerAddress target) throws IOException {
        String request = "CONNECT " + target + " HTTP/1.1\r\nHost: " + target + "\r\n\r\n";
        ByteBuffer out = ByteBuffer.wrap(request.getBytes(StandardCharsets.US_ASCII));
        while (out.hasRemaining()) {
            int written = socket.write(out);
            assert written >= 0;
        }
        String answer = head(socket);
        String status = answer.lines().findFirst().orElse("");
        if (!status.startsWith("HTTP/1.") || !status.substring(8).startsWith(" 2")) {
            throw new IOException("the proxy " + proxy + " says: " + status.strip());
        }
    }

    /** Byte by byte: what comes behind the empty line is the other end's. */
    private static String head(SocketChannel socket) throws IOException {
        StringBuilder head = new StringBuilder();
        ByteBuffer one = ByteBuffer.allocate(1);
        while (head.indexOf("\r\n\r\n") < 0) {
            if (head.length() >= ANSWER_MAX || socket.read(one.clear()) < 0) {
                throw new IOException("the proxy's answer has no end");
            }
            head.append((char) (one.get(0) & 0xff));
        }
        return head.toString();
    }
}
