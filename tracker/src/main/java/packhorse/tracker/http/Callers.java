package packhorse.tracker.http;

import io.javalin.http.Context;
import java.net.InetAddress;
import java.net.UnknownHostException;
import packhorse.core.topology.IpAddress;

/** Who called: the address at the other end of the connection, whatever headers say. */
final class Callers {
    private Callers() {}

    static IpAddress of(Context request) {
        String address = request.req().getRemoteAddr();
        String bare = address.startsWith("[") ? address.substring(1, address.length() - 1) : address;
        int zone = bare.indexOf('%');
        try {
            return IpAddress.ofBytes(InetAddress.getByName(zone < 0 ? bare : bare.substring(0, zone))
                    .getAddress());
        } catch (UnknownHostException e) {
            throw new IllegalStateException("a connection comes from \"" + address + "\", which is no address", e);
        }
    }
}
