package packhorse.seeder.sign;

import java.nio.charset.StandardCharsets;
import packhorse.core.content.Sha256;

/**
 * What a publisher's key signs of a request at the origin's upload door. The origin gives each session a nonce, so a recorded
 * request is worth nothing in another session; the sequence only grows, so it is worth nothing in the same one; the body goes in
 * by digest, so the origin can turn a stranger away before it reads a byte of body.
 *
 * @param method HTTP method
 * @param path path without query
 * @param nonce the session's, as the origin sent it
 * @param sequence above every earlier one of the session
 * @param body digest of the body, also of an empty one
 */
public record SignedRequest(String method, String path, String nonce, long sequence, Sha256 body) {
    public static final String SESSION_HEADER = "Packhorse-Session";
    public static final String SEQUENCE_HEADER = "Packhorse-Sequence";
    public static final String BODY_HEADER = "Packhorse-Body-Sha256";
    public static final String SIGNATURE_HEADER = "Packhorse-Signature";

    /** Keeps these signatures apart from every other use of the key. */
    private static final String PURPOSE = "packhorse upload request 1";

    /** The bytes that are signed: one line each, no line can hold a line break. */
    public byte[] bytes() {
        for (String line : new String[] {method, path, nonce}) {
            if (line.indexOf('\n') >= 0) {
                throw new IllegalArgumentException("a line break in a request's " + line);
            }
        }
        return String.join("\n", PURPOSE, method, path, nonce, Long.toString(sequence), body.hex(), "")
                .getBytes(StandardCharsets.UTF_8);
    }
}
