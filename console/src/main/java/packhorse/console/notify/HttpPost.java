package packhorse.console.notify;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import packhorse.console.notice.Attempt;
import packhorse.core.trust.CappedBody;

/**
 * Posts JSON to a configured address: TLS proved, no redirect followed, no cookie kept, the answer's body read to a bound and thrown
 * away.
 */
final class HttpPost implements AutoCloseable {
    static final Duration CONNECT_MAX = Duration.ofSeconds(10);
    /** Standard Webhooks asks senders to wait 15 to 30 s. */
    static final Duration ANSWER_MAX = Duration.ofSeconds(30);

    private static final int GONE = 410;
    private static final Pattern LOOPBACK = Pattern.compile("127(\\.[0-9]{1,3}){3}");

    private final HttpClient http;

    /** @param trust certificates that are believed instead of the system's */
    HttpPost(Optional<Path> trust) {
        this.http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(CONNECT_MAX)
                .sslContext(Trust.context(trust))
                .build();
    }

    /**
     * Checks an address before it is used.
     *
     * @throws IllegalArgumentException with one line unless it is {@code https://…}, or {@code http://…} to this machine
     */
    static URI checked(String text) {
        URI uri;
        try {
            uri = URI.create(text.strip());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("not an address of the web", e);
        }
        String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
        String host = uri.getHost();
        boolean here = host != null
                && (host.equals("localhost")
                        || host.equals("[::1]")
                        || LOOPBACK.matcher(host).matches());
        if (host == null || uri.getUserInfo() != null || !(scheme.equals("https") || (scheme.equals("http") && here))) {
            throw new IllegalArgumentException(
                    "write https://HOST[:PORT]/PATH without a user; http:// only to this machine");
        }
        return uri;
    }

    /** @param name how messages call the other end; its address may be a secret */
    Attempt send(String name, URI uri, Map<String, String> headers, byte[] body) {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri)
                .timeout(ANSWER_MAX)
                .header("Content-Type", "application/json; charset=utf-8")
                .header("User-Agent", "packhorse")
                .POST(BodyPublishers.ofByteArray(body));
        headers.forEach(request::header);
        try {
            return outcome(name, http.send(request.build(), answer -> CappedBody.discarding()));
        } catch (SSLException e) {
            return new Attempt.Failed(name + ": TLS failed: " + e.getMessage());
        } catch (IOException e) {
            return new Attempt.Failed(name + " cannot be reached: "
                    + (e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Attempt.Failed(name + ": stopped while it was sent");
        }
    }

    private static Attempt outcome(String name, HttpResponse<byte[]> answer) {
        int status = answer.statusCode();
        if (status / 100 == 2) {
            return new Attempt.Sent();
        }
        if (status == GONE) {
            return new Attempt.Refused(name + " answered 410: it takes no more of these");
        }
        if (status / 100 == 3) {
            return new Attempt.Failed(name + " answered " + status
                    + ": it is elsewhere now, and redirects are not followed; mend its url");
        }
        return new Attempt.Failed(name + " answered " + status, retryAfter(answer));
    }

    /** Seconds only; a date is a wish of another clock. */
    private static Optional<Duration> retryAfter(HttpResponse<byte[]> answer) {
        return answer.headers()
                .firstValue("Retry-After")
                .filter(text -> text.matches("[0-9]{1,6}"))
                .map(text -> Duration.ofSeconds(Long.parseLong(text)));
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
