package packhorse.tracker.http;

import io.javalin.http.Context;
import io.javalin.http.Handler;
import java.util.Optional;
import javax.net.ssl.SSLSession;
import org.eclipse.jetty.io.EndPoint;
import org.jspecify.annotations.Nullable;
import packhorse.core.identity.Admission;

/**
 * Lets requests of machines of this deployment through. It asks for each request, not for each handshake: a connection outlives a
 * revocation, and a resumed TLS session shows its certificate to nobody.
 */
final class AdmittedOnly implements Handler {
    private static final int FORBIDDEN = 403;

    private final Admission admission;
    private final Handler inside;

    AdmittedOnly(Admission admission, Handler inside) {
        this.admission = admission;
        this.inside = inside;
    }

    @Override
    public void handle(Context request) throws Exception {
        Optional<String> refusal = admission.refuse(session(request));
        if (refusal.isPresent()) {
            request.status(FORBIDDEN).header("Connection", "close").result(refusal.get() + "\n");
            return;
        }
        inside.handle(request);
    }

    /** The TLS session that a request came in; none for plain HTTP. */
    static @Nullable SSLSession session(Context request) {
        return request.req().getAttribute(EndPoint.SslSessionData.ATTRIBUTE) instanceof EndPoint.SslSessionData data
                ? data.sslSession()
                : null;
    }
}
