package packhorse.tracker;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.identity.DeploymentRole;
import packhorse.core.identity.JoinToken;
import packhorse.core.identity.Joining;
import packhorse.core.identity.MachineIdentity;
import packhorse.core.identity.RemoteIdentity;
import packhorse.core.trust.CheapPassphrase;
import packhorse.core.trust.StretchedPassphrase;
import packhorse.tracker.catalogue.Repository;
import packhorse.tracker.enrol.AuthorityDirectory;
import packhorse.tracker.enrol.AuthorityDirectory.TokenWish;

/** Trackers whose week passes while they run: both of their secure doors show the next certificate without a restart. */
@Timeout(180)
final class TrackerRenewalTest {
    private static final String HOST = "127.20.57.2";

    /** Before anybody renews: two thirds of seven days, a tenth earlier. */
    private static final Duration EARLY = Duration.ofDays(4);

    /** After everybody has: two thirds of seven days, a tenth later; the old certificate still counts. */
    private static final Duration DUE = Duration.ofHours(126);

    private static final Duration LOOK = Duration.ofMillis(20);

    @TempDir
    private Path directory = Path.of("");

    private final AtomicReference<Instant> now =
            new AtomicReference<>(InstantSource.system().instant());
    private final Instant begin = now.get();
    private final InstantSource clock = now::get;
    private final SecureRandom random = new SecureRandom();
    private AuthorityDirectory authority = new AuthorityDirectory(directory);

    @BeforeEach
    void deployment() throws IOException {
        var unused = new Repository(directory);
        Files.writeString(directory.resolve("sites.yaml"), "sites: []\norigins: [127.20.57.9]\n");
        Files.writeString(directory.resolve("phrase"), "a passphrase for tests\n");
        StretchedPassphrase phrase = CheapPassphrase.of("a passphrase for tests");
        authority = AuthorityDirectory.create(directory.resolve("ca"), phrase, phrase, begin, random);
    }

    private TrackerMain tracker(String name, String standing) throws IOException {
        Path config =
                Files.writeString(directory.resolve(name + ".yaml"), """
                    listen: %s:0
                    agents: %s:0
                    secure: %s:0
                    udp: []
                    sites: sites.yaml
                    origin: https://127.20.57.9:7400
                    data: %s
                    trustedRoot: root.json
                    %s
                    """.formatted(HOST, HOST, HOST, name, standing));
        return TrackerMain.start(TrackerConfig.read(config), clock, random, LOOK);
    }

    private MachineIdentity join(TrackerMain issuing, String data) {
        URI url = URI.create(
                "https://" + HOST + ":" + issuing.secureAddresses().getFirst().getPort());
        TokenWish wish = new TokenWish(
                url,
                "centre",
                DeploymentRole.TRACKER,
                List.of(),
                Optional.empty(),
                directory.resolve("root.json"),
                Duration.ofHours(1));
        JoinToken token = authority.issueToken(wish, clock.instant(), System::nanoTime, random);
        return new Joining(directory.resolve(data), Set.of(DeploymentRole.TRACKER), Optional.empty(), clock, random)
                .join(token, false);
    }

    /** What the two doors of a tracker show to whoever comes. */
    private static List<RemoteIdentity> shown(TrackerMain tracker) {
        return Stream.of(
                        tracker.secureAddresses().getFirst(),
                        tracker.agentAddresses().getFirst())
                .map(TrackerRenewalTest::shown)
                .toList();
    }

    private static RemoteIdentity shown(InetSocketAddress door) {
        Onlooker onlooker = new Onlooker();
        try {
            SSLContext context = SSLContext.getInstance("TLSv1.3");
            context.init(null, new TrustManager[] {onlooker}, null);
            try (SSLSocket socket =
                    (SSLSocket) context.getSocketFactory().createSocket(door.getAddress(), door.getPort())) {
                socket.startHandshake();
            }
        } catch (IOException e) {
            // The agents' door turns an onlooker away after it has shown who it is.
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
        return RemoteIdentity.of(onlooker.seen.get(0));
    }

    /** Remembers what it is shown; machines of this test cannot be visitors, since theirs end after a day. */
    private static final class Onlooker implements X509TrustManager {
        private final List<X509Certificate> seen = new ArrayList<>();

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String kind) {
            seen.addAll(List.of(chain));
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String kind) throws CertificateException {
            throw new CertificateException("an onlooker serves nobody");
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }

    @Test
    void bothDoorsOfATrackerShowItsNextCertificateWithoutARestart() throws IOException {
        try (TrackerMain issuing = tracker("issuing", "ca: ca\ncaPassphraseFile: phrase\n")) {
            var joined = join(issuing, "second/identity");
            try (TrackerMain second = tracker("second", "")) {
                List<TrackerMain> both = List.of(issuing, second);
                List<List<RemoteIdentity>> first =
                        both.stream().map(TrackerRenewalTest::shown).toList();
                assertEquals(Set.of(joined.self()), Set.copyOf(first.getLast()), "one certificate at both doors");

                now.set(begin.plus(EARLY));
                await().during(LOOK.multipliedBy(10))
                        .until(() -> both.stream()
                                .map(TrackerRenewalTest::shown)
                                .toList()
                                .equals(first));

                now.set(begin.plus(DUE));
                for (int i = 0; i < both.size(); i++) {
                    TrackerMain tracker = both.get(i);
                    RemoteIdentity before = first.get(i).getFirst();
                    await().until(() -> shown(tracker).stream()
                            .noneMatch(after -> after.serial().equals(before.serial())));
                    RemoteIdentity after = shown(tracker).getFirst();
                    assertEquals(Set.of(after), Set.copyOf(shown(tracker)), "one certificate at both doors");
                    assertEquals(before.id(), after.id());
                    assertTrue(after.notAfter().isAfter(before.notAfter()), after::toString);
                }

                // Once more, when the first certificates have ended.
                Instant end = now.get().plus(DeploymentRole.TRACKER.lifetime());
                now.set(begin.plus(DUE).plus(DUE));
                await().until(() -> both.stream()
                        .flatMap(each -> shown(each).stream())
                        .allMatch(after -> after.notAfter().isAfter(end)));
            }
        }
    }
}
