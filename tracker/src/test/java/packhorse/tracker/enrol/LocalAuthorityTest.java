package packhorse.tracker.enrol;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.UsageException;
import packhorse.core.identity.DeploymentRole;
import packhorse.core.identity.JoinToken;
import packhorse.core.identity.MachineIdentity;
import packhorse.core.trust.CheapPassphrase;
import packhorse.tracker.enrol.AuthorityDirectory.TokenWish;
import packhorse.tracker.enrol.Enrolment.TurnedClock;
import packhorse.tracker.enrol.Register.Machine;

/** An authority on disk: sealed keys, a root that is carried away, the tracker's own certificate, commands beside it. */
@Timeout(300)
final class LocalAuthorityTest {
    private static final char[] ROOT = "root phrase".toCharArray();
    private static final char[] ISSUING = "issuing phrase".toCharArray();

    @TempDir
    private Path directory = Path.of("");

    private final TurnedClock clock = new TurnedClock(Instant.parse("2026-11-21T12:00:00Z"));
    private final SecureRandom random = new SecureRandom();
    private Path ca = Path.of("");
    private Path rootJson = Path.of("");
    private AuthorityDirectory authority = new AuthorityDirectory(ca);

    @BeforeEach
    void init() throws IOException {
        ca = directory.resolve("ca");
        rootJson = Files.writeString(directory.resolve("root.json"), Enrolment.CATALOGUE_ROOT);
        authority = AuthorityDirectory.create(
                ca, CheapPassphrase.of(ROOT), CheapPassphrase.of(ISSUING), clock.instant(), random);
    }

    private LocalAuthority open() {
        return LocalAuthority.open(ca, ISSUING, clock, System::nanoTime, random);
    }

    private TokenWish wish(String site, DeploymentRole role, List<String> names, Duration life) {
        return new TokenWish(
                URI.create("https://tracker.example.org:7302"), site, role, names, Optional.empty(), rootJson, life);
    }

    private JoinToken issue(TokenWish wish) {
        return authority.issueToken(wish, clock.instant(), System::nanoTime, random);
    }

    private static void says(String part, Runnable action) {
        UsageException fault = assertThrows(UsageException.class, action::run);
        assertTrue(String.valueOf(fault.getMessage()).contains(part), fault.getMessage());
        assertEquals(1, String.valueOf(fault.getMessage()).lines().count());
    }

    @Test
    void keysAreSealedAndTheRootsMayBeCarriedAway() throws IOException {
        for (String key : List.of("root.key", "issuing.key", "journal")) {
            assertEquals(
                    "rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(ca.resolve(key))), key);
        }
        says(
                "the passphrase is wrong",
                () -> LocalAuthority.open(ca, ROOT, clock, System::nanoTime, random)
                        .close());
        Path carried = directory.resolve("safe");
        Files.move(ca.resolve("root.key"), carried);
        try (LocalAuthority opened = open()) {
            assertEquals(authority.root(), opened.root());
        }
        String text = Files.readString(carried);
        String changed = text.replace("\"format\":1", "\"format\":2");
        Files.writeString(directory.resolve("newer"), changed);
        says("update Packhorse", () -> SealedAuthority.read(directory.resolve("newer"), ROOT));
        Files.writeString(directory.resolve("bent"), text.replace("\"sealed\":\"", "\"sealed\":\"00"));
        says("is no authority's key", () -> SealedAuthority.read(directory.resolve("bent"), ROOT));
        says("does not exist", () -> SealedAuthority.read(directory.resolve("none"), ROOT));
        says("is not empty", () -> AuthorityDirectory.create(ca, ROOT, ISSUING, clock.instant(), random));
        says(
                "empty",
                () -> AuthorityDirectory.create(
                        directory.resolve("other"), new char[0], ISSUING, clock.instant(), random));
    }

    @Test
    void theIssuingAuthorityIsRenewedByTheRootAloneAndMachinesNoticeNothing() throws IOException {
        Path key = ca.resolve("root.key");
        var before = authority.issuing();
        clock.turn(Duration.ofDays(80));
        says("the passphrase is wrong", () -> authority.renewIssuing(key, ISSUING, ISSUING, clock.instant(), random));
        Path other = directory.resolve("other");
        var unused = AuthorityDirectory.create(
                other, CheapPassphrase.of(ROOT), CheapPassphrase.of(ISSUING), clock.instant(), random);
        says(
                "of another deployment",
                () -> authority.renewIssuing(other.resolve("root.key"), ROOT, ISSUING, clock.instant(), random));
        assertEquals(before, authority.issuing());
        var after = authority.renewIssuing(key, ROOT, ISSUING, clock.instant(), random);
        assertNotEquals(before, after);
        assertEquals(after, authority.issuing());
        assertEquals(
                clock.instant().plus(Duration.ofDays(90)), after.getNotAfter().toInstant());
        try (LocalAuthority opened = open()) {
            MachineIdentity tracker = opened.trackerIdentity("centre", List.of("localhost"), directory.resolve("t"));
            assertEquals(after.getSubjectX500Principal(), tracker.certificate().getIssuerX500Principal());
        }
    }

    @Test
    void theTrackerIsTheSameEndpointAtEachStart() {
        Path data = directory.resolve("tracker");
        try (LocalAuthority opened = open()) {
            MachineIdentity first = opened.trackerIdentity("centre", List.of("t.example.org", "127.0.0.1"), data);
            assertEquals(DeploymentRole.TRACKER, first.role());
            assertEquals(first.self(), MachineIdentity.open(data, clock).self());
            MachineIdentity second = opened.trackerIdentity("centre", List.of("t.example.org"), data);
            assertEquals(first.id(), second.id());
            assertNotEquals(first.self().serial(), second.self().serial());
            says("is no host name", () -> opened.trackerIdentity("centre", List.of("not a name"), data));
        }
        assertEquals(1, authority.register(System::nanoTime).machines().size());
    }

    @Test
    void whatACommandRevokesARunningAuthorityKnowsWithinASecond() {
        assertTrue(LocalAuthority.JOURNAL_LOOK.toMillis() <= 500, "it looks often enough; a busy machine may be late");
        try (LocalAuthority opened = open()) {
            MachineIdentity tracker = opened.trackerIdentity("centre", List.of(), directory.resolve("t"));
            AtomicInteger told = new AtomicInteger();
            opened.denyList().onChange(told::incrementAndGet);
            Register command = authority.register(System::nanoTime);
            Machine machine = command.machines().getFirst();
            assertFalse(machine.denied());
            assertTrue(command.revoke(machine.serial(), clock.instant()).changed());
            await().atMost(Duration.ofSeconds(60)).until(() -> told.get() == 1);
            assertTrue(opened.denyList().refuse(tracker.self()).isPresent());
            assertTrue(opened.denyList().endpoints().isEmpty(), "only one certificate");
            assertTrue(command.revoke(tracker.id().toString(), clock.instant()).changed());
            assertFalse(command.revoke(tracker.id().toString(), clock.instant()).changed());
            await().atMost(Duration.ofSeconds(60)).until(() -> opened.denyList().revision() == 2);
            assertTrue(command.machines().getFirst().denied());
            says("neither an endpoint nor a serial", () -> command.revoke("x y", clock.instant()));
            says("nobody here has", () -> command.revoke("abc", clock.instant()));
        }
    }

    @Test
    void tokensAreBoundToWhatTheyAreFor() {
        JoinToken token = issue(wish("north", DeploymentRole.AGENT, List.of(), Duration.ofHours(1)));
        assertEquals(JoinToken.pin(authority.root()), token.root());
        assertEquals(Enrolment.catalogue(), token.catalogue());
        assertEquals(clock.instant().plus(Duration.ofHours(1)), token.expiry());
        Register register = authority.register(System::nanoTime);
        assertEquals(1, register.openTokens(clock.instant()).size());
        assertEquals(0, register.openTokens(token.expiry()).size());
        Duration hour = Duration.ofHours(1);
        says("is not a site name", () -> issue(wish("North!", DeploymentRole.AGENT, List.of(), hour)));
        says("has no host names", () -> issue(wish("north", DeploymentRole.AGENT, List.of("a.example.org"), hour)));
        says("is no host name", () -> issue(wish("north", DeploymentRole.ORIGIN, List.of("a..b"), hour)));
        says("is no address", () -> issue(wish("north", DeploymentRole.ORIGIN, List.of("192.0.2.999"), hour)));
        says("lives up to 7 days", () -> issue(wish("north", DeploymentRole.AGENT, List.of(), Duration.ofDays(8))));
        says("lives up to 7 days", () -> issue(wish("north", DeploymentRole.AGENT, List.of(), Duration.ZERO)));
        rootJson = directory.resolve("missing.json");
        says("cannot be read", () -> issue(wish("north", DeploymentRole.AGENT, List.of(), hour)));
        assertEquals(1, register.openTokens(clock.instant()).size(), "what was refused left nothing");
    }
}
