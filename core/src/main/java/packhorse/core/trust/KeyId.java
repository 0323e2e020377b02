package packhorse.core.trust;

import packhorse.core.content.Sha256;
import packhorse.core.json.CanonicalJson;
import packhorse.core.json.Json;

/**
 * Names a public key: the SHA-256 of the key's canonical JSON (specification §4.2.1).
 *
 * @param digest of the key's canonical form
 */
public record KeyId(Sha256 digest) {
    static KeyId of(Json key) {
        return new KeyId(Sha256.of(CanonicalJson.encode(key)));
    }

    /** @throws IllegalArgumentException unless the text is 64 lower-case hexadecimal digits */
    public static KeyId parse(String hex) {
        return new KeyId(Sha256.parse(hex));
    }

    public String hex() {
        return digest.hex();
    }

    /** The first digits, enough for a person to tell keys apart. */
    public String brief() {
        return hex().substring(0, 12);
    }

    @Override
    public String toString() {
        return hex();
    }
}
