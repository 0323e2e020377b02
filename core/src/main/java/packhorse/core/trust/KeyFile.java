package packhorse.core.trust;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import packhorse.core.UsageException;
import packhorse.core.durable.DurableFiles;
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
 * <p>The key is sealed as {@link PassphraseSeal} says, and everything else the file says is authenticated with it, so no member
 * can be changed. The file is readable by its owner only, written whole or not at all, and never over another.
 */
public final class KeyFile {
    /** The format this version writes and reads. */
    static final int FORMAT = 1;

    private static final String TYPE = "packhorse-signing-key";
    private static final int LENGTH_MAX_BYTES = 16 * 1024;

    private KeyFile() {}

    /**
     * Writes {@code key} to {@code file}.
     *
     * @param passphrase seals it; keys that it seals too are opened together with this one by stretching once
     * @throws UsageException when the passphrase is empty, or the file is there already
     */
    public static void write(Path file, SigningKey key, StretchedPassphrase passphrase, SecureRandom random) {
        requirePassphrase(file, passphrase);
        if (Files.exists(file)) {
            throw taken(file, null);
        }
        byte[] seed = key.seed();
        try {
            JsonObject sealed = PassphraseSeal.seal(header(key.publicKey()), seed, passphrase, random);
            new DurableFiles().createPrivate(file, CanonicalJson.encode(sealed));
        } catch (FileAlreadyExistsException e) {
            throw taken(file, e);
        } finally {
            Arrays.fill(seed, (byte) 0);
        }
    }

    /**
     * Opens {@code file}.
     *
     * @throws UsageException when it is no key file, was changed, or the passphrase is another
     */
    public static SigningKey read(Path file, StretchedPassphrase passphrase) {
        requirePassphrase(file, passphrase);
        JsonFields fields = fields(file);
        try {
            VerifyingKey publicKey = VerifyingKey.parse(fields.string("public"));
            if (!fields.string("keyid").equals(publicKey.keyId().hex())) {
                throw new IllegalArgumentException("its key id is not that of its public key");
            }
            byte[] seed = PassphraseSeal.open(fields, header(publicKey), SigningKey.SEED_BYTES, passphrase);
            fields.done();
            SigningKey key = SigningKey.ofSeed(seed);
            Arrays.fill(seed, (byte) 0);
            if (!key.publicKey().equals(publicKey)) {
                throw new IllegalArgumentException("its two halves do not belong together");
            }
            return key;
        } catch (PassphraseSeal.WrongPassphraseException e) {
            throw new UsageException(
                    file + " does not open: the passphrase is wrong, or the file was changed; try again", e);
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
            PassphraseSeal.requireWord(fields, "type", TYPE);
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

    /** What the file says beside the sealed key. */
    private static SortedMap<String, Json> header(VerifyingKey key) {
        TreeMap<String, Json> members = new TreeMap<>();
        members.put("type", new JsonString(TYPE));
        members.put("format", new JsonInteger(FORMAT));
        members.put("keyid", new JsonString(key.keyId().hex()));
        members.put("public", new JsonString(key.hex()));
        return members;
    }

    private static void requirePassphrase(Path file, StretchedPassphrase passphrase) {
        if (passphrase.isEmpty()) {
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
