package packhorse.tracker.enrol;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECPrivateKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;
import packhorse.core.OperationException;
import packhorse.core.UsageException;
import packhorse.core.durable.DurableFiles;
import packhorse.core.identity.Pem;
import packhorse.core.json.CanonicalJson;
import packhorse.core.json.Json;
import packhorse.core.json.Json.JsonInteger;
import packhorse.core.json.Json.JsonString;
import packhorse.core.json.JsonFields;
import packhorse.core.json.JsonReader;
import packhorse.core.trust.PassphraseSeal;
import packhorse.core.trust.StretchedPassphrase;

/**
 * An authority's key and certificate in one file, the key sealed under a passphrase ({@link PassphraseSeal}). Being one file,
 * a crash while it is replaced leaves the old authority or the new one, never a key without its certificate.
 *
 * @param key on P-256
 * @param certificate that vouches for it, authenticated with the key
 */
record SealedAuthority(PrivateKey key, X509Certificate certificate) {
    private static final String TYPE = "packhorse-authority-key";
    private static final int FORMAT = 1;
    /** A number below the order of P-256. */
    private static final int SCALAR_BYTES = 32;

    private static final int LENGTH_MAX_BYTES = 64 * 1024;

    /** Writes {@code file}, in place of one that is there, readable by its owner only. */
    void write(Path file, StretchedPassphrase passphrase, SecureRandom random) {
        requirePassphrase(file, passphrase);
        byte[] scalar = scalar((ECPrivateKey) key);
        try {
            new DurableFiles()
                    .replacePrivate(
                            file,
                            CanonicalJson.encode(PassphraseSeal.seal(header(certificate), scalar, passphrase, random)));
        } finally {
            Arrays.fill(scalar, (byte) 0);
        }
    }

    /**
     * Opens {@code file}.
     *
     * @throws UsageException when it is no such file, was changed, or the passphrase is another
     */
    static SealedAuthority read(Path file, char[] passphrase) {
        JsonFields fields = fields(file);
        try (StretchedPassphrase stretched = new StretchedPassphrase(passphrase)) {
            requirePassphrase(file, stretched);
            X509Certificate certificate = certificate(fields);
            byte[] scalar = PassphraseSeal.open(fields, header(certificate), SCALAR_BYTES, stretched);
            fields.done();
            try {
                PrivateKey key = KeyFactory.getInstance("EC")
                        .generatePrivate(new ECPrivateKeySpec(
                                new BigInteger(1, scalar), ((ECPublicKey) certificate.getPublicKey()).getParams()));
                return new SealedAuthority(key, certificate);
            } finally {
                Arrays.fill(scalar, (byte) 0);
            }
        } catch (PassphraseSeal.WrongPassphraseException e) {
            throw new UsageException(
                    file + " does not open: the passphrase is wrong, or the file was changed; try again", e);
        } catch (GeneralSecurityException | ClassCastException | IllegalArgumentException e) {
            throw malformed(file, e);
        }
    }

    /** The certificate in {@code file}, which needs no passphrase; what a file says of itself is not proof. */
    static X509Certificate readCertificate(Path file) {
        JsonFields fields = fields(file);
        try {
            return certificate(fields);
        } catch (CertificateException | IllegalArgumentException e) {
            throw malformed(file, e);
        }
    }

    private static X509Certificate certificate(JsonFields fields) throws CertificateException {
        return Pem.certificate(Base64.getDecoder().decode(fields.string("certificate")));
    }

    private static JsonFields fields(Path file) {
        try {
            if (Files.size(file) > LENGTH_MAX_BYTES) {
                throw new UsageException(
                        file + " is no authority's key: it is longer than " + LENGTH_MAX_BYTES + " bytes");
            }
            JsonFields fields = JsonFields.of(JsonReader.parse(Files.readAllBytes(file)), "the file");
            if (!fields.string("type").equals(TYPE)) {
                throw new IllegalArgumentException("its type is not \"" + TYPE + "\"");
            }
            long format = fields.integer("format");
            if (format != FORMAT) {
                throw new UsageException(
                        file + " has format " + format + ", this version reads " + FORMAT + "; update Packhorse");
            }
            return fields;
        } catch (NoSuchFileException e) {
            throw new UsageException(
                    file + " does not exist; packhorse ca init makes it, and a root's key may have been carried away",
                    e);
        } catch (IOException e) {
            throw new UsageException(file + " cannot be read: " + DurableFiles.reason(e), e);
        } catch (IllegalArgumentException e) {
            throw malformed(file, e);
        }
    }

    private static Map<String, Json> header(X509Certificate certificate) {
        TreeMap<String, Json> members = new TreeMap<>();
        members.put("type", new JsonString(TYPE));
        members.put("format", new JsonInteger(FORMAT));
        try {
            members.put("certificate", new JsonString(Base64.getEncoder().encodeToString(certificate.getEncoded())));
        } catch (CertificateException e) {
            throw new OperationException("a certificate has no bytes", e);
        }
        return members;
    }

    private static byte[] scalar(ECPrivateKey key) {
        byte[] number = key.getS().toByteArray();
        byte[] scalar = new byte[SCALAR_BYTES];
        int length = Math.min(number.length, SCALAR_BYTES);
        System.arraycopy(number, number.length - length, scalar, SCALAR_BYTES - length, length);
        Arrays.fill(number, (byte) 0);
        return scalar;
    }

    private static void requirePassphrase(Path file, StretchedPassphrase passphrase) {
        if (passphrase.isEmpty()) {
            throw new UsageException("the passphrase for " + file + " is empty; give one");
        }
    }

    private static UsageException malformed(Path file, Exception e) {
        return new UsageException(
                file + " is no authority's key: " + e.getMessage() + "; name a directory that packhorse ca init made",
                e);
    }

    /** Names the certificate, never the key. */
    @Override
    public String toString() {
        return certificate.getSubjectX500Principal().toString();
    }
}
