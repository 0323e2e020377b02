package packhorse.tracker.enrol;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import packhorse.core.content.Sha256;
import packhorse.core.identity.CertificateRequest;
import packhorse.core.identity.DeploymentRole;
import packhorse.core.identity.JoinToken;
import packhorse.core.identity.RemoteIdentity;
import packhorse.core.testing.TestDeployment;
import packhorse.core.topology.EndpointId;
import packhorse.tracker.enrol.EnrolmentJournal.Change;
import packhorse.tracker.enrol.JournalEntry.TokenIssued;

/** An authority without passphrases for tests: a deployment's keys in memory, the books on disk, a clock that is turned. */
final class Enrolment {
    /** A clock that stands until a test turns it; other threads see it turn. */
    static final class TurnedClock implements InstantSource {
        private volatile Instant now;

        TurnedClock(Instant now) {
            this.now = now;
        }

        void turn(Duration by) {
            now = now.plus(by);
        }

        @Override
        public Instant instant() {
            return now;
        }
    }

    static final String CATALOGUE_ROOT = "{\"signed\":{\"_type\":\"root\"}}";

    final TurnedClock clock;
    final SecureRandom random = new SecureRandom();
    final TestDeployment deployment;
    final EnrolmentJournal journal;
    final EstService est;
    final Path directory;

    Enrolment(Path directory) {
        this(directory, new TurnedClock(Instant.parse("2026-11-21T12:00:00Z")));
    }

    Enrolment(Path directory, TurnedClock clock) {
        this.directory = directory;
        this.clock = clock;
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        this.deployment = TestDeployment.create(directory.resolve("machines"), clock);
        Path file = directory.resolve("journal");
        EnrolmentJournal.create(file);
        journal = EnrolmentJournal.open(file, System::nanoTime);
        est = new EstService(journal, deployment::authority, directory.resolve("catalogue"), clock, random);
        try {
            Files.createDirectories(directory.resolve("catalogue"));
            Files.writeString(directory.resolve("catalogue").resolve(catalogue().hex()), CATALOGUE_ROOT);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Sha256 catalogue() {
        return Sha256.of(CATALOGUE_ROOT.getBytes(StandardCharsets.UTF_8));
    }

    JoinToken token(URI url, DeploymentRole role, String site, Optional<EndpointId> endpoint, List<String> names) {
        JoinToken token = JoinToken.create(
                url,
                site,
                role,
                JoinToken.pin(deployment.root()),
                catalogue(),
                clock.instant().plus(Duration.ofHours(1)),
                random);
        var unused = journal.update(books -> new Change<>(
                List.of(new TokenIssued(
                        clock.instant(),
                        token.id(),
                        JoinToken.digest(token.secret()),
                        site,
                        role,
                        names,
                        endpoint,
                        token.expiry())),
                true));
        return token;
    }

    JoinToken token() {
        return token(URI.create("https://127.20.6.1:7302"), DeploymentRole.AGENT, "north", Optional.empty(), List.of());
    }

    static String basic(JoinToken token) {
        return basic(token.id(), token.secret());
    }

    static String basic(String user, String password) {
        return "Basic " + Base64.getEncoder().encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
    }

    static byte[] csr(KeyPair pair) {
        return Base64.getMimeEncoder().encode(CertificateRequest.encode(pair));
    }

    static InetAddress address(int last) {
        try {
            return InetAddress.getByAddress(new byte[] {127, 20, 6, (byte) last});
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    EstReply enrol(JoinToken token, byte[] body) {
        return post("simpleenroll", Optional.of(basic(token)), Optional.empty(), body);
    }

    EstReply reenrol(RemoteIdentity caller, byte[] body) {
        return post("simplereenroll", Optional.empty(), Optional.of(caller), body);
    }

    EstReply post(String operation, Optional<String> authorization, Optional<RemoteIdentity> caller, byte[] body) {
        return est.answer(new EstRequest("POST", operation, authorization, caller, address(1), body));
    }

    EstReply get(String operation) {
        return est.answer(
                new EstRequest("GET", operation, Optional.empty(), Optional.empty(), address(1), new byte[0]));
    }

    static String text(EstReply reply) {
        return new String(reply.body(), StandardCharsets.UTF_8);
    }
}
