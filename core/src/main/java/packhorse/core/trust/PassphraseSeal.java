package packhorse.core.trust;

import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import packhorse.core.json.CanonicalJson;
import packhorse.core.json.Json;
import packhorse.core.json.Json.JsonInteger;
import packhorse.core.json.Json.JsonObject;
import packhorse.core.json.Json.JsonString;
import packhorse.core.json.JsonFields;
import packhorse.core.trust.StretchedPassphrase.Stretching;

/**
 * Seals a secret of a few bytes under a passphrase, as members of a JSON object.
 *
 * <p>The passphrase is stretched by Argon2id (RFC 9106) with 64 MiB, 3 passes and 1 lane, about 0.2 s here and as costly for
 * whoever guesses; the secret is sealed by AES-256-GCM, and the object's other members are authenticated with it in their
 * canonical form, so none can be changed. Secrets that are sealed by one {@link StretchedPassphrase} have a salt in common, each with a
 * nonce of its own, and are opened by stretching once.
 */
public final class PassphraseSeal {
    /** The passphrase is another, or a member was changed. */
    public static final class WrongPassphraseException extends Exception {
        private static final long serialVersionUID = 1;

        WrongPassphraseException(Throwable cause) {
            super("the passphrase is wrong, or the file was changed", cause);
        }
    }

    private static final String STRETCH = "argon2id";
    private static final String SEAL = "aes-256-gcm";
    private static final int MEMORY_KIB = 64 * 1024;
    private static final int PASSES = 3;
    private static final int LANES = 1;
    /** A file can ask for at most this much memory: 1 GiB, or a hostile one could fell the process. */
    private static final int MEMORY_KIB_MAX = 1024 * 1024;

    private static final int PASSES_MAX = 64;
    private static final int LANES_MAX = 16;
    static final int SALT_BYTES = 16;
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;
    private static final int TAG_BYTES = TAG_BITS / Byte.SIZE;
    static final Stretching DEFAULT = new Stretching(MEMORY_KIB, PASSES, LANES);

    private PassphraseSeal() {}

    /** {@code header} with {@code secret} sealed beside it: the members {@code kdf}, {@code seal} and {@code sealed}. */
    public static JsonObject seal(
            Map<String, Json> header, byte[] secret, StretchedPassphrase passphrase, SecureRandom random) {
        byte[] salt = passphrase.ownSalt(random);
        byte[] nonce = passphrase.nextNonce(NONCE_BYTES, random);
        Stretching stretching = passphrase.sealing();
        SortedMap<String, Json> members = authenticated(header, stretching, salt, nonce);
        try {
            byte[] sealed = cipher(Cipher.ENCRYPT_MODE, passphrase.key(stretching, salt), nonce, members, secret);
            members.put("sealed", hex(sealed));
            return new JsonObject(members);
        } catch (GeneralSecurityException e) {
            throw new AssertionError("every Java runtime has AES-GCM", e);
        }
    }

    /**
     * The secret of {@code secretBytes} bytes that {@link #seal} put beside {@code header} into {@code fields}.
     *
     * @throws WrongPassphraseException when it does not open
     * @throws IllegalArgumentException when the members are malformed
     */
    public static byte[] open(
            JsonFields fields, Map<String, Json> header, int secretBytes, StretchedPassphrase passphrase)
            throws WrongPassphraseException {
        JsonFields kdf = fields.object("kdf");
        Stretching stretching = new Stretching(
                (int) kdf.integer("memoryKib", 8, MEMORY_KIB_MAX), (int) kdf.integer("passes", 1, PASSES_MAX), (int)
                        kdf.integer("lanes", 1, LANES_MAX));
        byte[] salt = bytes(kdf, "salt", SALT_BYTES);
        requireWord(kdf, "name", STRETCH);
        kdf.done();
        JsonFields seal = fields.object("seal");
        byte[] nonce = bytes(seal, "nonce", NONCE_BYTES);
        requireWord(seal, "name", SEAL);
        seal.done();
        byte[] sealed = bytes(fields, "sealed", secretBytes + TAG_BYTES);
        try {
            return cipher(
                    Cipher.DECRYPT_MODE,
                    passphrase.key(stretching, salt),
                    nonce,
                    authenticated(header, stretching, salt, nonce),
                    sealed);
        } catch (AEADBadTagException e) {
            throw new WrongPassphraseException(e);
        } catch (GeneralSecurityException e) {
            throw new AssertionError("every Java runtime has AES-GCM", e);
        }
    }

    /** Everything but the sealed secret; its canonical bytes are authenticated with it. */
    private static SortedMap<String, Json> authenticated(
            Map<String, Json> header, Stretching stretching, byte[] salt, byte[] nonce) {
        SortedMap<String, Json> members = new TreeMap<>(header);
        members.put(
                "kdf",
                JsonObject.of(Map.of(
                        "name", new JsonString(STRETCH),
                        "memoryKib", new JsonInteger(stretching.memoryKib()),
                        "passes", new JsonInteger(stretching.passes()),
                        "lanes", new JsonInteger(stretching.lanes()),
                        "salt", hex(salt))));
        members.put("seal", JsonObject.of(Map.of("name", new JsonString(SEAL), "nonce", hex(nonce))));
        return members;
    }

    private static byte[] cipher(int mode, byte[] key, byte[] nonce, Map<String, Json> header, byte[] input)
            throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, new SecretKeySpec(key, "AES"), new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD(CanonicalJson.encode(JsonObject.of(header)));
        return cipher.doFinal(input);
    }

    private static Json hex(byte[] bytes) {
        return new JsonString(HexFormat.of().formatHex(bytes));
    }

    private static byte[] bytes(JsonFields fields, String key, int length) {
        byte[] bytes = HexFormat.of().parseHex(fields.string(key));
        if (bytes.length != length) {
            throw new IllegalArgumentException(
                    fields.where() + "." + key + " has " + bytes.length + " bytes, not " + length);
        }
        return bytes;
    }

    static void requireWord(JsonFields fields, String key, String word) {
        String found = fields.string(key);
        if (!found.equals(word)) {
            throw new IllegalArgumentException(
                    fields.where() + "." + key + " is \"" + found + "\", not \"" + word + "\"");
        }
    }
}
