package packhorse.seeder.origin;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import packhorse.core.trust.VerifyingKey;
import packhorse.seeder.sign.SignedRequest;

/**
 * Who talks at the upload door. A session begins with a nonce for a known publisher's key and is proven by the first good
 * signature; a request counts when it is signed over the session's nonce with a sequence above all before it ({@link
 * SignedRequest}).
 *
 * <p>Anybody can ask for a session, since a public key is no secret: what they get is one entry here, of which there are at most
 * {@value #SESSIONS_MAX}. When all are taken the oldest unproven one gives way, so strangers only displace each other.
 */
final class UploadSessions {
    /** Far more publishers than a deployment has at work at one moment. */
    static final int SESSIONS_MAX = 256;
    /** Longer than any pause inside one publish; hashing does not pause a session, uploading does not either. */
    static final Duration IDLE_MAX = Duration.ofHours(1);

    private static final int ID_BYTES = 16;
    private static final int NONCE_BYTES = 32;

    private final Set<VerifyingKey> publishers;
    private final RandomGenerator random;
    private final Map<String, Session> sessions = new HashMap<>();

    /** @param random must be hard to guess */
    UploadSessions(Set<VerifyingKey> publishers, RandomGenerator random) {
        this.publishers = Set.copyOf(publishers);
        this.random = random;
    }

    /** What the origin tells who asked. */
    record Opening(String id, String nonce) {}

    private static final class Session {
        private final VerifyingKey key;
        private final String nonce;
        private Instant used;
        private long sequence;
        private boolean proven;

        Session(VerifyingKey key, String nonce, Instant used) {
            this.key = key;
            this.nonce = nonce;
            this.used = used;
        }
    }

    /** Opens a session; empty for a key that is no publisher's. */
    synchronized Optional<Opening> open(VerifyingKey key, Instant now) {
        if (!publishers.contains(key)) {
            return Optional.empty();
        }
        sessions.values()
                .removeIf(session -> Duration.between(session.used, now).compareTo(IDLE_MAX) > 0);
        if (sessions.size() >= SESSIONS_MAX) {
            sessions.entrySet().stream()
                    .min(Comparator.comparing((Map.Entry<String, Session> e) -> e.getValue().proven)
                            .thenComparing(e -> e.getValue().used))
                    .ifPresent(oldest -> sessions.remove(oldest.getKey()));
        }
        Opening opening = new Opening(hex(ID_BYTES), hex(NONCE_BYTES));
        sessions.put(opening.id(), new Session(key, opening.nonce(), now));
        return Optional.of(opening);
    }

    /** The publisher who signed {@code request}; empty when nobody here did, or when it was seen before. */
    synchronized Optional<VerifyingKey> authorise(
            String id, UnsignedRequest request, long sequence, byte[] signature, Instant now) {
        Session session = sessions.get(id);
        if (session == null || sequence <= session.sequence) {
            return Optional.empty();
        }
        SignedRequest signed =
                new SignedRequest(request.method(), request.path(), session.nonce, sequence, request.body());
        if (!session.key.verify(signed.bytes(), signature)) {
            return Optional.empty();
        }
        session.sequence = sequence;
        session.used = now;
        session.proven = true;
        return Optional.of(session.key);
    }

    /** What a request says before anybody believes it. */
    record UnsignedRequest(String method, String path, packhorse.core.content.Sha256 body) {}

    private String hex(int bytes) {
        byte[] out = new byte[bytes];
        random.nextBytes(out);
        return HexFormat.of().formatHex(out);
    }
}
