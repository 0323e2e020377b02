package packhorse.core.wire;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.apache.mina.core.buffer.IoBuffer;
import org.apache.mina.core.filterchain.IoFilterAdapter;
import org.apache.mina.core.session.IoSession;
import org.apache.mina.core.write.DefaultWriteRequest;
import org.apache.mina.core.write.WriteRequest;
import packhorse.core.topology.HostPort;

/**
 * Asks an HTTP proxy for a way through (CONNECT, RFC 9110 §9.3.6) and steps aside when it has one. A proxy that wants a name
 * and a password is not served: agents have none to give, and the line says what to ask the proxy's people for.
 */
final class HttpTunnel extends IoFilterAdapter {
    /** A proxy's answer with all its headers; some add a page. */
    private static final int ANSWER_BYTES_MAX = 16 << 10;

    private static final String END_OF_HEADERS = "\r\n\r\n";

    private final HostPort target;
    private final HostPort proxy;
    private final Runnable through;
    private final StringBuilder answer = new StringBuilder();
    private boolean open;

    private static final class Request extends DefaultWriteRequest {
        Request(String text) {
            super(IoBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)));
        }
    }

    /** @param through run when the way is open */
    HttpTunnel(HostPort target, HostPort proxy, Runnable through) {
        this.target = target;
        this.proxy = proxy;
        this.through = through;
    }

    @Override
    public void sessionOpened(NextFilter next, IoSession session) {
        next.sessionOpened(session);
        next.filterWrite(session, new Request("CONNECT " + target + " HTTP/1.1\r\nHost: " + target + END_OF_HEADERS));
    }

    @Override
    public void messageReceived(NextFilter next, IoSession session, Object message) throws IOException {
        if (open) {
            next.messageReceived(session, message);
            return;
        }
        IoBuffer bytes = (IoBuffer) message;
        while (bytes.hasRemaining() && answer.indexOf(END_OF_HEADERS) < 0) {
            answer.append((char) (bytes.get() & 0xff));
            if (answer.length() > ANSWER_BYTES_MAX) {
                throw new IOException("the proxy " + proxy + " answers without end; is it an HTTP proxy?");
            }
        }
        if (answer.indexOf(END_OF_HEADERS) >= 0) {
            String line = answer.substring(0, answer.indexOf("\r\n"));
            requireThrough(line);
            open = true;
            through.run();
        }
    }

    private void requireThrough(String line) throws IOException {
        String[] words = line.split(" ", 3);
        if (!line.startsWith("HTTP/") || words.length < 2) {
            throw new IOException("what answers at the proxy's address " + proxy + " is no HTTP proxy");
        }
        switch (words[1]) {
            case "200" -> {
                // The way is open.
            }
            case "407" ->
                throw new IOException(
                        "the proxy " + proxy + " wants a name and a password (407), which Packhorse has none of;"
                                + " have it let this machine CONNECT to " + target + " without");
            case "403", "405" ->
                throw new IOException("the proxy " + proxy + " does not allow CONNECT to " + target + " (" + words[1]
                        + "); have it allowed there");
            case "502", "503", "504" ->
                throw new IOException("the proxy " + proxy + " does not reach " + target + " (" + words[1] + ")");
            default -> throw new IOException("the proxy " + proxy + " answers CONNECT to " + target + " with " + line);
        }
    }

    @Override
    public void messageSent(NextFilter next, IoSession session, WriteRequest request) {
        if (!(request instanceof Request)) {
            next.messageSent(session, request);
        }
    }
}
