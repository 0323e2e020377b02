package packhorse.core.content;

/** What a target of the catalogue can be. The document itself says which. */
public sealed interface TargetDocument {
    /** Where the document stands in the catalogue; its content decides. */
    String targetPath();

    /** A release's manifest. */
    record ManifestDocument(Manifest manifest) implements TargetDocument {
        @Override
        public String targetPath() {
            return manifest.id().targetPath();
        }
    }

    /** A bundle. */
    record BundleDocument(Bundle bundle) implements TargetDocument {
        @Override
        public String targetPath() {
            return bundle.targetPath();
        }
    }

    /** @throws BadContentException for everything that is neither */
    static TargetDocument decode(byte[] bytes) {
        int bytesMax = Math.max(ManifestCodec.BYTES_MAX, BundleCodec.BYTES_MAX);
        return DocumentFormat.typeOf(bytes, bytesMax)
                        .filter(BundleCodec.TYPE::equals)
                        .isPresent()
                ? new BundleDocument(BundleCodec.decode(bytes))
                : new ManifestDocument(ManifestCodec.decode(bytes));
    }
}
