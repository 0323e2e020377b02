package packhorse.core.identity;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import packhorse.core.UsageException;
import packhorse.core.content.Sha256;

/**
 * What a person carries to a new machine: the right to join once, and what the machine is to believe from then on.
 *
 * <p>As text it is {@code phj1.SITE.ROLE.ID.SECRET.ROOT.CATALOGUE.EXPIRY.URL.CHECK}: bytes in base64url without padding
 * (RFC 4648 §5), the expiry in seconds since 1970, and at the end six bytes of the SHA-256 of all before it, so that a token
 * that was cut or mistyped says so before anything is sent. The two digests are pins: they make the first connection to a
 * stranger safe, which RFC 7030 §4.1.1 leaves to "out-of-band" means.
 *
 * @param url where the authority is, such as {@code https://tracker.example.org:7302}
 * @param site the machine's home site
 * @param role what it will be
 * @param id names the token; no secret
 * @param secret 256 bits in base64url; the authority keeps their digest only
 * @param root SHA-256 of the deployment root's public key (its SubjectPublicKeyInfo)
 * @param catalogue SHA-256 of the catalogue's {@code root.json}
 * @param expiry it is refused from then on
 */
public record JoinToken(
        URI url,
        String site,
        DeploymentRole role,
        String id,
        String secret,
        Sha256 root,
        Sha256 catalogue,
        Instant expiry) {
    private static final String VERSION = "phj1";
    private static final int PARTS = 10;
    private static final int ID_BYTES = 9;
    private static final int SECRET_BYTES = 32;
    private static final int CHECK_BYTES = 6;
    /** Our longest has 700 characters: a URL of 253 and a site of 63 make it so. */
    static final int CHARACTERS_MAX = 2048;

    public JoinToken {
        requireUrl(url);
        requireBytes(id, ID_BYTES, "its id");
        requireBytes(secret, SECRET_BYTES, "its secret");
        if (!site.matches("[a-z0-9][a-z0-9-]{0,62}")) {
            throw new IllegalArgumentException(
                    "\"" + site + "\" is not a site name; write lower-case letters, digits or dashes");
        }
    }

    /** A new token with a new id and a new secret. */
    public static JoinToken create(
            URI url,
            String site,
            DeploymentRole role,
            Sha256 root,
            Sha256 catalogue,
            Instant expiry,
            SecureRandom random) {
        return new JoinToken(
                url,
                site,
                role,
                base64(randomBytes(ID_BYTES, random)),
                base64(randomBytes(SECRET_BYTES, random)),
                root,
                catalogue,
                Instant.ofEpochSecond(expiry.getEpochSecond()));
    }

    /** The digest by which a token pins {@code root}. */
    public static Sha256 pin(X509Certificate root) {
        return Sha256.of(root.getPublicKey().getEncoded());
    }

    /** The digest that is kept of {@code secret}; with 256 random bits, a slow one would protect nothing more. */
    public static Sha256 digest(String secret) {
        return Sha256.of(secret.getBytes(StandardCharsets.US_ASCII));
    }

    /** The token as it is carried. It is a secret until it was used. */
    public String text() {
        String body = String.join(
                ".",
                List.of(
                        VERSION,
                        site,
                        role.word(),
                        id,
                        secret,
                        base64(root.bytes()),
                        base64(catalogue.bytes()),
                        Long.toString(expiry.getEpochSecond()),
                        base64(url.toString().getBytes(StandardCharsets.UTF_8))));
        return body + "." + check(body);
    }

    /**
     * Reads what {@link #text} wrote.
     *
     * @throws UsageException with one line when it is no token, or was cut or mistyped
     */
    public static JoinToken parse(String text) {
        String[] parts = text.length() > CHARACTERS_MAX ? new String[0] : text.split("\\.", -1);
        if (parts.length > 0 && parts[0].matches("phj[0-9]+") && !parts[0].equals(VERSION)) {
            throw new UsageException("this join token is of version " + parts[0].substring(3)
                    + ", this program reads version 1; update it");
        }
        if (parts.length != PARTS || !parts[0].equals(VERSION)) {
            throw noToken("it does not have " + PARTS + " parts that begin with " + VERSION, null);
        }
        if (!check(text.substring(0, text.lastIndexOf('.'))).equals(parts[PARTS - 1])) {
            throw noToken("a character is wrong or missing", null);
        }
        try {
            return new JoinToken(
                    URI.create(new String(bytes(parts[8]), StandardCharsets.UTF_8)),
                    parts[1],
                    DeploymentRole.parse(parts[2]),
                    parts[3],
                    parts[4],
                    Sha256.ofDigest(bytes(parts[5])),
                    Sha256.ofDigest(bytes(parts[6])),
                    Instant.ofEpochSecond(Long.parseLong(parts[7])));
        } catch (IllegalArgumentException | java.time.DateTimeException e) {
            throw noToken(String.valueOf(e.getMessage()), e);
        }
    }

    private static UsageException noToken(String why, @org.jspecify.annotations.Nullable Throwable cause) {
        return new UsageException(
                "this is no join token: " + why + "; copy it whole, as packhorse ca token printed it", cause);
    }

    private static void requireUrl(URI url) {
        if (!"https".equals(url.getScheme())
                || url.getHost() == null
                || url.getUserInfo() != null
                || url.getQuery() != null
                || url.getFragment() != null) {
            throw new IllegalArgumentException(
                    "\"" + url + "\" is not where an authority is; write https://tracker.example.org:7302");
        }
    }

    private static void requireBytes(String base64, int length, String what) {
        if (bytes(base64).length != length) {
            throw new IllegalArgumentException(what + " has not " + length + " bytes");
        }
    }

    private static byte[] randomBytes(int length, SecureRandom random) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    private static String check(String body) {
        return base64(
                Arrays.copyOf(Sha256.of(body.getBytes(StandardCharsets.UTF_8)).bytes(), CHECK_BYTES));
    }

    private static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static byte[] bytes(String base64) {
        byte[] bytes = Base64.getUrlDecoder().decode(base64);
        if (!base64(bytes).equals(base64)) {
            throw new IllegalArgumentException("\"" + base64 + "\" is not base64url without padding");
        }
        return bytes;
    }

    /** Everything but the secret. */
    @Override
    public String toString() {
        return "join token " + id + " for " + role.word() + " of " + site + " until " + expiry;
    }
}
