package packhorse.core.topology;

/**
 * Where something listens: an address and a port.
 *
 * @param ip the address
 * @param port 1 to 65535
 */
public record PeerAddress(IpAddress ip, int port) implements Comparable<PeerAddress> {
    public PeerAddress {
        if (port < 1 || port > 65535) {
            throw new IllegalArgumentException("a port is 1 to 65535, not " + port);
        }
    }

    /** @throws IllegalArgumentException unless the text is {@code a.b.c.d:port} or {@code [v6]:port} */
    public static PeerAddress parse(String text) {
        int colon = text.lastIndexOf(':');
        String host = colon < 0 ? "" : text.substring(0, colon);
        boolean bracketed = host.startsWith("[") && host.endsWith("]");
        try {
            if (colon < 0 || (host.indexOf(':') >= 0) != bracketed) {
                throw new IllegalArgumentException("no port, or an IPv6 address without brackets");
            }
            return new PeerAddress(
                    IpAddress.parse(bracketed ? host.substring(1, host.length() - 1) : host),
                    Integer.parseInt(text.substring(colon + 1)));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" is not an address and port; write 10.1.0.5:7001 or [2001:db8::5]:7001", e);
        }
    }

    @Override
    public int compareTo(PeerAddress other) {
        int byIp = ip.compareTo(other.ip);
        return byIp != 0 ? byIp : Integer.compare(port, other.port);
    }

    @Override
    public String toString() {
        return ip.isV4() ? ip + ":" + port : "[" + ip + "]:" + port;
    }
}
