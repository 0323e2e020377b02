package packhorse.core.content;

/** Proof that content had the digest and length of its reference. Only {@link ContentVerifier} makes it. */
public final class VerifiedContent {
    private final BlobRef ref;

    VerifiedContent(BlobRef ref) {
        this.ref = ref;
    }

    public BlobRef ref() {
        return ref;
    }
}
