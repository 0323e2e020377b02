package packhorse.seeder.publish;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import packhorse.core.OperationException;
import packhorse.core.UsageException;
import packhorse.core.content.Sha256;
import packhorse.core.identity.TlsProfile;
import packhorse.core.json.CanonicalJson;
import packhorse.core.json.Json;
import packhorse.core.json.JsonException;
import packhorse.core.json.JsonFields;
import packhorse.core.json.JsonReader;
import packhorse.core.trust.ConnectionTrouble;
import packhorse.core.trust.MetadataSource;
import packhorse.core.trust.SigningKey;
import packhorse.core.trust.TrustException;
import packhorse.seeder.sign.SignedRequest;

/**
 * A publisher's session at an origin's upload door: every request signed. It is also where a publisher reads the catalogue that it
 * signs upon: it holds a key that the catalogue names, not a certificate as machines do. The origin proves itself by TLS. A request whose answer was lost is not repeated here;
 * the door's requests are all safe to ask again with a new sequence, and a publish that failed is taken up by the next one.
 */
final class OriginClient implements MetadataSource, AutoCloseable {
    /** A chunk of 8 MiB takes this long at 70 kB/s. */
    private static final Duration ANSWER_MAX = Duration.ofMinutes(2);

    private static final Duration CONNECT_MAX = Duration.ofSeconds(10);
    private static final int ANSWER_BYTES_MAX = 64 << 10;
    private static final int OK = 200;
    private static final int NOT_FOUND = 404;
    private static final int CONFLICT = 409;
    private static final int UNACCEPTABLE = 422;

    private final URI base;
    private final SigningKey key;
    private final HttpClient http;
    private final String session;
    private final String nonce;
    private long sequence;

    /**
     * Opens a session for {@code key} at {@code base}.
     *
     * @param tls says who may answer
     */
    OriginClient(URI base, SigningKey key, SSLContext tls) {
        this.base = base;
        this.key = key;
        this.http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(CONNECT_MAX)
                .sslContext(tls)
                .sslParameters(TlsProfile.client())
                .build();
        byte[] body = json("key", new Json.JsonString(key.publicKey().hex()));
        JsonFields opening = succeed(send(
                request("/publish/sessions")
                        .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                        .build(),
                ANSWER_BYTES_MAX));
        this.session = opening.string("session");
        this.nonce = opening.string("nonce");
    }

    /** What the origin said. */
    static final class Answer {
        private final int status;
        private final byte[] body;

        private Answer(int status, byte[] body) {
            this.status = status;
            this.body = body;
        }

        boolean isConflict() {
            return status == CONFLICT;
        }
    }

    /** Sends a signed request and requires that it succeeds. */
    JsonFields call(String method, String path, byte[] body) {
        return succeed(ask(method, path, body));
    }

    /** Sends a signed request. */
    Answer ask(String method, String path, byte[] body) {
        return ask(method, path, body, ANSWER_BYTES_MAX);
    }

    private Answer ask(String method, String path, byte[] body, long bytesMax) {
        sequence++;
        Sha256 digest = Sha256.of(body);
        byte[] signature = key.sign(new SignedRequest(method, path, nonce, sequence, digest).bytes());
        return send(
                request(path)
                        .header(SignedRequest.SESSION_HEADER, session)
                        .header(SignedRequest.SEQUENCE_HEADER, Long.toString(sequence))
                        .header(SignedRequest.BODY_HEADER, digest.hex())
                        .header(SignedRequest.SIGNATURE_HEADER, HexFormat.of().formatHex(signature))
                        .method(method, HttpRequest.BodyPublishers.ofByteArray(body))
                        .build(),
                bytesMax);
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(base.resolve(path)).timeout(ANSWER_MAX);
    }

    @Override
    public Optional<byte[]> fetch(String relativePath, long lengthMax) {
        Answer answer = ask("POST", "/publish/catalogue", json("file", new Json.JsonString(relativePath)), lengthMax);
        if (answer.status == OK) {
            if (answer.body.length > lengthMax) {
                throw TrustException.tooLong(relativePath + " at " + base, lengthMax);
            }
            return Optional.of(answer.body);
        }
        if (answer.status != NOT_FOUND) {
            succeed(answer);
        }
        return Optional.empty();
    }

    private Answer send(HttpRequest request, long bytesMax) {
        try {
            HttpResponse<java.io.InputStream> response = http.send(request, HttpResponse.BodyHandlers.ofInputStream());
            try (java.io.InputStream in = response.body()) {
                return new Answer(response.statusCode(), in.readNBytes(Math.toIntExact(bytesMax + 1)));
            }
        } catch (SSLException e) {
            throw new OperationException(
                    "the origin " + base + " is not trusted: " + ConnectionTrouble.reason(e)
                            + "; --ca is this deployment's root certificate, deployment-ca.crt",
                    e);
        } catch (ConnectException e) {
            throw new OperationException(
                    "the origin " + base + " cannot be reached: " + ConnectionTrouble.reason(e)
                            + "; is it running, is the URL right?",
                    e);
        } catch (IOException e) {
            throw new OperationException(
                    "the origin " + base + " broke off: "
                            + ConnectionTrouble.reason(e)
                            + "; publish again, it goes on where it stopped",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new OperationException("interrupted; publish again, it goes on where it stopped", e);
        }
    }

    /** What a successful answer says; the origin's own line for every other. */
    JsonFields succeed(Answer answer) {
        JsonFields fields;
        try {
            fields = JsonFields.of(JsonReader.parse(answer.body), "the origin's answer");
        } catch (JsonException e) {
            throw new OperationException(
                    "the origin " + base + " answers with status " + answer.status
                            + " and no JSON; is the URL an origin's?",
                    e);
        }
        if (answer.status == OK) {
            return fields;
        }
        String why = fields.optionalString("error").orElse("status " + answer.status);
        if (answer.status == UNACCEPTABLE) {
            throw new UsageException("the origin refuses: " + why);
        }
        throw new OperationException("the origin " + base + " refuses: " + why);
    }

    static byte[] json(String name, Json value) {
        return json(Map.of(name, value));
    }

    static byte[] json(Map<String, Json> fields) {
        return CanonicalJson.encode(Json.JsonObject.of(fields));
    }

    @Override
    public String toString() {
        return base.toString();
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
