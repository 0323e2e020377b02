package packhorse.core.trust;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import org.bouncycastle.crypto.params.Ed25519PublicKeyParameters;
import org.bouncycastle.crypto.signers.Ed25519Signer;
import packhorse.core.json.Json;
import packhorse.core.json.Json.JsonObject;
import packhorse.core.json.Json.JsonString;
import packhorse.core.json.JsonFields;

/** An Ed25519 public key (RFC 8032). Two are equal when their 32 bytes are, whatever a file calls them. */
public final class VerifyingKey {
    public static final int LENGTH_BYTES = 32;
    static final int SIGNATURE_BYTES = 64;
    private static final String SCHEME = "ed25519";

    private final byte[] bytes;

    private VerifyingKey(byte[] bytes) {
        this.bytes = bytes;
    }

    /** @throws IllegalArgumentException unless the 32 bytes encode a point of the curve */
    public static VerifyingKey of(byte[] bytes) {
        if (bytes.length != LENGTH_BYTES) {
            throw new IllegalArgumentException("an Ed25519 public key has 32 bytes, not " + bytes.length);
        }
        new Ed25519PublicKeyParameters(bytes);
        return new VerifyingKey(bytes.clone());
    }

    /** @throws IllegalArgumentException unless the text is 64 hexadecimal digits of a public key */
    public static VerifyingKey parse(String hex) {
        if (hex.length() != 2 * LENGTH_BYTES) {
            throw new IllegalArgumentException("\"" + hex + "\" is not an Ed25519 public key: 64 hexadecimal digits");
        }
        return of(HexFormat.of().parseHex(hex));
    }

    /** Reads a key as metadata holds it; empty for a scheme this version does not know, whose signatures cannot count. */
    static Optional<VerifyingKey> read(JsonFields key) {
        String type = key.string("keytype");
        String scheme = key.string("scheme");
        JsonFields value = key.object("keyval");
        return type.equals(SCHEME) && scheme.equals(SCHEME)
                ? Optional.of(parse(value.string("public")))
                : Optional.empty();
    }

    /** The key as metadata holds it. */
    Json toJson() {
        return JsonObject.of(Map.of(
                "keytype", new JsonString(SCHEME),
                "scheme", new JsonString(SCHEME),
                "keyval", JsonObject.of(Map.of("public", new JsonString(hex())))));
    }

    public KeyId keyId() {
        return KeyId.of(toJson());
    }

    /** Whether {@code signature} is this key's over {@code message}. */
    public boolean verify(byte[] message, byte[] signature) {
        if (signature.length != SIGNATURE_BYTES) {
            return false;
        }
        Ed25519Signer verifier = new Ed25519Signer();
        verifier.init(false, new Ed25519PublicKeyParameters(bytes));
        verifier.update(message, 0, message.length);
        return verifier.verifySignature(signature);
    }

    /** A copy of the 32 bytes. */
    public byte[] bytes() {
        return bytes.clone();
    }

    public String hex() {
        return HexFormat.of().formatHex(bytes);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof VerifyingKey that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return hex();
    }
}
