package packhorse.core.trust;

import java.security.SecureRandom;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.bouncycastle.crypto.signers.Ed25519Signer;

/** An Ed25519 private key (RFC 8032). It never prints itself; it is kept in a {@link KeyFile}. */
public final class SigningKey {
    public static final int SEED_BYTES = 32;

    private final Ed25519PrivateKeyParameters parameters;

    private SigningKey(Ed25519PrivateKeyParameters parameters) {
        this.parameters = parameters;
    }

    /** A new key from {@code random}. */
    public static SigningKey generate(SecureRandom random) {
        return new SigningKey(new Ed25519PrivateKeyParameters(random));
    }

    /** The key of a 32-byte seed. */
    static SigningKey ofSeed(byte[] seed) {
        if (seed.length != SEED_BYTES) {
            throw new IllegalArgumentException("an Ed25519 seed has 32 bytes, not " + seed.length);
        }
        return new SigningKey(new Ed25519PrivateKeyParameters(seed));
    }

    /** The 64-byte signature over {@code message}; the same every time. */
    public byte[] sign(byte[] message) {
        Ed25519Signer signer = new Ed25519Signer();
        signer.init(true, parameters);
        signer.update(message, 0, message.length);
        return signer.generateSignature();
    }

    public VerifyingKey publicKey() {
        return VerifyingKey.of(parameters.generatePublicKey().getEncoded());
    }

    byte[] seed() {
        return parameters.getEncoded();
    }

    /** Names the public half only. */
    @Override
    public String toString() {
        return "signing key " + publicKey().keyId().brief();
    }
}
