package packhorse.tracker.enrol;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import packhorse.core.UsageException;
import packhorse.core.content.Sha256;
import packhorse.core.durable.DurableFiles;
import packhorse.core.identity.CertificateAuthority;
import packhorse.core.identity.CertificateAuthority.Root;
import packhorse.core.identity.CertificateAuthority.Subject;
import packhorse.core.identity.DeploymentRole;
import packhorse.core.identity.JoinToken;
import packhorse.core.identity.MachineIdentity;
import packhorse.core.identity.Pem;
import packhorse.core.topology.EndpointId;
import packhorse.core.trust.StretchedPassphrase;
import packhorse.tracker.enrol.EnrolmentJournal.Change;
import packhorse.tracker.enrol.JournalEntry.TokenIssued;

/**
 * An authority on disk: what {@code packhorse ca init} makes.
 *
 * <table><caption>Files</caption>
 * <tr><td>{@code root.key}<td>the root's key, sealed; carried away after {@code init}, brought back to renew the issuing one
 * <tr><td>{@code deployment-ca.crt}<td>the root's certificate, for whoever wants to check this deployment's machines
 * <tr><td>{@code issuing.key}<td>the issuing key, sealed, with its certificate
 * <tr><td>{@code journal}<td>tokens, certificates, denials
 * <tr><td>{@code catalogue/SHA256}<td>catalogue roots that tokens pin
 * </table>
 *
 * @param path the directory
 */
public record AuthorityDirectory(Path path) {
    static final String ROOT_KEY = "root.key";
    static final String ISSUING_KEY = "issuing.key";
    private static final String JOURNAL = "journal";
    private static final String CATALOGUE = "catalogue";
    /** Longer, and somebody's forgotten note opens the door; a day suits who carries tokens to a remote office. */
    public static final Duration TOKEN_LIFE_MAX = Duration.ofDays(7);

    /** As everywhere. */
    private static final int CATALOGUE_ROOT_BYTES_MAX = 512 * 1024;

    /**
     * Makes an authority in {@code directory}, new or empty.
     *
     * @param rootPassphrase seals the root's key
     * @param issuingPassphrase seals the issuing key
     */
    public static AuthorityDirectory create(
            Path directory, char[] rootPassphrase, char[] issuingPassphrase, Instant now, SecureRandom random) {
        try (StretchedPassphrase first = new StretchedPassphrase(rootPassphrase);
                StretchedPassphrase other = new StretchedPassphrase(issuingPassphrase)) {
            StretchedPassphrase second = Arrays.equals(rootPassphrase, issuingPassphrase) ? first : other;
            return create(directory, first, second, now, random);
        }
    }

    /**
     * The same with passphrases that may seal other things too.
     *
     * @param issuingPassphrase may be {@code rootPassphrase}
     */
    public static AuthorityDirectory create(
            Path directory,
            StretchedPassphrase rootPassphrase,
            StretchedPassphrase issuingPassphrase,
            Instant now,
            SecureRandom random) {
        requireEmpty(directory);
        Root root = Root.create(now, random);
        CertificateAuthority issuing = root.issuing(now, random);
        new SealedAuthority(root.key(), root.certificate()).write(directory.resolve(ROOT_KEY), rootPassphrase, random);
        new SealedAuthority(issuing.key(), issuing.certificate())
                .write(directory.resolve(ISSUING_KEY), issuingPassphrase, random);
        new DurableFiles()
                .replace(directory.resolve(MachineIdentity.ROOT_FILE), Pem.encode(List.of(root.certificate())));
        EnrolmentJournal.create(directory.resolve(JOURNAL));
        return new AuthorityDirectory(directory);
    }

    private static void requireEmpty(Path directory) {
        if (!Files.exists(directory)) {
            return;
        }
        try (DirectoryStream<Path> found = Files.newDirectoryStream(directory)) {
            if (found.iterator().hasNext()) {
                throw new UsageException(directory + " is not empty, and nothing is overwritten; name a new directory");
            }
        } catch (IOException e) {
            throw new UsageException(directory + " cannot be read: " + DurableFiles.reason(e), e);
        }
    }

    /** The root's certificate. */
    public X509Certificate root() {
        return Pem.readCertificates(path.resolve(MachineIdentity.ROOT_FILE)).getFirst();
    }

    /** The issuing certificate. */
    public X509Certificate issuing() {
        return SealedAuthority.readCertificate(issuingKey());
    }

    Path issuingKey() {
        return path.resolve(ISSUING_KEY);
    }

    Path catalogueRoots() {
        return path.resolve(CATALOGUE);
    }

    /** The issuing authority. */
    CertificateAuthority open(char[] issuingPassphrase, SecureRandom random) {
        SealedAuthority sealed = SealedAuthority.read(issuingKey(), issuingPassphrase);
        return new CertificateAuthority(sealed.key(), sealed.certificate(), root(), random);
    }

    EnrolmentJournal journal(LongSupplier nanoTime) {
        return EnrolmentJournal.open(path.resolve(JOURNAL), nanoTime);
    }

    /**
     * Replaces the issuing authority by a new one that the root signs; machines notice nothing.
     *
     * @param rootKey the root's key file, wherever it was carried
     * @return the new certificate
     */
    public X509Certificate renewIssuing(
            Path rootKey, char[] rootPassphrase, char[] issuingPassphrase, Instant now, SecureRandom random) {
        SealedAuthority root = SealedAuthority.read(rootKey, rootPassphrase);
        if (!root.certificate().equals(root())) {
            throw new UsageException(rootKey + " is the root of another deployment than " + path
                    + "; bring the one that packhorse ca init made with it");
        }
        CertificateAuthority issuing = new Root(root.key(), root.certificate()).issuing(now, random);
        try (StretchedPassphrase fresh = new StretchedPassphrase(issuingPassphrase)) {
            new SealedAuthority(issuing.key(), issuing.certificate()).write(issuingKey(), fresh, random);
        }
        return issuing.certificate();
    }

    /**
     * What a token is to make.
     *
     * @param url where the authority answers
     * @param site the machine's home
     * @param role of the machine
     * @param names host names and addresses of it; for roles that have any
     * @param endpoint the machine that it makes again, if it is for one that was
     * @param catalogueRoot the catalogue's root.json
     * @param life how long it counts
     */
    public record TokenWish(
            URI url,
            String site,
            DeploymentRole role,
            List<String> names,
            Optional<EndpointId> endpoint,
            Path catalogueRoot,
            Duration life) {}

    /** Hands out a token; it is in the journal when this returns. */
    public JoinToken issueToken(TokenWish wish, Instant now, LongSupplier nanoTime, SecureRandom random) {
        if (!wish.life().isPositive() || wish.life().compareTo(TOKEN_LIFE_MAX) > 0) {
            throw new UsageException(
                    "a token lives up to " + TOKEN_LIFE_MAX.toDays() + " days; an hour is usual: --life 1h");
        }
        byte[] catalogueRoot = readCatalogueRoot(wish.catalogueRoot());
        Sha256 catalogue = Sha256.of(catalogueRoot);
        JoinToken token;
        try {
            var unused = new Subject(
                    EndpointId.ofBytes(new byte[EndpointId.LENGTH_BYTES]), wish.role(), wish.site(), wish.names());
            token = JoinToken.create(
                    wish.url(),
                    wish.site(),
                    wish.role(),
                    JoinToken.pin(root()),
                    catalogue,
                    now.plus(wish.life()),
                    random);
        } catch (IllegalArgumentException e) {
            throw new UsageException(String.valueOf(e.getMessage()), e);
        }
        EnrolmentJournal journal = journal(nanoTime);
        Path kept = catalogueRoots().resolve(catalogue.hex());
        if (!Files.exists(kept)) {
            new DurableFiles().replace(kept, catalogueRoot);
        }
        TokenIssued entry = new TokenIssued(
                now.truncatedTo(ChronoUnit.SECONDS),
                token.id(),
                JoinToken.digest(token.secret()),
                wish.site(),
                wish.role(),
                wish.names(),
                wish.endpoint(),
                token.expiry());
        return journal.update(books -> {
            wish.endpoint().filter(books.deniedEndpoints()::contains).ifPresent(denied -> {
                throw new UsageException("the endpoint " + denied
                        + " is revoked and stays so; leave --endpoint out, and the machine gets a new one");
            });
            return new Change<>(List.of(entry), token);
        });
    }

    private static byte[] readCatalogueRoot(Path file) {
        try {
            if (Files.size(file) > CATALOGUE_ROOT_BYTES_MAX) {
                throw new UsageException(file + " is longer than a root.json is; name the one that keys new made");
            }
            byte[] bytes = Files.readAllBytes(file);
            if (!new String(bytes, StandardCharsets.UTF_8).contains("\"root\"")) {
                throw new UsageException(file + " is no root.json; name the one that packhorse keys new made");
            }
            return bytes;
        } catch (IOException e) {
            throw new UsageException(
                    file + " cannot be read: " + DurableFiles.reason(e)
                            + "; name the root.json that packhorse keys new made",
                    e);
        }
    }

    /** The register: what was issued and who is denied. */
    public Register register(LongSupplier nanoTime) {
        return new Register(journal(nanoTime));
    }

    /** Where the authority is. */
    @Override
    public String toString() {
        return path.toString();
    }
}
