package packhorse.core.config;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import packhorse.core.topology.IpAddress;

/** Reads addresses to listen on; unlike those of peers they may have port 0, for any that is free. */
public final class ListenAddress {
    private static final int PORT_MAX = 65_535;

    private ListenAddress() {}

    /** All IPv4 addresses of this machine. */
    public static List<InetSocketAddress> everywhere(int port) {
        return List.of(parse("0.0.0.0:" + port));
    }

    /** @throws IllegalArgumentException unless the text is {@code a.b.c.d:port} or {@code [v6]:port} */
    public static InetSocketAddress parse(String text) {
        int colon = text.lastIndexOf(':');
        String host = colon < 0 ? "" : text.substring(0, colon);
        boolean bracketed = host.startsWith("[") && host.endsWith("]");
        try {
            int port = Integer.parseInt(text.substring(colon + 1));
            if (colon > 0 && port >= 0 && port <= PORT_MAX && (host.indexOf(':') >= 0) == bracketed) {
                IpAddress ip = IpAddress.parse(bracketed ? host.substring(1, host.length() - 1) : host);
                return new InetSocketAddress(InetAddress.getByAddress(ip.bytes()), port);
            }
        } catch (UnknownHostException | IllegalArgumentException e) {
            throw malformed(text, e);
        }
        throw malformed(text, null);
    }

    private static IllegalArgumentException malformed(String text, @org.jspecify.annotations.Nullable Exception cause) {
        return new IllegalArgumentException(
                "\"" + text + "\" is not an address to listen on; write 0.0.0.0:7300 or [::]:7300", cause);
    }
}
