package packhorse.console.cli;

import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import packhorse.core.OperationException;
import packhorse.core.UsageException;
import packhorse.core.identity.DeploymentRole;
import packhorse.core.identity.Visitor;
import packhorse.core.json.JsonException;
import packhorse.core.json.JsonFields;
import packhorse.core.json.JsonReader;

/**
 * Speaks to a console over REST. What a console refuses becomes its own line: bad input where the fault is the caller's, failed where it is
 * not. A change that was cut off before its answer came is sent once more under the same key, which the console knows again.
 */
final class ConsoleClient implements AutoCloseable {
    private static final Duration CONNECT_MAX = Duration.ofSeconds(10);

    /** Freezing the largest plan takes this long at most; everything else is much quicker. */
    private static final Duration ANSWER_MAX = Duration.ofMinutes(2);

    /**
     * Well asked and still not done: not for these roles, against a rule of the road, changed meanwhile, too often. What is left below 500 is
     * for whoever asked to mend.
     */
    private static final Set<Integer> NOT_NOW = Set.of(403, 409, 412, 429);

    private static final int KEY_BYTES = 16;
    private static final int TRIES = 2;

    private final Profile profile;
    private final HttpClient http;
    private final SecureRandom random = new SecureRandom();

    ConsoleClient(Profile profile) {
        this.profile = profile;
        HttpClient.Builder builder = HttpClient.newBuilder()
                .connectTimeout(CONNECT_MAX)
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER);
        profile.authority()
                .ifPresent(root -> builder.sslContext(
                        Visitor.context(root, Set.of(DeploymentRole.CONSOLE), InstantSource.system())));
        http = builder.build();
    }

    /**
     * What came back.
     *
     * @param version of what it is about
     */
    record Reply(int status, String body, OptionalLong version) {}

    /** Asks for something. */
    Reply get(String path) {
        return call("GET", path, Optional.empty(), OptionalLong.empty());
    }

    /** Does something new. */
    Reply post(String path, String json) {
        return call("POST", path, Optional.of(json), OptionalLong.empty());
    }

    /** Does something to what has the version {@code seen}. */
    Reply post(String path, String json, long seen) {
        return call("POST", path, Optional.of(json), OptionalLong.of(seen));
    }

    /** Any call. */
    Reply call(String method, String path, Optional<String> json, OptionalLong seen) {
        HttpRequest.Builder request = request(path).timeout(ANSWER_MAX);
        seen.ifPresent(version -> request.header("If-Match", "\"" + version + "\""));
        if (method.equals("POST") && !profile.token().isEmpty()) {
            byte[] key = new byte[KEY_BYTES];
            random.nextBytes(key);
            request.header("Idempotency-Key", HexFormat.of().formatHex(key));
        }
        json.ifPresent(body -> request.header("Content-Type", "application/json"));
        request.method(
                method,
                json.map(body -> HttpRequest.BodyPublishers.ofString(body, StandardCharsets.UTF_8))
                        .orElseGet(HttpRequest.BodyPublishers::noBody));
        HttpResponse<String> answer = send(request.build(), HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
        if (answer.statusCode() >= 400) {
            throw refused(answer.statusCode(), answer.body());
        }
        return new Reply(answer.statusCode(), answer.body(), version(answer));
    }

    /** Sends a file's text as a body of that type. */
    Reply send(String method, String path, String mediaType, byte[] body, OptionalLong seen) {
        HttpRequest.Builder request = request(path).timeout(ANSWER_MAX).header("Content-Type", mediaType);
        seen.ifPresent(version -> request.header("If-Match", "\"" + version + "\""));
        request.method(method, HttpRequest.BodyPublishers.ofByteArray(body));
        HttpResponse<String> answer = send(request.build(), HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
        if (answer.statusCode() >= 400) {
            throw refused(answer.statusCode(), answer.body());
        }
        return new Reply(answer.statusCode(), answer.body(), version(answer));
    }

    /** Asks for something long, which is read as it comes; the caller closes it. */
    InputStream stream(String path, String accept) {
        HttpRequest request = request(path).header("Accept", accept).build();
        HttpResponse<InputStream> answer = send(request, HttpResponse.BodyHandlers.ofInputStream());
        if (answer.statusCode() >= 400) {
            try (InputStream body = answer.body()) {
                throw refused(answer.statusCode(), new String(body.readAllBytes(), StandardCharsets.UTF_8));
            } catch (IOException e) {
                throw refused(answer.statusCode(), "");
            }
        }
        return answer.body();
    }

    private HttpRequest.Builder request(String path) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(address() + path));
        if (!profile.token().isEmpty()) {
            request.header("Authorization", "Bearer " + profile.token());
        }
        return request;
    }

    private String address() {
        String text = profile.server().toString();
        return text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
    }

    private <T> HttpResponse<T> send(HttpRequest request, HttpResponse.BodyHandler<T> handler) {
        for (int tries = 1; ; tries++) {
            try {
                return http.send(request, handler);
            } catch (HttpTimeoutException | ConnectException e) {
                throw new OperationException(
                        "the console at " + profile.server()
                                + " does not answer; is it running, and is this its address?",
                        e);
            } catch (IOException e) {
                boolean again = request.method().equals("GET")
                        || request.headers().firstValue("Idempotency-Key").isPresent();
                if (!again || tries == TRIES) {
                    throw new OperationException(
                            "the line to the console at " + profile.server() + " broke: " + e.getMessage(), e);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new OperationException("interrupted while the console at " + profile.server() + " was asked", e);
            }
        }
    }

    private static OptionalLong version(HttpResponse<?> answer) {
        return answer.headers()
                .firstValue("ETag")
                .map(tag -> tag.replace("\"", ""))
                .filter(tag -> tag.matches("[0-9]{1,18}"))
                .map(tag -> OptionalLong.of(Long.parseLong(tag)))
                .orElseGet(OptionalLong::empty);
    }

    private RuntimeException refused(int status, String body) {
        String line = detail(body).orElse("the console at " + profile.server() + " answered with status " + status);
        if (status == 401) {
            return new UsageException(line + "; log in with packhorse login " + profile.server());
        }
        return status >= 500 || NOT_NOW.contains(status) ? new OperationException(line) : new UsageException(line);
    }

    /** The line of a problem document (RFC 9457). */
    private static Optional<String> detail(String body) {
        try {
            JsonFields problem = JsonFields.of(JsonReader.parse(body.getBytes(StandardCharsets.UTF_8)), "the answer")
                    .ignoreUnknown();
            return problem.optionalString("detail").or(() -> problem.optionalString("title"));
        } catch (JsonException e) {
            return Optional.empty();
        }
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
