package packhorse.seeder.origin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.security.SecureRandom;
import java.time.Instant;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import packhorse.core.content.Sha256;
import packhorse.core.trust.SigningKey;
import packhorse.core.trust.VerifyingKey;
import packhorse.seeder.origin.UploadSessions.Opening;
import packhorse.seeder.origin.UploadSessions.UnsignedRequest;
import packhorse.seeder.sign.SignedRequest;

class UploadSessionsTest {
    private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
    private static final UnsignedRequest REQUEST =
            new UnsignedRequest("PUT", "/publish/blobs/x/0", Sha256.of(new byte[] {1}));

    private final SigningKey key = SigningKey.generate(new SecureRandom());
    private final UploadSessions sessions = new UploadSessions(Set.of(key.publicKey()), new Random(1));

    private Opening open() {
        return sessions.open(key.publicKey(), NOW).orElseThrow();
    }

    private byte[] sign(Opening opening, UnsignedRequest request, long sequence) {
        return key.sign(
                new SignedRequest(request.method(), request.path(), opening.nonce(), sequence, request.body()).bytes());
    }

    private Optional<VerifyingKey> send(Opening opening, UnsignedRequest request, long sequence, byte[] signature) {
        return sessions.authorise(opening.id(), request, sequence, signature, NOW);
    }

    @Test
    void aSignedRequestIsItsPublishers() {
        Opening opening = open();
        assertEquals(Optional.of(key.publicKey()), send(opening, REQUEST, 1, sign(opening, REQUEST, 1)));
    }

    @Test
    void aKeyThatIsNoPublishersGetsNoSession() {
        assertTrue(sessions.open(SigningKey.generate(new SecureRandom()).publicKey(), NOW)
                .isEmpty());
    }

    @Test
    void aRequestSentAgainIsRefused() {
        Opening opening = open();
        byte[] signature = sign(opening, REQUEST, 5);
        assertTrue(send(opening, REQUEST, 5, signature).isPresent());
        assertTrue(send(opening, REQUEST, 5, signature).isEmpty(), "the same");
        assertTrue(send(opening, REQUEST, 6, signature).isEmpty(), "the same with another number");
        assertTrue(send(opening, REQUEST, 4, sign(opening, REQUEST, 4)).isEmpty(), "an older one");
    }

    @Test
    void aRequestOfOneSessionIsWorthNothingInAnother() {
        Opening one = open();
        Opening two = open();
        assertTrue(send(two, REQUEST, 1, sign(one, REQUEST, 1)).isEmpty());
    }

    @Test
    void nothingOfARequestCanBeChanged() {
        Opening opening = open();
        byte[] signature = sign(opening, REQUEST, 1);
        assertTrue(send(opening, new UnsignedRequest("POST", REQUEST.path(), REQUEST.body()), 1, signature)
                .isEmpty());
        assertTrue(send(opening, new UnsignedRequest("PUT", "/publish/blobs/y/0", REQUEST.body()), 1, signature)
                .isEmpty());
        assertTrue(send(opening, new UnsignedRequest("PUT", REQUEST.path(), Sha256.of(new byte[] {2})), 1, signature)
                .isEmpty());
        signature[3] ^= 1;
        assertTrue(send(opening, REQUEST, 1, signature).isEmpty());
    }

    @Test
    void strangersWhoAskForSessionsDoNotDisplaceOneAtWork() {
        Opening mine = open();
        assertTrue(send(mine, REQUEST, 1, sign(mine, REQUEST, 1)).isPresent());
        for (int i = 0; i < 3 * UploadSessions.SESSIONS_MAX; i++) {
            open();
        }
        assertTrue(send(mine, REQUEST, 2, sign(mine, REQUEST, 2)).isPresent());
    }

    @Test
    void aSessionEndsWhenNobodyUsesIt() {
        Opening opening = open();
        Instant later = NOW.plus(UploadSessions.IDLE_MAX).plusSeconds(1);
        assertTrue(sessions.open(key.publicKey(), later).isPresent());
        assertTrue(sessions.authorise(opening.id(), REQUEST, 1, sign(opening, REQUEST, 1), later)
                .isEmpty());
    }
}
