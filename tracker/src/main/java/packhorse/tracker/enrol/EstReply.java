package packhorse.tracker.enrol;

import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * What the authority answers.
 *
 * @param status of HTTP
 * @param contentType of the body
 * @param headers beside the content type
 * @param body to send; empty with status 204
 */
@SuppressWarnings("ArrayRecordComponent") // carried from one end to the other, compared by nobody
public record EstReply(int status, String contentType, Map<String, String> headers, byte[] body) {
    static final int OK = 200;
    static final int NOTHING = 204;
    static final int BAD_REQUEST = 400;
    static final int UNAUTHORIZED = 401;
    static final int FORBIDDEN = 403;
    static final int NOT_FOUND = 404;
    static final int BAD_METHOD = 405;
    static final int TOO_LONG = 413;
    static final int TOO_MANY = 429;
    static final int UNAVAILABLE = 503;

    public EstReply {
        headers = Map.copyOf(headers);
    }

    /** One line for a person, who sees it as an error. */
    static EstReply line(int status, String line) {
        return line(status, line, Map.of());
    }

    static EstReply line(int status, String line, Map<String, String> headers) {
        return new EstReply(
                status, "text/plain; charset=utf-8", headers, (line + "\n").getBytes(StandardCharsets.UTF_8));
    }

    /** The status and the type, for a log line. */
    @Override
    public String toString() {
        return status + " " + contentType;
    }
}
