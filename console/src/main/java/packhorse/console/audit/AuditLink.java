package packhorse.console.audit;

import java.util.Arrays;
import java.util.Objects;
import packhorse.core.content.Sha256;

/** An entry in its place. */
public final class AuditLink {
    private final long number;
    private final byte[] bytes;
    private final Sha256 digest;

    /**
     * @param number 1, 2, 3 …
     * @param bytes the entry's exact bytes
     * @param digest over the digest before and the bytes
     */
    public AuditLink(long number, byte[] bytes, Sha256 digest) {
        if (number < 1) {
            throw new IllegalArgumentException("links are numbered from 1, not " + number);
        }
        this.number = number;
        this.bytes = bytes.clone();
        this.digest = digest;
    }

    /** 1, 2, 3 … */
    public long number() {
        return number;
    }

    /** Over the digest before and the bytes. */
    public Sha256 digest() {
        return digest;
    }

    /** The entry's exact bytes. */
    public byte[] bytes() {
        return bytes.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof AuditLink link
                && number == link.number
                && Arrays.equals(bytes, link.bytes)
                && digest.equals(link.digest);
    }

    @Override
    public int hashCode() {
        return Objects.hash(number, digest);
    }

    @Override
    public String toString() {
        return "link " + number + " " + digest;
    }
}
