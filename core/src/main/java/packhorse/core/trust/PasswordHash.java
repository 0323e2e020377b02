package packhorse.core.trust;

import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.concurrent.Semaphore;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import packhorse.core.trust.StretchedPassphrase.Stretching;

/**
 * What a password is checked against: Argon2id (RFC 9106) with a salt of its own, written as {@code $argon2id$v=19$m=65536,t=3,p=1$salt$hash},
 * the form that other programs read, too. A hash costs 64 MiB and about 0.2 s, as much for whoever guesses as for us; at most
 * {@value #AT_ONCE_MAX} are made at once, the others wait, so that many logins do not fell the process.
 */
public final class PasswordHash {
    /** Shorter ones are guessed; of longer ones each character counts. */
    public static final int CHARS_MIN = 12;

    /** More than anybody types. */
    public static final int CHARS_MAX = 1_024;

    /** A quarter of a gibibyte together. */
    private static final int AT_ONCE_MAX = 4;

    private static final int KEY_BYTES = 32;

    /** What somebody may write into a ledger by hand costs at most 1 GiB. */
    private static final int MEMORY_KIB_MAX = 1024 * 1024;

    private static final int PASSES_MAX = 64;
    private static final int LANES_MAX = 16;

    private static final Pattern FORM = Pattern.compile(
            "\\$argon2id\\$v=19\\$m=([0-9]{1,7}),t=([0-9]{1,2}),p=([0-9]{1,2})\\$([A-Za-z0-9+/]{22,86})\\$([A-Za-z0-9+/]{43})");

    private static final Semaphore AT_ONCE = new Semaphore(AT_ONCE_MAX, true);

    private PasswordHash() {}

    /**
     * Hashes a password.
     *
     * @throws IllegalArgumentException when it is too short or too long
     */
    public static String of(char[] password, SecureRandom random) {
        return of(password, random, PassphraseSeal.DEFAULT);
    }

    static String of(char[] password, SecureRandom random, Stretching stretching) {
        if (password.length < CHARS_MIN || password.length > CHARS_MAX) {
            throw new IllegalArgumentException(
                    "a password has " + CHARS_MIN + " to " + CHARS_MAX + " characters; take a few words");
        }
        byte[] salt = new byte[PassphraseSeal.SALT_BYTES];
        random.nextBytes(salt);
        Base64.Encoder base64 = Base64.getEncoder().withoutPadding();
        return "$argon2id$v=19$m=" + stretching.memoryKib() + ",t=" + stretching.passes() + ",p=" + stretching.lanes()
                + "$" + base64.encodeToString(salt) + "$"
                + base64.encodeToString(stretched(password, salt, stretching));
    }

    /**
     * Whether a password is the one that was hashed. Takes the same time for a wrong one.
     *
     * @throws IllegalArgumentException when {@code hash} is none
     */
    public static boolean matches(char[] password, String hash) {
        Matcher form = FORM.matcher(hash);
        if (!form.matches()) {
            throw new IllegalArgumentException("this is no Argon2id hash of a password; set the password anew");
        }
        Stretching stretching = new Stretching(
                Integer.parseInt(form.group(1)), Integer.parseInt(form.group(2)), Integer.parseInt(form.group(3)));
        if (stretching.memoryKib() > MEMORY_KIB_MAX
                || stretching.passes() < 1
                || stretching.passes() > PASSES_MAX
                || stretching.lanes() < 1
                || stretching.lanes() > LANES_MAX) {
            throw new IllegalArgumentException("this hash of a password asks for too much; set the password anew");
        }
        byte[] salt = Base64.getDecoder().decode(form.group(4));
        byte[] wanted = Base64.getDecoder().decode(form.group(5));
        return password.length <= CHARS_MAX && MessageDigest.isEqual(stretched(password, salt, stretching), wanted);
    }

    private static byte[] stretched(char[] password, byte[] salt, Stretching stretching) {
        AT_ONCE.acquireUninterruptibly();
        try (StretchedPassphrase stretched = new StretchedPassphrase(password)) {
            byte[] key = stretched.key(stretching, salt).clone();
            if (key.length != KEY_BYTES) {
                throw new IllegalStateException("a hash of " + key.length + " bytes");
            }
            return key;
        } finally {
            AT_ONCE.release();
        }
    }
}
