package packhorse.core.trust;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;
import org.jspecify.annotations.Nullable;
import packhorse.core.UsageException;
import packhorse.core.json.CanonicalJson;
import packhorse.core.json.Json;
import packhorse.core.json.Json.JsonInteger;
import packhorse.core.json.Json.JsonObject;
import packhorse.core.json.Json.JsonString;
import packhorse.core.json.JsonFields;
import packhorse.core.json.JsonReader;

/**
 * A private key in a file, sealed under a passphrase.
 *
 * <p>The passphrase is stretched by Argon2id (RFC 9106) with 64 MiB, 3 passes and 1 lane, about 0.2 s here and as costly for
 * whoever guesses; the key is sealed by AES-256-GCM, and everything else the file says is authenticated with it, so no
 * member can be changed. The file is readable by its owner only, written whole or not at all, and never over another.
 */
public final class KeyFile {
    /** The format this version writes and reads. */
    static final int FORMAT = 1;

    private static final String TYPE = "packhorse-signing-key";
    private static final String STRETCH = "argon2id";
    private static final String SEAL = "aes-256-gcm";
    private static final int MEMORY_KIB = 64 * 1024;
    private static final int PASSES = 3;
    private static final int LANES = 1;
    /** A file can ask for at most this much memory: 1 GiB, or a hostile one could fell the process. */
    private static final int MEMORY_KIB_MAX = 1024 * 1024;

    private static final int PASSES_MAX = 64;
    private static final int LANES_MAX = 16;
    private static final int SALT_BYTES = 16;
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;
    private static final int SEALING_KEY_BYTES = 32;
    private static final int LENGTH_MAX_BYTES = 16 * 1024;

    private KeyFile() {}

    /**
     * How the passphrase was stretched.
     *
     * @param memoryKib memory in KiB
     * @param passes over that memory
     * @param lanes computed side by side
     */
    private record Stretching(int memoryKib, int passes, int lanes) {
        static final Stretching DEFAULT = new Stretching(MEMORY_KIB, PASSES, LANES);
    }

    /**
     * Writes {@code key} to {@code file}.
     *
     * @throws UsageException when the passphrase is empty, or the file is there already
     */
    public static void write(Path file, SigningKey key, char[] passphrase) {
        write(file, key, passphrase, new SecureRandom());
    }

    static void write(Path file, SigningKey key, char[] passphrase, SecureRandom random) {
        requirePassphrase(file, passphrase);
        if (Files.exists(file)) {
            throw taken(file, null);
        }
        byte[] salt = new byte[SALT_BYTES];
        random.nextBytes(salt);
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        SortedMap<String, Json> members = header(key.publicKey(), Stretching.DEFAULT, salt, nonce);
        byte[] seed = key.seed();
        try {
            byte[] sealed =
                    cipher(Cipher.ENCRYPT_MODE, stretch(passphrase, salt, Stretching.DEFAULT), nonce, members, seed);
            members.put("sealed", hex(sealed));
            new DurableFiles().createPrivate(file, CanonicalJson.encode(new JsonObject(members)));
        } catch (FileAlreadyExistsException e) {
            throw taken(file, e);
        } catch (GeneralSecurityException e) {
            throw new AssertionError("every Java runtime has AES-GCM", e);
        } finally {
            Arrays.fill(seed, (byte) 0);
        }
    }

    /**
     * Opens {@code file}.
     *
     * @throws UsageException when it is no key file, was changed, or the passphrase is another
     */
    public static SigningKey read(Path file, char[] passphrase) {
        requirePassphrase(file, passphrase);
        JsonFields fields = fields(file);
        try {
            VerifyingKey publicKey = VerifyingKey.parse(fields.string("public"));
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
            byte[] sealed = bytes(fields, "sealed", SigningKey.SEED_BYTES + TAG_BITS / Byte.SIZE);
            if (!fields.string("keyid").equals(publicKey.keyId().hex())) {
                throw new IllegalArgumentException("its key id is not that of its public key");
            }
            fields.done();
            byte[] seed = cipher(
                    Cipher.DECRYPT_MODE,
                    stretch(passphrase, salt, stretching),
                    nonce,
                    header(publicKey, stretching, salt, nonce),
                    sealed);
            SigningKey key = SigningKey.ofSeed(seed);
            Arrays.fill(seed, (byte) 0);
            if (!key.publicKey().equals(publicKey)) {
                throw new IllegalArgumentException("its two halves do not belong together");
            }
            return key;
        } catch (AEADBadTagException e) {
            throw new UsageException(
                    file + " does not open: the passphrase is wrong, or the file was changed; try again", e);
        } catch (GeneralSecurityException e) {
            throw new AssertionError("every Java runtime has AES-GCM", e);
        } catch (IllegalArgumentException e) {
            throw malformed(file, e);
        }
    }

    /** The public half of the key in {@code file}, which needs no passphrase; what a file says of itself is not proof. */
    public static VerifyingKey readPublic(Path file) {
        JsonFields fields = fields(file);
        try {
            return VerifyingKey.parse(fields.string("public"));
        } catch (IllegalArgumentException e) {
            throw malformed(file, e);
        }
    }

    private static JsonFields fields(Path file) {
        try {
            if (Files.size(file) > LENGTH_MAX_BYTES) {
                throw new UsageException(file + " is no key file: it is longer than " + LENGTH_MAX_BYTES + " bytes");
            }
            JsonFields fields = JsonFields.of(JsonReader.parse(Files.readAllBytes(file)), "the file");
            requireWord(fields, "type", TYPE);
            long format = fields.integer("format");
            if (format != FORMAT) {
                throw new UsageException(file + " has key file format " + format + ", this version reads " + FORMAT
                        + "; update Packhorse");
            }
            return fields;
        } catch (IOException e) {
            throw new UsageException(
                    file + " cannot be read: " + DurableFiles.reason(e)
                            + "; name a key file made by `packhorse keys new`",
                    e);
        } catch (IllegalArgumentException e) {
            throw malformed(file, e);
        }
    }

    /** Everything but the sealed key; its canonical bytes are authenticated with the key. */
    private static SortedMap<String, Json> header(VerifyingKey key, Stretching stretching, byte[] salt, byte[] nonce) {
        TreeMap<String, Json> members = new TreeMap<>();
        members.put("type", new JsonString(TYPE));
        members.put("format", new JsonInteger(FORMAT));
        members.put("keyid", new JsonString(key.keyId().hex()));
        members.put("public", new JsonString(key.hex()));
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

    /** Argon2id over the passphrase in UTF-8, which is the parameters' default. */
    private static byte[] stretch(char[] passphrase, byte[] salt, Stretching stretching) {
        Argon2BytesGenerator argon2 = new Argon2BytesGenerator();
        argon2.init(new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
                .withVersion(Argon2Parameters.ARGON2_VERSION_13)
                .withMemoryAsKB(stretching.memoryKib())
                .withIterations(stretching.passes())
                .withParallelism(stretching.lanes())
                .withSalt(salt)
                .build());
        byte[] key = new byte[SEALING_KEY_BYTES];
        argon2.generateBytes(passphrase, key);
        return key;
    }

    private static byte[] cipher(int mode, byte[] key, byte[] nonce, Map<String, Json> header, byte[] input)
            throws GeneralSecurityException {
        try {
            Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
            cipher.init(mode, new SecretKeySpec(key, "AES"), new GCMParameterSpec(TAG_BITS, nonce));
            cipher.updateAAD(CanonicalJson.encode(JsonObject.of(header)));
            return cipher.doFinal(input);
        } finally {
            Arrays.fill(key, (byte) 0);
        }
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

    private static void requireWord(JsonFields fields, String key, String word) {
        String found = fields.string(key);
        if (!found.equals(word)) {
            throw new IllegalArgumentException(
                    fields.where() + "." + key + " is \"" + found + "\", not \"" + word + "\"");
        }
    }

    private static void requirePassphrase(Path file, char[] passphrase) {
        if (passphrase.length == 0) {
            throw new UsageException("the passphrase for " + file + " is empty; give one");
        }
    }

    private static UsageException taken(Path file, @Nullable Throwable cause) {
        return new UsageException(
                file + " exists already and is not overwritten; name another file, or move the old key away", cause);
    }

    private static UsageException malformed(Path file, IllegalArgumentException e) {
        return new UsageException(
                file + " is no key file: " + e.getMessage() + "; name one made by `packhorse keys new`", e);
    }
}
