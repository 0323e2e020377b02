package packhorse.core.content;

import java.nio.ByteBuffer;
import java.security.MessageDigest;

/** Checks content against its reference while its bytes stream by; the only maker of {@link VerifiedContent}. */
public final class ContentVerifier {
    private final BlobRef expected;
    private final MessageDigest digest = Sha256.newDigest();
    private long taken;

    public ContentVerifier(BlobRef expected) {
        this.expected = expected;
    }

    public void update(byte[] buffer, int offset, int length) {
        digest.update(buffer, offset, length);
        taken += length;
    }

    /** Takes the buffer's remaining bytes. */
    public void update(ByteBuffer buffer) {
        taken += buffer.remaining();
        digest.update(buffer);
    }

    /** @throws BadContentException when the bytes were not the expected ones */
    public VerifiedContent finish() {
        Sha256 actual = Sha256.ofDigest(digest.digest());
        if (taken != expected.length() || !actual.equals(expected.sha256())) {
            throw new BadContentException("the content is " + taken + " bytes with SHA-256 " + actual + ", not "
                    + expected.length() + " bytes with SHA-256 " + expected.sha256());
        }
        return new VerifiedContent(expected);
    }

    /** Checks bytes that are all here. */
    public static VerifiedContent verify(BlobRef expected, byte[] bytes) {
        ContentVerifier verifier = new ContentVerifier(expected);
        verifier.update(bytes, 0, bytes.length);
        return verifier.finish();
    }
}
