package packhorse.console.audit;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Optional;
import packhorse.core.content.Sha256;

/**
 * A walk along the chain, from its first link on. The digest of link n is SHA-256 over a word of its own, the digest of link n − 1
 * and the link's bytes; before the first stands SHA-256 of nothing. A chain proves the order and the wholeness of what stands before
 * a digest that somebody kept elsewhere; it does not prove that its end was not cut off, which is why evidence packs carry the newest
 * digest, signed. The idea is Haber and Stornetta's linked time-stamping.
 *
 * <p>Reference: S. Haber, W. S. Stornetta, "How to time-stamp a digital document", Journal of Cryptology 3 (1991).
 */
public final class AuditChain {
    /** What stands before the first link. */
    public static final Sha256 BEGINNING = Sha256.of(new byte[0]);

    /** A digest of the chain is never that of something else. */
    private static final byte[] DOMAIN = "packhorse-audit-1\n".getBytes(StandardCharsets.US_ASCII);

    private long number;
    private Sha256 digest;

    /** At the chain's beginning. */
    public AuditChain() {
        this(0, BEGINNING);
    }

    /** Behind a link that is known. */
    public AuditChain(long number, Sha256 digest) {
        this.number = number;
        this.digest = digest;
    }

    /** Of the last link, 0 at the beginning. */
    public long number() {
        return number;
    }

    /** Of the last link. */
    public Sha256 digest() {
        return digest;
    }

    /** Binds {@code entry} behind the last link. */
    public AuditLink add(AuditEntry entry) {
        byte[] bytes = entry.bytes();
        AuditLink link = new AuditLink(number + 1, bytes, digest(digest, bytes));
        number = link.number();
        digest = link.digest();
        return link;
    }

    /** Goes on to {@code link}; what is wrong with it in one line, and then the walk stays where it was. */
    public Optional<String> follow(AuditLink link) {
        if (link.number() != number + 1) {
            return Optional.of("after link " + number + " comes link " + link.number() + ": "
                    + (link.number() > number ? "what stood between is gone" : "it stands here a second time"));
        }
        byte[] bytes = link.bytes();
        if (!digest(digest, bytes).equals(link.digest())) {
            return Optional.of(
                    "link " + link.number() + " does not fit the one before it: its bytes or its digest were changed");
        }
        try {
            if (!Arrays.equals(AuditEntry.parse(bytes).bytes(), bytes)) {
                return Optional.of("link " + link.number() + " is not written as an audit entry is");
            }
        } catch (IllegalArgumentException e) {
            return Optional.of("link " + link.number() + " is no audit entry: " + e.getMessage());
        }
        number = link.number();
        digest = link.digest();
        return Optional.empty();
    }

    private static Sha256 digest(Sha256 before, byte[] bytes) {
        MessageDigest digest = Sha256.newDigest();
        digest.update(DOMAIN);
        digest.update(before.bytes());
        digest.update(bytes);
        return Sha256.ofDigest(digest.digest());
    }
}
