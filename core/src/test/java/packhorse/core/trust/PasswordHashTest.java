package packhorse.core.trust;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.security.SecureRandom;
import org.junit.jupiter.api.Test;
import packhorse.core.trust.StretchedPassphrase.Stretching;

final class PasswordHashTest {
    private static final Stretching CHEAP = new Stretching(8, 1, 1);

    private final SecureRandom random = new SecureRandom();

    @Test
    void thePasswordIsKnownAgainAndNoOther() {
        String hash = PasswordHash.of("correct horse battery".toCharArray(), random, CHEAP);
        assertTrue(PasswordHash.matches("correct horse battery".toCharArray(), hash));
        assertFalse(PasswordHash.matches("correct horse batterz".toCharArray(), hash));
        assertFalse(PasswordHash.matches(new char[0], hash));
    }

    @Test
    void onePasswordHasAnotherHashEachTime() {
        assertNotEquals(
                PasswordHash.of("correct horse battery".toCharArray(), random, CHEAP),
                PasswordHash.of("correct horse battery".toCharArray(), random, CHEAP));
    }

    @Test
    void whatIsKeptCostsSixtyFourMebibytes() {
        String hash = PasswordHash.of("correct horse battery".toCharArray(), random);
        assertTrue(hash.startsWith("$argon2id$v=19$m=65536,t=3,p=1$"), hash);
        assertTrue(PasswordHash.matches("correct horse battery".toCharArray(), hash));
    }

    @Test
    void aShortOneIsRefusedWithWhatIsWanted() {
        String line = assertThrows(
                        IllegalArgumentException.class, () -> PasswordHash.of("short".toCharArray(), random, CHEAP))
                .getMessage();
        assertEquals("a password has 12 to 1024 characters; take a few words", line);
    }

    @Test
    void whatIsNoHashIsRefused() {
        for (String wrong : new String[] {
            "",
            "plain",
            "$argon2i$v=19$m=8,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
            "$argon2id$v=19$m=9999999,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
        }) {
            assertThrows(
                    IllegalArgumentException.class, () -> PasswordHash.matches("a long password".toCharArray(), wrong));
        }
    }
}
