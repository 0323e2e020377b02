package packhorse.core.identity;

import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECFieldFp;
import java.security.spec.ECParameterSpec;
import java.security.spec.X509EncodedKeySpec;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.pkcs.PKCSException;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;

/**
 * A certification request (PKCS #10, RFC 2986): a public key, and the proof that whoever asks holds its private half. What
 * it says about names is not read: an authority names a machine by its token or by the certificate it had.
 *
 * @param key the public key, on P-256
 */
public record CertificateRequest(PublicKey key) {
    /** A request of ours has 250 bytes; one with many attributes 2 KiB. */
    public static final int LENGTH_MAX_BYTES = 8 * 1024;

    /** A request for {@code pair}, in DER, that claims nothing. */
    public static byte[] encode(KeyPair pair) {
        try {
            return new JcaPKCS10CertificationRequestBuilder(new X500Principal("CN=packhorse"), pair.getPublic())
                    .build(new JcaContentSignerBuilder("SHA256withECDSA").build(pair.getPrivate()))
                    .getEncoded();
        } catch (OperatorCreationException | IOException e) {
            throw new IdentityException("a certificate could not be asked for: " + e.getMessage(), e);
        }
    }

    /**
     * Reads a request that anybody may have written.
     *
     * @throws IllegalArgumentException with one line when it is none, its key is not on P-256, or its signature is not by
     *     that key
     */
    public static CertificateRequest parse(byte[] der) {
        if (der.length > LENGTH_MAX_BYTES) {
            throw new IllegalArgumentException("a request of more than " + LENGTH_MAX_BYTES + " bytes");
        }
        try {
            PKCS10CertificationRequest request = new PKCS10CertificationRequest(der);
            SubjectPublicKeyInfo info = request.getSubjectPublicKeyInfo();
            if (!X9ObjectIdentifiers.id_ecPublicKey.equals(info.getAlgorithm().getAlgorithm())
                    || !SECObjectIdentifiers.secp256r1.equals(
                            info.getAlgorithm().getParameters())) {
                throw new IllegalArgumentException(
                        "its key is not on the curve P-256; make one with openssl ecparam -name prime256v1 -genkey");
            }
            PublicKey key = KeyFactory.getInstance("EC").generatePublic(new X509EncodedKeySpec(info.getEncoded()));
            requireOnCurve((ECPublicKey) key);
            if (!request.isSignatureValid(new JcaContentVerifierProviderBuilder().build(key))) {
                throw new IllegalArgumentException("its signature is not by its own key");
            }
            return new CertificateRequest(key);
        } catch (IllegalArgumentException e) {
            throw e;
        } catch (IOException
                | GeneralSecurityException
                | OperatorCreationException
                | PKCSException
                | RuntimeException e) {
            // The library throws various unchecked exceptions for bytes that are no request.
            throw new IllegalArgumentException("it is no certification request (PKCS #10): " + e.getMessage(), e);
        }
    }

    /** The point must solve the curve's equation (SP 800-56A §5.6.2.3.3): a point that does not is an attack, not a key. */
    private static void requireOnCurve(ECPublicKey key) {
        ECParameterSpec curve = key.getParams();
        BigInteger p = ((ECFieldFp) curve.getCurve().getField()).getP();
        BigInteger x = key.getW().getAffineX();
        BigInteger y = key.getW().getAffineY();
        BigInteger right = x.pow(3)
                .add(curve.getCurve().getA().multiply(x))
                .add(curve.getCurve().getB())
                .mod(p);
        if (x.signum() < 0
                || x.compareTo(p) >= 0
                || y.signum() < 0
                || y.compareTo(p) >= 0
                || !y.multiply(y).mod(p).equals(right)) {
            throw new IllegalArgumentException("its key is no point of the curve P-256");
        }
    }
}
