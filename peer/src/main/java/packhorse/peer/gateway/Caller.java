package packhorse.peer.gateway;

import io.javalin.http.Context;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What can be known of who asks. A browser says for whom it asks ({@code Sec-Fetch-Site}, {@code Sec-Fetch-Mode}, {@code Sec-Fetch-Dest};
 * W3C Fetch Metadata), an older one, and one that asks an address beyond this machine without TLS, only which page does
 * ({@code Origin}, {@code Referer}). For an origin that a stranger's name server calls by a stranger's name (DNS rebinding) the page is
 * itself; there the name that stands in {@code Host} tells.
 *
 * <p>The limit: a page may keep its own name to itself. In a browser that says nothing else it can then have something fetched, and not
 * read it.
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
        if (site != null) {
            return !site.equals("same-origin") && !site.equals("none");
        }
        String own = "http://" + context.header("Host");
        String origin = context.header("Origin");
        String page = context.header("Referer");
        return (origin != null && !origin.equalsIgnoreCase(own))
                || (page != null && !page.isEmpty() && !isIn(own, page) && !page.equalsIgnoreCase(own));
    }

    private static boolean isIn(String origin, String page) {
        return page.regionMatches(true, 0, origin + "/", 0, origin.length() + 1);
    }

    /** Whether somebody followed a link. */
    static boolean follows(Context context) {
        return follows(
                context.header("Sec-Fetch-Mode"),
                context.header("Sec-Fetch-Dest"),
                context.header("Upgrade-Insecure-Requests"),
                ourEnd(context).getAddress().isLoopbackAddress());
    }

    /**
     * Whether that is what a browser says of a followed link. A page's frame is led somewhere too, and nobody sees it. Of addresses beyond
     * this machine no browser says more without TLS than that it wants a page; of this machine's they do.
     */
    static boolean follows(
            @Nullable String mode, @Nullable String destination, @Nullable String upgrade, boolean loopback) {
        if (mode == null) {
            return "1".equals(upgrade) && !loopback;
        }
        return mode.equals("navigate") && (destination == null || destination.equals("document"));
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
