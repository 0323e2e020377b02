package packhorse.tracker.http;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import javax.net.ssl.SSLSession;
import packhorse.core.identity.IdentityException;
import packhorse.core.identity.RemoteIdentity;
import packhorse.tracker.enrol.EstDesk;
import packhorse.tracker.enrol.EstReply;
import packhorse.tracker.enrol.EstRequest;

/**
 * {@code /.well-known/est/…}: enrolment over EST (RFC 7030). The door reads a bounded body and says what TLS proved; what is answered
 * is decided at the {@link EstDesk}.
 */
final class EstDoor {
    private static final int TOO_LARGE = 413;

    private final EstDesk desk;

    EstDoor(EstDesk desk) {
        this.desk = desk;
    }

    void open(RoutesConfig routes) {
        String all = EstDesk.PATH + "<operation>";
        routes.get(all, this::answer);
        routes.post(all, this::answer);
    }

    private void answer(Context request) throws IOException {
        byte[] body;
        try (InputStream in = request.bodyInputStream()) {
            body = request.req().getContentLengthLong() > EstDesk.BODY_BYTES_MAX
                    ? new byte[EstDesk.BODY_BYTES_MAX + 1]
                    : in.readNBytes(EstDesk.BODY_BYTES_MAX + 1);
        }
        if (body.length > EstDesk.BODY_BYTES_MAX) {
            request.status(TOO_LARGE)
                    .header("Connection", "close")
                    .result("a certificate request has less than " + EstDesk.BODY_BYTES_MAX + " bytes\n");
            return;
        }
        EstReply reply = desk.answer(new EstRequest(
                request.method().name(),
                request.pathParam("operation"),
                Optional.ofNullable(request.header("Authorization")),
                caller(request),
                from(request),
                body));
        reply.headers().forEach(request::header);
        request.res().setCharacterEncoding(null); // PKCS #7 has none, and strict clients compare the type
        request.status(reply.status()).contentType(reply.contentType()).result(reply.body());
    }

    /** Who it is by certificate; one of a foreign form is as good as none. */
    private static Optional<RemoteIdentity> caller(Context request) {
        SSLSession session = AdmittedOnly.session(request);
        if (session == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(RemoteIdentity.of(session));
        } catch (IdentityException e) {
            return Optional.empty();
        }
    }

    private static InetAddress from(Context request) {
        try {
            return InetAddress.getByAddress(Callers.of(request).bytes());
        } catch (UnknownHostException e) {
            throw new AssertionError("4 or 16 bytes are an address", e);
        }
    }
}
