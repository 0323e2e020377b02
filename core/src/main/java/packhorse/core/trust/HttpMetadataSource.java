package packhorse.core.trust;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;
import packhorse.core.topology.HostPort;
import packhorse.core.trust.TrustException.Kind;

/**
 * A repository behind one or several base URLs.
 *
 * <p>The server may be hostile. An answer is cut when it is longer than asked for (while it streams, whatever its header
 * promises), when it takes longer than the deadline, and when it brings less than the least rate in any window, so that
 * neither an endless nor a dripping answer holds the caller. Redirects are refused: the base URLs are the whole list of
 * places. Bases are tried in order; the first that has the file wins.
 *
 * <p>What comes is verified by whoever asked, so the connection need not be trusted; a deployment's servers speak mutual TLS
 * all the same, so that who is not of it learns nothing. Over an HTTP proxy, TLS goes through untouched (CONNECT, RFC 9110 §9.3.6).
 */
public final class HttpMetadataSource implements MetadataSource {
    /**
     * How patient the source is.
     *
     * @param deadline for one file from one base, 2 minutes: 16 MiB at 140 KiB/s, a full catalogue over a busy office line
     * @param window how often progress is looked at, 10 s: rides out a retransmission, not a drip
     * @param windowBytesMin what each window must bring, 10 KiB: 1 KiB/s, below it no catalogue ever arrives in time
     * @param bind the local address to connect from, if not the system's choice
     */
    public record Patience(Duration deadline, Duration window, long windowBytesMin, Optional<InetAddress> bind) {
        public static final Patience DEFAULT =
                new Patience(Duration.ofMinutes(2), Duration.ofSeconds(10), 10 * 1024, Optional.empty());

        public Patience {
            if (!window.isPositive() || deadline.compareTo(window) < 0) {
                throw new IllegalArgumentException(
                        "a deadline is at least one window, not " + deadline + " and " + window);
            }
        }

        /** The same, from the local address {@code address}. */
        public Patience boundTo(InetAddress address) {
            return new Patience(deadline, window, windowBytesMin, Optional.of(address));
        }
    }

    /**
     * How a server is reached.
     *
     * @param tls what https URLs are opened with; it also says who may answer. Absent: the Java runtime's usual authorities
     * @param proxy the HTTP proxy to go through, if there is one
     */
    public record Reach(Optional<SSLContext> tls, Optional<HostPort> proxy) {
        /** Straight, and by the authorities that the Java runtime knows. */
        public static final Reach PLAIN = new Reach(Optional.empty(), Optional.empty());

        /** Straight, with {@code tls}. */
        public static Reach by(SSLContext tls) {
            return new Reach(Optional.of(tls), Optional.empty());
        }

        /** The same, through {@code proxy} if there is one. */
        public Reach through(Optional<HostPort> proxy) {
            return new Reach(tls, proxy);
        }
    }

    private static final String[] TLS_VERSIONS = {"TLSv1.3"};

    private static final int STATUS_OK = 200;
    private static final int STATUS_NOT_FOUND = 404;
    /** Our servers' reasons are shorter; a longer one is a page of somebody else's. */
    private static final int SAID_MAX = 300;

    private final List<URI> bases;
    private final Patience patience;
    private final HttpClient http;

    /**
     * A source over {@code bases}, best first.
     *
     * @throws IllegalArgumentException when there is none, or one is not an http or https URL
     */
    public HttpMetadataSource(List<URI> bases, Patience patience) {
        this(bases, patience, Reach.PLAIN);
    }

    /**
     * A source over {@code bases}, best first, reached as {@code reach} says.
     *
     * @throws IllegalArgumentException when there is none, or one is not an http or https URL
     */
    public HttpMetadataSource(List<URI> bases, Patience patience, Reach reach) {
        this(bases.stream().map(HttpMetadataSource::directory).toList(), patience, client(patience, reach));
    }

    private HttpMetadataSource(List<URI> bases, Patience patience, HttpClient http) {
        if (bases.isEmpty()) {
            throw new IllegalArgumentException("a source needs at least one base URL");
        }
        this.bases = bases;
        this.patience = patience;
        this.http = http;
    }

    private static HttpClient client(Patience patience, Reach reach) {
        HttpClient.Builder builder = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(patience.window());
        patience.bind().ifPresent(builder::localAddress);
        reach.tls()
                .ifPresent(context -> builder.sslContext(context).sslParameters(new SSLParameters(null, TLS_VERSIONS)));
        reach.proxy()
                .map(proxy -> ProxySelector.of(InetSocketAddress.createUnresolved(proxy.host(), proxy.port())))
                .ifPresent(builder::proxy);
        return builder.build();
    }

    private static URI directory(URI base) {
        if (base.getHost() == null || !("http".equals(base.getScheme()) || "https".equals(base.getScheme()))) {
            throw new IllegalArgumentException("\"" + base + "\" is not a base URL such as http://192.0.2.10:7400/");
        }
        return base.toString().endsWith("/") ? base : URI.create(base + "/");
    }

    @Override
    public List<MetadataSource> mirrors() {
        return bases.stream()
                .<MetadataSource>map(base -> new HttpMetadataSource(List.of(base), patience, http))
                .toList();
    }

    @Override
    public Optional<byte[]> fetch(String relativePath, long lengthMax) throws IOException {
        IOException unreachable = null;
        TrustException unfit = null;
        boolean saidNone = false;
        for (URI base : bases) {
            try {
                Optional<byte[]> bytes = fetch(base.resolve(encode(relativePath)), lengthMax);
                if (bytes.isPresent()) {
                    return bytes;
                }
                saidNone = true;
            } catch (InterruptedIOException e) {
                throw e;
            } catch (IOException e) {
                unreachable = e;
            } catch (TrustException e) {
                unfit = e;
            }
        }
        if (unfit != null) {
            throw unfit;
        }
        if (!saidNone && unreachable != null) {
            throw unreachable;
        }
        return Optional.empty();
    }

    private Optional<byte[]> fetch(URI uri, long lengthMax) throws IOException {
        HttpRequest request = HttpRequest.newBuilder(uri)
                .timeout(patience.deadline().plus(patience.window()))
                .header("Accept", "application/octet-stream")
                .GET()
                .build();
        CappedBody body = CappedBody.keeping(lengthMax);
        CompletableFuture<HttpResponse<byte[]>> answer =
                http.sendAsync(request, head -> head.statusCode() == STATUS_OK ? body : CappedBody.discarding());
        try {
            HttpResponse<byte[]> response = await(uri, answer, body);
            return switch (response.statusCode()) {
                case STATUS_OK -> Optional.of(response.body());
                case STATUS_NOT_FOUND -> Optional.empty();
                default ->
                    throw new IOException(
                            uri + " answers with status " + response.statusCode() + said(response.body()));
            };
        } catch (ExecutionException e) {
            throw failure(uri, lengthMax, e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while reading " + uri);
        } finally {
            answer.cancel(true);
            body.cancel();
        }
    }

    private HttpResponse<byte[]> await(URI uri, CompletableFuture<HttpResponse<byte[]>> answer, CappedBody body)
            throws ExecutionException, InterruptedException {
        long windowsMax = patience.deadline().dividedBy(patience.window());
        long before = 0;
        for (long window = 0; window < windowsMax; window++) {
            try {
                return answer.get(patience.window().toNanos(), TimeUnit.NANOSECONDS);
            } catch (TimeoutException e) {
                long now = body.received();
                if (now - before < patience.windowBytesMin()) {
                    throw new TrustException(
                            Kind.TOO_SLOW,
                            uri + " brought " + (now - before) + " bytes in "
                                    + patience.window().toMillis() + " ms and was cut; take another source",
                            e);
                }
                before = now;
            }
        }
        throw new TrustException(
                Kind.TOO_SLOW,
                uri + " was not done after " + patience.deadline().toSeconds() + " s and was cut; take another source");
    }

    private static IOException failure(URI uri, long lengthMax, @Nullable Throwable cause) {
        if (cause instanceof CappedBody.OverflowException) {
            throw TrustException.tooLong(uri.toString(), lengthMax);
        }
        return new IOException(uri + " cannot be read: " + ConnectionTrouble.reason(cause), cause);
    }

    /** What a server gives as its reason: a short line, and nothing that would write over a terminal. */
    private static String said(byte[] body) {
        String line = new String(body, StandardCharsets.UTF_8)
                .lines()
                .findFirst()
                .orElse("")
                .replaceAll("[^ -~]", "?")
                .strip();
        return line.isEmpty() ? "" : ": " + (line.length() > SAID_MAX ? line.substring(0, SAID_MAX) + "…" : line);
    }

    /** Every element is percent-encoded, so no name can change which file is meant. */
    private static String encode(String relativePath) {
        return Arrays.stream(relativePath.split("/", -1))
                .map(element -> URLEncoder.encode(element, StandardCharsets.UTF_8)
                        .replace("+", "%20")
                        .replace("%7E", "~"))
                .collect(Collectors.joining("/"));
    }

    @Override
    public String toString() {
        return bases.stream().map(URI::toString).collect(Collectors.joining(", "));
    }
}
