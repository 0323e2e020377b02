package packhorse.core.topology;

import java.util.regex.Pattern;

/**
 * Where a service is reached: the name or the address of a machine, and a port. Unlike a {@link PeerAddress} it may be a name,
 * which whoever connects looks up each time anew.
 *
 * @param host a DNS name, or an IP address without brackets
 * @param port 1 to 65535
 */
public record HostPort(String host, int port) {
    /** RFC 1123's labels; an underscore is let through because networks have such names. */
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_]([A-Za-z0-9_.-]{0,251}[A-Za-z0-9_])?");

    public HostPort {
        if (port < 1 || port > 65535) {
            throw new IllegalArgumentException("a port is 1 to 65535, not " + port);
        }
        if (host.indexOf(':') >= 0) {
            host = IpAddress.parse(host).toString();
        } else if (!NAME.matcher(host).matches()) {
            throw new IllegalArgumentException("\"" + host + "\" is not the name or the address of a machine");
        }
    }

    /**
     * Reads {@code host:port}, where an IPv6 address stands in brackets.
     *
     * @param portUsual shown in the message of a text that is none
     * @throws IllegalArgumentException with one line that shows how to write it
     */
    public static HostPort parse(String text, int portUsual) {
        int colon = text.lastIndexOf(':');
        String host = colon < 0 ? "" : text.substring(0, colon);
        boolean bracketed = host.startsWith("[") && host.endsWith("]");
        try {
            if (colon <= 0 || (host.indexOf(':') >= 0) != bracketed) {
                throw new IllegalArgumentException("no port, or an IPv6 address without brackets");
            }
            return new HostPort(
                    bracketed ? host.substring(1, host.length() - 1) : host,
                    Integer.parseInt(text.substring(colon + 1)));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" is not host and port; write tracker.example.org:" + portUsual + ", 192.0.2.10:"
                            + portUsual + " or [2001:db8::5]:" + portUsual,
                    e);
        }
    }

    /** As it stands in a URL. */
    @Override
    public String toString() {
        return host.indexOf(':') >= 0 ? "[" + host + "]:" + port : host + ":" + port;
    }
}
