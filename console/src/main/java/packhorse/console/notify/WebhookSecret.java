package packhorse.console.notify;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import packhorse.core.UsageException;

/**
 * What two ends of a webhook share: HMAC-SHA256 over the message's id, its time and its bytes, as Standard Webhooks has it, so that
 * receivers can use a library that is there. The text of a secret is {@code whsec_} and base64.
 *
 * <p>Reference: Standard Webhooks 1.0, "Symmetric signatures", standardwebhooks.com.
 */
public final class WebhookSecret {
    /** The standard's bounds. */
    static final int BYTES_MIN = 24;

    static final int BYTES_MAX = 64;
    /** The newest and the one before it, while the other end changes over. */
    static final int SECRETS_MAX = 2;

    private static final String PREFIX = "whsec_";
    private static final String VERSION = "v1,";
    private static final int FILE_BYTES_MAX = 1024;
    /** A sender that changes over signs with two. */
    private static final int SIGNATURES_MAX = 8;

    private final byte[] key;

    private WebhookSecret(byte[] key) {
        this.key = key;
    }

    /** @throws IllegalArgumentException that does not repeat the text */
    public static WebhookSecret parse(String text) {
        String base64 = text.strip();
        base64 = base64.startsWith(PREFIX) ? base64.substring(PREFIX.length()) : base64;
        byte[] key;
        try {
            key = Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("a webhook's secret is " + PREFIX + " and base64", e);
        }
        if (key.length < BYTES_MIN || key.length > BYTES_MAX) {
            throw new IllegalArgumentException(
                    "a webhook's secret has " + BYTES_MIN + " to " + BYTES_MAX + " bytes, not " + key.length);
        }
        return new WebhookSecret(key);
    }

    /**
     * Reads the newest secret, and on a second line the one before it.
     *
     * @throws UsageException when the file cannot be read or holds something else
     */
    public static List<WebhookSecret> ofFile(Path file) {
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            bytes = in.readNBytes(FILE_BYTES_MAX);
        } catch (IOException e) {
            throw new UsageException(file + ": the webhook's secret cannot be read: " + e.getMessage(), e);
        }
        List<WebhookSecret> secrets = new ArrayList<>();
        try {
            for (String line :
                    new String(bytes, StandardCharsets.US_ASCII).lines().toList()) {
                if (!line.isBlank()) {
                    secrets.add(parse(line));
                }
            }
        } catch (IllegalArgumentException e) {
            throw new UsageException(file + ": " + e.getMessage(), e);
        } finally {
            Arrays.fill(bytes, (byte) 0);
        }
        if (secrets.isEmpty() || secrets.size() > SECRETS_MAX) {
            throw new UsageException(
                    file + ": holds " + secrets.size() + " secrets; one line, or two while the other end changes over");
        }
        return List.copyOf(secrets);
    }

    /** What stands in the header {@code webhook-signature}. */
    String sign(String id, Instant at, byte[] body) {
        return VERSION + Base64.getEncoder().encodeToString(mac(id, Long.toString(at.getEpochSecond()), body));
    }

    /**
     * Whether one of the signatures of {@code header}, with blanks between them, is over this message; those of other versions count
     * for nothing.
     */
    boolean signed(String header, String id, String seconds, byte[] body) {
        byte[] wanted = mac(id, seconds, body);
        boolean found = false;
        String[] signatures = header.split(" ", SIGNATURES_MAX + 1);
        for (int i = 0; i < Math.min(signatures.length, SIGNATURES_MAX); i++) {
            if (signatures[i].startsWith(VERSION)) {
                found |= MessageDigest.isEqual(wanted, decoded(signatures[i].substring(VERSION.length())));
            }
        }
        return found;
    }

    private static byte[] decoded(String base64) {
        try {
            return Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            return new byte[0];
        }
    }

    private byte[] mac(String id, String seconds, byte[] body) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            mac.update((id + "." + seconds + ".").getBytes(StandardCharsets.UTF_8));
            return mac.doFinal(body);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has HMAC-SHA256", e);
        }
    }

    /** Never the secret. */
    @Override
    public String toString() {
        return "a webhook's secret";
    }
}
