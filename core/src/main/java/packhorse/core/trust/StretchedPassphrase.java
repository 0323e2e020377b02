package packhorse.core.trust;

import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;
import org.jspecify.annotations.Nullable;

/**
 * A passphrase, stretched once for all that is sealed with the same salt.
 *
 * <p>Problem: a directory holds several keys under one passphrase, and stretching it is made to be dear. With a salt for each file
 * its owner pays for every file, while who guesses pays for one: one file is enough to try a guess on. So what one of these seals
 * shares a salt, and what has a salt in common is opened by one stretching. A guess costs what it did.
 *
 * <p>The shared key asks for two things in return, and both are kept here. Nonces never repeat under one salt: a salt is only ever
 * used for sealing by the object that drew it, which remembers its nonces and refuses a source of chance that repeats one. And
 * two passphrases never share a salt, or one stretching of a guess could be tried on what both protect: the salt is this
 * object's own.
 *
 * <p>Stretching is Argon2id (RFC 9106); the memory of 64 MiB is free again after it. For one thread; {@link #close} overwrites what
 * is secret.
 */
public final class StretchedPassphrase implements AutoCloseable {
    private static final int SALT_BYTES = PassphraseSeal.SALT_BYTES;
    private static final int KEY_BYTES = 32;

    /** Salts remembered: a directory made before salts were shared has one a file, and no role has more than 16 keys. */
    private static final int KEPT_MAX = 64;

    /**
     * How a passphrase is stretched.
     *
     * @param memoryKib memory in KiB
     * @param passes over that memory
     * @param lanes computed side by side
     */
    record Stretching(int memoryKib, int passes, int lanes) {}

    /** What a key depends on beside the passphrase; the salt is never written to. */
    private record Recipe(Stretching stretching, ByteBuffer salt) {}

    private final char[] passphrase;

    /** How what this object seals is stretched; what it opens says so itself. */
    private final Stretching sealing;

    private final Map<Recipe, byte[]> keys = new LinkedHashMap<>();
    private final Set<ByteBuffer> nonces = new HashSet<>();
    private byte @Nullable [] ownSalt;
    private int stretchings;
    private boolean closed;

    /** @param passphrase copied; whoever has it overwrites it */
    public StretchedPassphrase(char[] passphrase) {
        this(passphrase, PassphraseSeal.DEFAULT);
    }

    /** @param sealing how what it seals is stretched */
    StretchedPassphrase(char[] passphrase, Stretching sealing) {
        this.passphrase = passphrase.clone();
        this.sealing = sealing;
    }

    /** Whether there is nothing to stretch. */
    public boolean isEmpty() {
        return passphrase.length == 0;
    }

    /** How what this object seals is stretched. */
    Stretching sealing() {
        return sealing;
    }

    /** The salt of all that this object seals. */
    byte[] ownSalt(SecureRandom random) {
        if (ownSalt == null) {
            byte[] drawn = new byte[SALT_BYTES];
            random.nextBytes(drawn);
            ownSalt = drawn;
        }
        return ownSalt.clone();
    }

    /**
     * A nonce that was not used under {@link #ownSalt} before.
     *
     * @throws IllegalStateException when {@code random} repeats itself
     */
    byte[] nextNonce(int bytes, SecureRandom random) {
        byte[] nonce = new byte[bytes];
        random.nextBytes(nonce);
        if (!nonces.add(ByteBuffer.wrap(nonce.clone()))) {
            throw new IllegalStateException("the source of chance repeated " + bytes + " bytes; nothing is sealed");
        }
        return nonce;
    }

    /** The key that the passphrase is stretched to; this object's own, overwritten when it is closed. */
    byte[] key(Stretching stretching, byte[] salt) {
        if (closed) {
            throw new IllegalStateException("the passphrase was overwritten already");
        }
        Recipe recipe = new Recipe(stretching, ByteBuffer.wrap(salt.clone()));
        byte[] known = keys.get(recipe);
        if (known == null) {
            if (keys.size() == KEPT_MAX) {
                forget();
            }
            known = stretch(recipe);
            keys.put(recipe, known);
        }
        return known;
    }

    /** Argon2id over the passphrase in UTF-8, which is the parameters' default. */
    private byte[] stretch(Recipe recipe) {
        stretchings++;
        Argon2BytesGenerator argon2 = new Argon2BytesGenerator();
        argon2.init(new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
                .withVersion(Argon2Parameters.ARGON2_VERSION_13)
                .withMemoryAsKB(recipe.stretching().memoryKib())
                .withIterations(recipe.stretching().passes())
                .withParallelism(recipe.stretching().lanes())
                .withSalt(recipe.salt().array())
                .build());
        byte[] key = new byte[KEY_BYTES];
        argon2.generateBytes(passphrase, key);
        return key;
    }

    /** How often the passphrase was stretched. */
    int stretchings() {
        return stretchings;
    }

    private void forget() {
        keys.values().forEach(key -> Arrays.fill(key, (byte) 0));
        keys.clear();
    }

    @Override
    public void close() {
        closed = true;
        forget();
        Arrays.fill(passphrase, '\0');
    }

    /** Says nothing of the passphrase. */
    @Override
    public String toString() {
        return "a passphrase, stretched " + stretchings + " times";
    }
}
