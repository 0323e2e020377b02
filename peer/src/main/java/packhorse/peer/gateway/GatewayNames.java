package packhorse.peer.gateway;

import java.util.Collection;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import packhorse.core.topology.IpAddress;

/**
 * What a gateway may be called. Its addresses and {@code localhost} need no mention: no name server gives them to somebody else's page. By
 * any other name a page of a stranger's site could have been led here (DNS rebinding), and for its browser this gateway would be that
 * site; so only those that the machine's owner wrote down are answered.
 *
 * @param names in small letters, without port and without the dot at the end
 */
public record GatewayNames(Set<String> names) {
    /** Addresses and {@code localhost} only. */
    public static final GatewayNames NONE = new GatewayNames(Set.of());

    private static final Pattern NAME =
            Pattern.compile("(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*");
    /** A {@code Host} as RFC 9110 has it: a name, or an address, that of IPv6 in brackets; then perhaps a port. */
    private static final Pattern HOST = Pattern.compile("(?:\\[([^\\]]*)]|([^:]*))(?::[0-9]{1,5})?");

    public GatewayNames {
        names = Set.copyOf(names);
    }

    public static GatewayNames of(Collection<String> names) {
        return new GatewayNames(new TreeSet<>(names));
    }

    /**
     * Reads one name.
     *
     * @throws IllegalArgumentException when it is none
     */
    public static String name(String text) {
        String name = plain(text);
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("\"" + text
                    + "\" is not a name that a machine can be called by; write for example depot.example.org,"
                    + " without a port");
        }
        return name;
    }

    /** Whether a request with that {@code Host} is for this gateway. */
    boolean answerTo(String host) {
        Matcher read = HOST.matcher(host);
        if (!read.matches()) {
            return false;
        }
        String address = read.group(1);
        if (address != null) {
            return address.contains(":") && isAddress(address);
        }
        String name = plain(read.group(2));
        return name.equals("localhost") || names.contains(name) || isAddress(name);
    }

    private static String plain(String text) {
        String name = text.toLowerCase(Locale.ROOT);
        return name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
    }

    private static boolean isAddress(String text) {
        try {
            var unused = IpAddress.parse(text);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
