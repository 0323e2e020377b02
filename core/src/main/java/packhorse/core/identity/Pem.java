package packhorse.core.identity;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import packhorse.core.UsageException;

/** Certificates and private keys as text (RFC 7468), the form that openssl, curl and people exchange. */
public final class Pem {
    /** Three certificates and a key have less than 8 KiB; a file that is longer is none of ours. */
    private static final int LENGTH_MAX_BYTES = 64 * 1024;

    private static final int LINE_CHARACTERS = 64;
    private static final String CERTIFICATE = "CERTIFICATE";
    private static final String PRIVATE_KEY = "PRIVATE KEY";
    private static final String PUBLIC_KEY = "PUBLIC KEY";
    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----\\s([A-Za-z0-9+/=\\s]*)-----END \\1-----");

    private Pem() {}

    /** {@code certificates}, one after the other. */
    public static byte[] encode(List<X509Certificate> certificates) {
        StringBuilder text = new StringBuilder();
        try {
            for (X509Certificate certificate : certificates) {
                append(text, CERTIFICATE, certificate.getEncoded());
            }
        } catch (CertificateException e) {
            throw new AssertionError("a parsed certificate has its bytes", e);
        }
        return text.toString().getBytes(StandardCharsets.US_ASCII);
    }

    /** {@code key} as PKCS#8 (RFC 5208), not encrypted: for a file that only its owner reads. */
    public static byte[] encode(PrivateKey key) {
        StringBuilder text = new StringBuilder();
        append(text, PRIVATE_KEY, key.getEncoded());
        return text.toString().getBytes(StandardCharsets.US_ASCII);
    }

    /** {@code pair}: the private half as above, the public half after it (RFC 7468 §13). */
    public static byte[] encode(KeyPair pair) {
        StringBuilder text = new StringBuilder();
        append(text, PRIVATE_KEY, pair.getPrivate().getEncoded());
        append(text, PUBLIC_KEY, pair.getPublic().getEncoded());
        return text.toString().getBytes(StandardCharsets.US_ASCII);
    }

    private static void append(StringBuilder text, String label, byte[] der) {
        text.append("-----BEGIN ")
                .append(label)
                .append("-----\n")
                .append(Base64.getMimeEncoder(LINE_CHARACTERS, new byte[] {'\n'})
                        .encodeToString(der))
                .append("\n-----END ")
                .append(label)
                .append("-----\n");
    }

    /**
     * The certificates in {@code file}, at least one.
     *
     * @throws UsageException when there is none, or one cannot be read
     */
    public static List<X509Certificate> readCertificates(Path file) {
        List<X509Certificate> found = new ArrayList<>();
        for (byte[] der : blocks(file, CERTIFICATE)) {
            try {
                found.add(certificate(der));
            } catch (CertificateException e) {
                throw malformed(file, "a certificate in it cannot be read: " + e.getMessage(), e);
            }
        }
        return found;
    }

    /** The certificate whose bytes are {@code der}. */
    public static X509Certificate certificate(byte[] der) throws CertificateException {
        return (X509Certificate)
                CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
    }

    /**
     * The elliptic-curve key in {@code file}.
     *
     * @throws UsageException when there is none, or it cannot be read
     */
    public static PrivateKey readKey(Path file) {
        return privateKey(file, blocks(file, PRIVATE_KEY).getFirst());
    }

    /**
     * The pair in {@code file}.
     *
     * @throws UsageException when there is none, or its halves do not belong together
     */
    static KeyPair readPair(Path file) {
        try {
            PublicKey other = KeyFactory.getInstance("EC")
                    .generatePublic(
                            new X509EncodedKeySpec(blocks(file, PUBLIC_KEY).getFirst()));
            PrivateKey key = readKey(file);
            if (!Credential.belong(key, other)) {
                throw malformed(file, "its two keys do not belong together", null);
            }
            return new KeyPair(other, key);
        } catch (GeneralSecurityException e) {
            throw malformed(file, "its public key is no elliptic-curve key", e);
        }
    }

    private static PrivateKey privateKey(Path file, byte[] der) {
        try {
            return KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(der));
        } catch (GeneralSecurityException e) {
            throw malformed(file, "its key is no elliptic-curve key in PKCS#8", e);
        }
    }

    private static List<byte[]> blocks(Path file, String label) {
        String text;
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(LENGTH_MAX_BYTES + 1);
            if (bytes.length > LENGTH_MAX_BYTES) {
                throw new UsageException(
                        file + " is longer than " + LENGTH_MAX_BYTES + " bytes; is it the right file?");
            }
            text = new String(bytes, StandardCharsets.US_ASCII);
        } catch (NoSuchFileException e) {
            throw new UsageException(file + " cannot be read: there is no such file", e);
        } catch (IOException e) {
            throw new UsageException(file + " cannot be read: " + e.getMessage(), e);
        }
        List<byte[]> found = new ArrayList<>();
        Matcher block = BLOCK.matcher(text);
        while (block.find()) {
            if (block.group(1).equals(label)) {
                try {
                    found.add(Base64.getMimeDecoder().decode(block.group(2)));
                } catch (IllegalArgumentException e) {
                    throw malformed(file, "a block in it is no base64", e);
                }
            }
        }
        if (found.isEmpty()) {
            throw malformed(file, "it has no block \"BEGIN " + label + "\"", null);
        }
        return found;
    }

    private static UsageException malformed(Path file, String why, @org.jspecify.annotations.Nullable Throwable cause) {
        return new UsageException(file + " is no PEM file of this kind: " + why, cause);
    }
}
