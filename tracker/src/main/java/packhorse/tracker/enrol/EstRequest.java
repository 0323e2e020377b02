package packhorse.tracker.enrol;

import java.net.InetAddress;
import java.util.Optional;
import packhorse.core.identity.RemoteIdentity;

/**
 * What somebody asks of the authority.
 *
 * @param method GET or POST
 * @param operation what stands after {@link EstDesk#PATH}
 * @param authorization the header of that name, whole
 * @param caller what the TLS session proved, if it proved anything; it may have expired within the renewal grace
 * @param from the address the request came from; wrong secrets are counted by it
 * @param body of the request
 */
@SuppressWarnings("ArrayRecordComponent") // carried from one end to the other, compared by nobody
public record EstRequest(
        String method,
        String operation,
        Optional<String> authorization,
        Optional<RemoteIdentity> caller,
        InetAddress from,
        byte[] body) {}
