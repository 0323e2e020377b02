package packhorse.tracker.enrol;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.core.OperationException;
import packhorse.core.UsageException;
import packhorse.core.content.Sha256;
import packhorse.core.durable.DurableFiles;
import packhorse.core.identity.CertificateAuthority;
import packhorse.core.identity.CertificateAuthority.Subject;
import packhorse.core.identity.Credential;
import packhorse.core.identity.DenyList;
import packhorse.core.identity.DeploymentRole;
import packhorse.core.identity.MachineIdentity;
import packhorse.core.identity.Pem;
import packhorse.core.identity.RemoteIdentity;
import packhorse.core.topology.EndpointId;
import packhorse.tracker.enrol.EnrolmentJournal.Change;
import packhorse.tracker.enrol.JournalEntry.Certified;

/**
 * A tracker's own authority at work: it answers EST, keeps the deny-list live, and gives the tracker its certificate.
 *
 * <p>One thread looks after it: at the journal four times a second, since a revocation by {@code packhorse ca} must be felt
 * within one; at the issuing key every minute, since {@code packhorse ca renew-issuing} may have replaced it; at the
 * tracker's own certificate, which is renewed at two thirds of its life; once a day, whether the journal is worth rewriting.
 */
public final class LocalAuthority implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LocalAuthority.class);

    /** How often the journal is looked at: a revocation is felt within a second, with room for a slow disk. */
    static final Duration JOURNAL_LOOK = Duration.ofMillis(250);

    /** How often the issuing key and the tracker's own certificate are looked at. */
    public static final Duration KEY_LOOK = Duration.ofMinutes(1);

    private static final Duration COMPACTION_LOOK = Duration.ofDays(1);
    /** When people are told that the issuing authority ends: three weeks, time for somebody to fetch the root's key. */
    private static final Duration ISSUING_WARNING = Duration.ofDays(21);
    /** The tracker's certificate is renewed when less than a third of its life is left. */
    private static final int LIFE_PARTS = 3;

    private final AuthorityDirectory directory;
    private final char[] passphrase;
    private final EnrolmentJournal journal;
    private final EstService est;
    private final InstantSource clock;
    private final SecureRandom random;
    private final Duration keyLook;
    private final ScheduledExecutorService keeper;

    private volatile CertificateAuthority authority;
    /** Touched by the keeper's thread only, after construction. */
    private FileTime keyChanged;

    private LocalAuthority(
            AuthorityDirectory directory,
            char[] passphrase,
            InstantSource clock,
            LongSupplier nanoTime,
            SecureRandom random,
            Duration keyLook) {
        this.directory = directory;
        this.passphrase = passphrase.clone();
        this.clock = clock;
        this.random = random;
        this.keyLook = keyLook;
        this.keyChanged = keyTime();
        this.authority = directory.open(passphrase, random);
        this.journal = directory.journal(nanoTime);
        this.est = new EstService(journal, () -> authority, directory.catalogueRoots(), clock, random);
        this.keeper = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().name("authority").daemon().factory());
    }

    /**
     * Opens the authority in {@code directory} and looks after it until it is closed.
     *
     * @param passphrase of the issuing key
     * @throws UsageException when there is none, it is damaged, or the passphrase is another
     */
    public static LocalAuthority open(
            Path directory, char[] passphrase, InstantSource clock, LongSupplier nanoTime, SecureRandom random) {
        return open(directory, passphrase, clock, nanoTime, random, KEY_LOOK);
    }

    /** Like the other, looking at keys every {@code keyLook}; for tests, whose clocks turn faster. */
    public static LocalAuthority open(
            Path directory,
            char[] passphrase,
            InstantSource clock,
            LongSupplier nanoTime,
            SecureRandom random,
            Duration keyLook) {
        LocalAuthority opened =
                new LocalAuthority(new AuthorityDirectory(directory), passphrase, clock, nanoTime, random, keyLook);
        opened.journal.compact(clock.instant(), EnrolmentJournal.COMPACTED_FROM_BYTES);
        opened.every(JOURNAL_LOOK, opened.journal::refresh);
        opened.every(keyLook, opened::lookAtKey);
        opened.every(
                COMPACTION_LOOK, () -> opened.journal.compact(clock.instant(), EnrolmentJournal.COMPACTED_FROM_BYTES));
        opened.warn();
        return opened;
    }

    private void every(Duration pause, Runnable look) {
        var unused = keeper.scheduleWithFixedDelay(
                () -> {
                    try {
                        look.run();
                    } catch (OperationException | UsageException e) {
                        LOG.error("the authority in {}: {}", directory, e.getMessage());
                    } catch (RuntimeException e) {
                        LOG.error("the authority in {}", directory, e);
                    }
                },
                pause.toMillis(),
                pause.toMillis(),
                TimeUnit.MILLISECONDS);
    }

    private FileTime keyTime() {
        try {
            return Files.getLastModifiedTime(directory.issuingKey());
        } catch (IOException e) {
            throw new UsageException(
                    directory.issuingKey() + " cannot be read: " + DurableFiles.reason(e)
                            + "; name the directory that packhorse ca init made",
                    e);
        }
    }

    private void lookAtKey() {
        FileTime now = keyTime();
        if (!now.equals(keyChanged)) {
            authority = directory.open(passphrase, random);
            keyChanged = now;
            LOG.info("the issuing authority was renewed: it counts until {}", end());
        }
        warn();
    }

    private Instant end() {
        return authority.certificate().getNotAfter().toInstant();
    }

    private void warn() {
        if (!clock.instant().isBefore(end().minus(ISSUING_WARNING))) {
            LOG.warn(
                    "the issuing authority ends on {}, and no machine can renew after that:"
                            + " bring the root's key and run packhorse ca renew-issuing",
                    end());
        }
    }

    /** Answers enrolment; any thread may ask, and it may wait for the disk. */
    public EstDesk est() {
        return est;
    }

    /** Asks {@code source} for tokens that this authority did not issue itself. */
    public void askFor(TokenSource source) {
        est.askFor(source);
    }

    /** The authority's books. */
    public Register register() {
        return new Register(journal);
    }

    /** Lets nobody join again or renew whom {@code list} denies, live, besides whom its own books do. */
    public void denyAlso(DenyList list) {
        est.denyAlso(list);
    }

    /** Who is denied, live. */
    public DenyList denyList() {
        return journal.denyList();
    }

    /** The deployment's root. */
    public X509Certificate root() {
        return authority.root();
    }

    /**
     * The tracker's own identity, new at each start and renewed by itself until this authority is closed. The endpoint stays
     * the same, as {@code data} remembers it.
     *
     * @param site where the tracker is
     * @param names host names and addresses that others reach it by
     * @param data gets the identity's files
     */
    public MachineIdentity trackerIdentity(String site, List<String> names, Path data) {
        EndpointId id = remembered(data).orElseGet(this::newEndpoint);
        Subject subject;
        try {
            subject = new Subject(id, DeploymentRole.TRACKER, site, names);
        } catch (IllegalArgumentException e) {
            throw new UsageException("the tracker's own certificate: " + e.getMessage(), e);
        }
        MachineIdentity identity = MachineIdentity.of(issue(subject, data), authority.root(), clock);
        every(keyLook, () -> {
            Instant end = identity.self().notAfter();
            Duration left = Duration.between(clock.instant(), end);
            if (left.compareTo(DeploymentRole.TRACKER.lifetime().dividedBy(LIFE_PARTS)) < 0) {
                identity.renewed(issue(subject, data));
                LOG.info(
                        "renewed this tracker's certificate: it counts until {}",
                        identity.self().notAfter());
            }
        });
        return identity;
    }

    private Optional<EndpointId> remembered(Path data) {
        Path file = data.resolve(MachineIdentity.CERTIFICATE_FILE);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        var before = RemoteIdentity.of(Pem.readCertificates(file).getFirst());
        return before.role() == DeploymentRole.TRACKER ? Optional.of(before.id()) : Optional.empty();
    }

    private Credential issue(Subject subject, Path data) {
        KeyPair pair = Credential.newKey(random);
        Instant now = clock.instant();
        CertificateAuthority issuing = authority;
        X509Certificate certificate = issuing.issue(pair.getPublic(), subject, now);
        Credential credential = new Credential(pair.getPrivate(), List.of(certificate, issuing.certificate()));
        journal.update(books -> new Change<>(
                List.of(new Certified(
                        now.truncatedTo(ChronoUnit.SECONDS),
                        subject.id(),
                        subject.role(),
                        subject.site(),
                        subject.names(),
                        certificate.getSerialNumber(),
                        Sha256.of(pair.getPublic().getEncoded()),
                        certificate.getNotAfter().toInstant(),
                        Optional.empty(),
                        Optional.empty())),
                true));
        DurableFiles files = new DurableFiles();
        files.replace(data.resolve(MachineIdentity.ROOT_FILE), Pem.encode(List.of(issuing.root())));
        files.replacePrivate(data.resolve(MachineIdentity.KEY_FILE), Pem.encode(pair));
        files.replace(data.resolve(MachineIdentity.CERTIFICATE_FILE), Pem.encode(credential.chain()));
        return credential;
    }

    private EndpointId newEndpoint() {
        byte[] id = new byte[EndpointId.LENGTH_BYTES];
        random.nextBytes(id);
        return EndpointId.ofBytes(id);
    }

    /** Stops looking after it. */
    @Override
    public void close() {
        keeper.shutdownNow();
        Arrays.fill(passphrase, '\0');
    }
}
