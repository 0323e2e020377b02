package packhorse.core.identity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import packhorse.core.UsageException;
import packhorse.core.content.Sha256;
import packhorse.core.testing.Cases;

/** The token's text: what is written is read, and nothing else is. */
final class JoinTokenTest {
    private static final SecureRandom SECRETS = new SecureRandom();

    private static JoinToken token(RandomGenerator random) {
        List<String> urls = List.of(
                "https://tracker.example.org:7302", "https://192.0.2.7:7302", "https://[2001:db8::7]:1/", "https://t");
        List<DeploymentRole> roles = List.of(DeploymentRole.AGENT, DeploymentRole.ORIGIN, DeploymentRole.CONSOLE);
        return JoinToken.create(
                URI.create(urls.get(random.nextInt(urls.size()))),
                "site-" + random.nextInt(1000),
                roles.get(random.nextInt(roles.size())),
                Sha256.of(Cases.bytes(random, 8)),
                Sha256.of(Cases.bytes(random, 8)),
                Instant.ofEpochSecond(random.nextInt(Integer.MAX_VALUE)),
                SECRETS);
    }

    @Test
    void aTokenReadsBackAsItWasWritten() {
        Cases.run(500, random -> {
            JoinToken token = token(random);
            assertEquals(token, JoinToken.parse(token.text()));
            assertTrue(token.text().startsWith("phj1."));
            assertTrue(token.text().length() < JoinToken.CHARACTERS_MAX);
            assertFalse(token.toString().contains(token.secret()), "a log shows no secret");
            assertNotEquals(token.secret(), token(random).secret());
        });
    }

    @Test
    void aTokenThatWasCutOrMistypedSaysSo() {
        Cases.run(1000, random -> {
            String text = token(random).text();
            StringBuilder bad = new StringBuilder(text);
            int at = random.nextInt(text.length());
            switch (random.nextInt(4)) {
                case 0 -> bad.setLength(at);
                case 1 -> bad.deleteCharAt(at);
                case 2 -> bad.insert(at, 'x');
                default -> bad.setCharAt(at, text.charAt(at) == 'q' ? 'r' : 'q');
            }
            refused(bad.toString());
        });
    }

    @Test
    void hostileTextsAreRefusedWithALine() {
        Cases.run(1000, random -> {
            byte[] junk = Cases.bytes(random, random.nextInt(100));
            refused(new String(junk, StandardCharsets.ISO_8859_1));
            refused("phj1." + new String(junk, StandardCharsets.ISO_8859_1));
        });
        refused("");
        refused(".".repeat(9));
        refused("phj1" + ".".repeat(100_000));
        UsageException newer = assertThrows(UsageException.class, () -> JoinToken.parse("phj2.a.b.c"));
        assertTrue(String.valueOf(newer.getMessage()).contains("of version 2"), newer.getMessage());
        Cases.run(1, random -> {
            JoinToken token = token(random);
            for (String url : List.of(
                    "http://t:7302", "https://user@t:7302", "https://t:7302/?q", "file:///etc/passwd", "https:t")) {
                assertThrows(
                        IllegalArgumentException.class,
                        () -> new JoinToken(
                                URI.create(url),
                                token.site(),
                                token.role(),
                                token.id(),
                                token.secret(),
                                token.root(),
                                token.catalogue(),
                                token.expiry()));
            }
        });
    }

    private static void refused(String text) {
        UsageException fault = assertThrows(UsageException.class, () -> JoinToken.parse(text), text);
        String line = String.valueOf(fault.getMessage());
        assertTrue(line.contains("is no join token") || line.contains("of version"), line);
    }
}
