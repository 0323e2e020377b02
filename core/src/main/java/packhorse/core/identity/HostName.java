package packhorse.core.identity;

import packhorse.core.topology.IpAddress;

/** Tells host names from addresses, as certificates do. */
final class HostName {
    /** What a name is. */
    enum Kind {
        DNS,
        ADDRESS
    }

    private static final int LENGTH_MAX = 253;
    private static final String LABEL = "[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?";

    private HostName() {}

    /** @throws IllegalArgumentException when it is neither */
    static Kind kind(String name) {
        if (name.indexOf(':') >= 0 || name.matches("[0-9.]+")) {
            try {
                IpAddress.parse(name);
                return Kind.ADDRESS;
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("\"" + name + "\" is no address; " + e.getMessage(), e);
            }
        }
        if (name.length() <= LENGTH_MAX && name.matches(LABEL + "(\\." + LABEL + ")*")) {
            return Kind.DNS;
        }
        throw new IllegalArgumentException(
                "\"" + name + "\" is no host name; write tracker.example.org or an address such as 192.0.2.10");
    }
}
