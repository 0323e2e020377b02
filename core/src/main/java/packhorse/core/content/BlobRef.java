package packhorse.core.content;

/**
 * Names bytes by what they are: an object of the repository, fetched by digest and never longer than said.
 *
 * @param sha256 of the bytes
 * @param length exact length in bytes, above 0
 */
public record BlobRef(Sha256 sha256, long length) {
    public BlobRef {
        if (length < 1) {
            throw new IllegalArgumentException("an object has at least 1 byte, not " + length);
        }
    }

    public static BlobRef of(byte[] bytes) {
        return new BlobRef(Sha256.of(bytes), bytes.length);
    }
}
