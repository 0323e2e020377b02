package packhorse.peer.gateway;

import io.javalin.http.Context;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What can be known of who asks. A browser says for whom it asks ({@code Sec-Fetch-Site}, {@code Sec-Fetch-Mode}; W3C Fetch Metadata), but
 * for an origin that a stranger's name server calls by a stranger's name (DNS rebinding) the page is itself; there the name that stands
 * in {@code Host} tells.
 */
final class Caller {
    private static final Pattern LOOPBACK =
            Pattern.compile("(localhost|127(?:\\.[0-9]{1,3}){3}|\\[::1])(?::[0-9]{1,5})?", Pattern.CASE_INSENSITIVE);

    private Caller() {}

    static boolean isHere(Context context) {
        InetAddress address = theirEnd(context).getAddress();
        return address != null && address.isLoopbackAddress();
    }

    // Addresses in numbers, so nothing is looked up.

    static InetSocketAddress theirEnd(Context context) {
        return new InetSocketAddress(
                context.req().getRemoteAddr(), context.req().getRemotePort());
    }

    static InetSocketAddress ourEnd(Context context) {
        return new InetSocketAddress(context.req().getLocalAddr(), context.req().getLocalPort());
    }

    /** Whether it called a loopback by its name or address. */
    static boolean saysLoopback(Context context) {
        String host = context.header("Host");
        return host != null && LOOPBACK.matcher(host).matches();
    }

    /** Whether a page of another origin asks, as far as the browser says. */
    static boolean isForeign(Context context) {
        String site = context.header("Sec-Fetch-Site");
        return site != null && !site.equals("same-origin") && !site.equals("none");
    }

    /** Whether somebody followed a link. */
    static boolean follows(Context context) {
        return "navigate".equals(context.header("Sec-Fetch-Mode"));
    }

    /**
     * Why it gets no content. Whoever follows a link gets it, as a file that no page can read. Whoever says no name at all is no browser.
     *
     * @param own what this gateway may be called
     */
    static Optional<String> mayNotFetch(Context context, GatewayNames own) {
        if (isForeign(context) && !follows(context)) {
            return Optional.of("another site's page may not ask this");
        }
        String host = context.header("Host");
        if (host != null && !own.answerTo(host)) {
            return Optional.of(
                    "this gateway answers to its address, not to that name; call it by its address, or name it in"
                            + " gatewayNames: of its peer.yaml");
        }
        return Optional.empty();
    }
}
