package packhorse.core.trust;

import packhorse.core.trust.StretchedPassphrase.Stretching;

/**
 * Passphrases for tests that are not about what a guess costs: what they seal is opened in a millisecond, by every program, for a
 * sealed file says itself how its passphrase is stretched.
 */
public final class CheapPassphrase {
    /** The least that Argon2 takes. */
    private static final Stretching LEAST = new Stretching(8, 1, 1);

    private CheapPassphrase() {}

    /** {@code text} as a passphrase. */
    public static StretchedPassphrase of(String text) {
        return of(text.toCharArray());
    }

    /** {@code passphrase}, which is copied. */
    public static StretchedPassphrase of(char[] passphrase) {
        return new StretchedPassphrase(passphrase, LEAST);
    }
}
