package packhorse.core.identity;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.util.List;

/**
 * A private key with the certificates that vouch for its public half.
 *
 * @param key the private half
 * @param chain the machine's certificate first, then its issuer's; the root may follow
 */
public record Credential(PrivateKey key, List<X509Certificate> chain) {
    /** @throws IdentityException when key and first certificate do not belong together */
    public Credential {
        chain = List.copyOf(chain);
        if (chain.isEmpty()) {
            throw new IllegalArgumentException("a credential has one certificate at least");
        }
        if (!belong(key, chain.getFirst().getPublicKey())) {
            throw new IdentityException("the key is not that of the certificate \""
                    + chain.getFirst().getSubjectX500Principal() + "\"");
        }
    }

    /** The machine's certificate. */
    public X509Certificate certificate() {
        return chain.getFirst();
    }

    /** A new key on the curve P-256, the one every TLS stack knows. */
    public static KeyPair newKey(SecureRandom random) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"), random);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new AssertionError("every Java runtime has P-256", e);
        }
    }

    /** Whether {@code key} signs what {@code other} verifies. */
    static boolean belong(PrivateKey key, PublicKey other) {
        byte[] sample = {'p', 'a', 'c', 'k', 'h', 'o', 'r', 's', 'e'};
        try {
            Signature signature = Signature.getInstance("SHA256withECDSA");
            signature.initSign(key);
            signature.update(sample);
            byte[] signed = signature.sign();
            signature.initVerify(other);
            signature.update(sample);
            return signature.verify(signed);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    /** Names the certificate, never the key. */
    @Override
    public String toString() {
        return "credential of " + certificate().getSubjectX500Principal();
    }
}
