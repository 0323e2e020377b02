package packhorse.seeder.origin;

import io.javalin.http.Context;
import io.javalin.http.Handler;
import java.io.IOException;
import java.util.Optional;
import javax.net.ssl.SSLSession;
import org.eclipse.jetty.io.EndPoint;
import org.jspecify.annotations.Nullable;
import packhorse.core.identity.Admission;

/**
 * Lets requests of machines of this deployment through. It asks for each request, not for each handshake: a connection outlives a
 * revocation, and a resumed TLS session shows its certificate to nobody. A long answer asks again while it is sent.
 */
final class AdmittedOnly {
    private static final int FORBIDDEN = 403;

    private final Admission admission;

    AdmittedOnly(Admission admission) {
        this.admission = admission;
    }

    /** Serves a request whose sender was admitted when it came. */
    @FunctionalInterface
    interface Inside {
        void handle(Context request, StillAdmitted still) throws IOException;
    }

    /** Asked in the middle of a long answer. */
    @FunctionalInterface
    interface StillAdmitted {
        /** @throws IOException when the sender is admitted no more; the answer ends in the middle */
        void check() throws IOException;
    }

    Handler to(Inside inside) {
        return request -> {
            SSLSession session = session(request);
            Optional<String> refusal = admission.refuse(session);
            if (refusal.isPresent()) {
                request.status(FORBIDDEN)
                        .header("Connection", "close")
                        .contentType("text/plain")
                        .result(refusal.get() + "\n");
                return;
            }
            inside.handle(request, () -> {
                Optional<String> since = admission.refuse(session);
                if (since.isPresent()) {
                    throw new IOException(since.get());
                }
            });
        };
    }

    private static @Nullable SSLSession session(Context request) {
        return request.req().getAttribute(EndPoint.SslSessionData.ATTRIBUTE) instanceof EndPoint.SslSessionData data
                ? data.sslSession()
                : null;
    }
}
