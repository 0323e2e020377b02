package packhorse.core.identity;

import java.io.ByteArrayInputStream;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import packhorse.core.PlainText;
import packhorse.core.content.Sha256;
import packhorse.core.trust.CappedBody;

/**
 * Asks an authority for certificates over EST (RFC 7030).
 *
 * <p>The other end may be hostile until TLS has said otherwise: answers are bounded in length and time, redirects are not
 * followed. Everything that goes wrong is an {@link IdentityException} with one line.
 */
public final class EstClient implements AutoCloseable {
    /** A whole exchange, a slow proxy included. */
    static final Duration DEADLINE = Duration.ofSeconds(30);

    /** Three certificates have 3 KiB; a root.json 512 KiB at most, as everywhere. */
    private static final int ANSWER_BYTES_MAX = 64 * 1024;

    private static final int CATALOGUE_ROOT_BYTES_MAX = 512 * 1024;
    private static final int LINE_CHARACTERS_MAX = 300;
    private static final int STATUS_OK = 200;
    private static final String PATH = "/.well-known/est/";

    /**
     * Certificates, and what time the authority said it is; a hint, since whoever answers could say anything.
     *
     * @param certificates in the answer's order
     * @param time from the header {@code Date}
     */
    record Authorities(List<X509Certificate> certificates, Optional<Instant> time) {}

    /** The authority said no: it will say so again until somebody changes something. */
    static final class RefusedException extends RuntimeException {
        private static final long serialVersionUID = 1;

        RefusedException(String line) {
            super(line);
        }
    }

    private final URI base;
    private final HttpClient http;

    /**
     * @param base where the authority is, such as {@code https://tracker.example.org:7302}
     * @param context shows who we are, and decides whom we believe
     * @param proxy an HTTP proxy that is asked to CONNECT, if there is one
     */
    public EstClient(URI base, SSLContext context, Optional<InetSocketAddress> proxy) {
        this.base = base;
        HttpClient.Builder builder = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(DEADLINE)
                .sslContext(context)
                .sslParameters(TlsProfile.client());
        proxy.ifPresent(address -> builder.proxy(ProxySelector.of(address)));
        this.http = builder.build();
    }

    /** The authorities of the deployment, {@code /cacerts}. */
    Authorities authorities() {
        HttpResponse<byte[]> answer = send("cacerts", request("cacerts").GET(), ANSWER_BYTES_MAX);
        return new Authorities(certificates(answer.body()), time(answer.headers()));
    }

    /** The catalogue's root.json with the digest {@code wanted}; an operation of ours beside the standard's. */
    byte[] catalogueRoot(Sha256 wanted) {
        String operation = "catalogue-root/" + wanted.hex();
        byte[] found = send(operation, request(operation).GET(), CATALOGUE_ROOT_BYTES_MAX)
                .body();
        if (!Sha256.of(found).equals(wanted)) {
            throw new IdentityException(base + " gave a catalogue root that is not the one the token names;"
                    + " make a new token: packhorse ca token");
        }
        return found;
    }

    /**
     * The certificate for {@code request}, by the right of {@code token}: {@code /simpleenroll}.
     *
     * @throws RefusedException when the authority says no
     */
    X509Certificate enrol(byte[] request, JoinToken token) {
        String credentials = Base64.getEncoder()
                .encodeToString((token.id() + ":" + token.secret()).getBytes(StandardCharsets.US_ASCII));
        return issued("simpleenroll", request("simpleenroll").header("Authorization", "Basic " + credentials), request);
    }

    /**
     * The next certificate for {@code request}, by the right of the one that TLS showed: {@code /simplereenroll}.
     *
     * @throws RefusedException when the authority says no
     */
    X509Certificate reenrol(byte[] request) {
        return issued("simplereenroll", request("simplereenroll"), request);
    }

    private X509Certificate issued(String operation, HttpRequest.Builder builder, byte[] request) {
        HttpResponse<byte[]> answer = send(
                operation,
                builder.header("Content-Type", "application/pkcs10")
                        .header("Content-Transfer-Encoding", "base64")
                        .POST(BodyPublishers.ofByteArray(Base64.getMimeEncoder().encode(request))),
                ANSWER_BYTES_MAX);
        return certificates(answer.body()).getFirst();
    }

    private HttpRequest.Builder request(String operation) {
        return HttpRequest.newBuilder(base.resolve(PATH + operation)).timeout(DEADLINE);
    }

    private HttpResponse<byte[]> send(String operation, HttpRequest.Builder request, int bytesMax) {
        CompletableFuture<HttpResponse<byte[]>> answer =
                http.sendAsync(request.build(), head -> CappedBody.keeping(bytesMax));
        try {
            HttpResponse<byte[]> response = answer.get(DEADLINE.toMillis(), TimeUnit.MILLISECONDS);
            return switch (response.statusCode()) {
                case STATUS_OK -> response;
                case 400, 401, 403, 413, 429 ->
                    throw new RefusedException(line(response.body(), "status " + response.statusCode()));
                default ->
                    throw new IdentityException(base + " answers " + operation + " with status "
                            + response.statusCode() + ": "
                            + line(response.body(), "is this the address of a tracker's secure door?"));
            };
        } catch (ExecutionException e) {
            throw new IdentityException(base + " does not answer: " + reason(e.getCause()), e);
        } catch (TimeoutException e) {
            throw new IdentityException(
                    base + " did not answer within " + DEADLINE.toSeconds()
                            + " s; is it running, and does a firewall let this machine through?",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IdentityException("interrupted while asking " + base, e);
        } finally {
            answer.cancel(true);
        }
    }

    /** Why a connection failed, in words; a certificate that was refused says it itself. */
    static String reason(@Nullable Throwable fault) {
        for (Throwable cause = fault; cause != null; cause = cause.getCause()) {
            if (cause instanceof java.security.cert.CertificateException certificate
                    && certificate.getMessage() != null) {
                return certificate.getMessage();
            }
        }
        if (fault instanceof SSLException && String.valueOf(fault.getMessage()).contains("certificate_expired")) {
            return "it says that this machine's certificate expired";
        }
        if (fault instanceof java.net.ConnectException && fault.getMessage() == null) {
            return "no connection; is it running, and does a firewall let this machine through?";
        }
        return fault == null || fault.getMessage() == null ? String.valueOf(fault) : fault.getMessage();
    }

    private static String line(byte[] body, String otherwise) {
        String text =
                PlainText.line(new String(body, 0, Math.min(body.length, LINE_CHARACTERS_MAX), StandardCharsets.UTF_8));
        return text.isEmpty() || text.startsWith("<") ? otherwise : text;
    }

    private List<X509Certificate> certificates(byte[] base64) {
        try {
            byte[] der = Base64.getMimeDecoder().decode(base64);
            List<X509Certificate> found = new ArrayList<>();
            for (Certificate one :
                    CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(der))) {
                found.add((X509Certificate) one);
            }
            if (!found.isEmpty()) {
                return found;
            }
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new IdentityException(base + " answers with something that is no list of certificates", e);
        }
        throw new IdentityException(base + " answers with an empty list of certificates");
    }

    private static Optional<Instant> time(HttpHeaders headers) {
        try {
            return headers.firstValue("Date")
                    .map(date -> ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME)
                            .toInstant());
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    /** Ends what still runs, and does not wait for it. */
    @Override
    public void close() {
        http.shutdownNow();
    }
}
