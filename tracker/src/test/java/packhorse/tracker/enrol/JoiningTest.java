package packhorse.tracker.enrol;

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
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.UsageException;
import packhorse.core.content.Sha256;
import packhorse.core.identity.DeploymentRole;
import packhorse.core.identity.IdentityException;
import packhorse.core.identity.JoinToken;
import packhorse.core.identity.Joining;
import packhorse.core.identity.MachineIdentity;
import packhorse.tracker.enrol.Enrolment.TurnedClock;
import packhorse.tracker.enrol.JournalEntry.Certified;

/** A new machine joins over a real connection: what it believes, what it tells whom, and what a lost answer costs. */
@Timeout(180)
final class JoiningTest {
    @TempDir
    private Path directory = Path.of("");

    private Enrolment world;
    private MachineIdentity tracker;
    private EstOverHttps door;
    private Path data;

    @BeforeEach
    void open() throws IOException {
        // The door's header Date is the real one.
        world = new Enrolment(
                directory.resolve("now"), new TurnedClock(InstantSource.system().instant()));
        tracker = world.deployment.identity(DeploymentRole.TRACKER, "centre");
        door = new EstOverHttps(tracker.contextOfRenewalDoor(), world.est);
        data = directory.resolve("machine");
    }

    @AfterEach
    void close() {
        door.close();
    }

    private JoinToken token() {
        return token(door.url());
    }

    private JoinToken token(URI url) {
        return world.token(url, DeploymentRole.AGENT, "north", Optional.empty(), List.of());
    }

    private MachineIdentity join(JoinToken token, boolean replace) {
        return new Joining(data, Set.of(DeploymentRole.AGENT), Optional.empty(), world.clock, world.random)
                .join(token, replace);
    }

    private String refusal(JoinToken token) {
        RuntimeException fault = assertThrows(RuntimeException.class, () -> join(token, false));
        assertTrue(fault instanceof IdentityException || fault instanceof UsageException, fault.toString());
        String line = String.valueOf(fault.getMessage());
        assertEquals(1, line.lines().count(), line);
        return line;
    }

    private void nothingIsThere() {
        assertFalse(MachineIdentity.isIn(data));
        assertFalse(Files.exists(data.resolve(MachineIdentity.ROOT_FILE)));
    }

    @Test
    void aMachineJoinsWithAKeyOfItsOwn() throws IOException {
        MachineIdentity self = join(token(), false);
        assertEquals(DeploymentRole.AGENT, self.role());
        assertEquals("north", self.site());
        assertEquals(
                "rw-------",
                PosixFilePermissions.toString(Files.getPosixFilePermissions(data.resolve(MachineIdentity.KEY_FILE))));
        assertEquals(Enrolment.CATALOGUE_ROOT, Files.readString(data.resolve(Joining.CATALOGUE_ROOT_FILE)));
        assertEquals(Optional.of(door.url()), Joining.authority(data));
        assertEquals(self.self(), MachineIdentity.open(data, world.clock).self());
        assertEquals(
                List.of("cacerts", "catalogue-root/" + Enrolment.catalogue(), "cacerts", "simpleenroll"),
                door.asked.stream().map(EstRequest::operation).toList());
        assertTrue(door.asked.stream()
                .limit(3)
                .allMatch(request -> request.authorization().isEmpty()));
    }

    @Test
    void aLostAnswerCostsARetryAndNoMachine() {
        JoinToken token = token();
        door.losing.set(1);
        assertTrue(refusal(token).contains("does not answer"));
        nothingIsThere();
        Certified issued =
                world.journal.look(books -> books.usedFor(token.id())).orElseThrow();
        MachineIdentity self = join(token, false);
        assertEquals(issued.serial(), self.self().serial());
        assertEquals(issued.endpoint(), self.id());
    }

    @Test
    void aCrashBetweenCertificateAndKeyIsFinishedWhenTheIdentityIsOpened() throws IOException {
        MachineIdentity self = join(token(), false);
        Files.move(data.resolve(MachineIdentity.KEY_FILE), data.resolve("identity.key.next"));
        assertEquals(self.self(), MachineIdentity.open(data, world.clock).self());
        assertTrue(Files.exists(data.resolve(MachineIdentity.KEY_FILE)));
        assertFalse(Files.exists(data.resolve("identity.key.next")));
    }

    @Test
    void anIdentityIsGivenUpOnlyWhenToldTo() {
        MachineIdentity first = join(token(), false);
        JoinToken second = token();
        assertTrue(refusal(second).contains("--replace"));
        MachineIdentity anew = join(second, true);
        assertNotEquals(first.id(), anew.id());
        JoinToken same = world.token(door.url(), DeploymentRole.AGENT, "north", Optional.of(anew.id()), List.of());
        assertEquals(anew.id(), join(same, true).id());
    }

    @Test
    void aTokenOfAnotherRoleIsRefusedBeforeAnythingIsAsked() {
        JoinToken token = world.token(door.url(), DeploymentRole.ORIGIN, "north", Optional.empty(), List.of());
        assertTrue(refusal(token).contains("only agent makes sense"));
        assertEquals(0, door.asked.size());
    }

    @Test
    void aServerOfAnotherDeploymentNeverSeesTheSecret() throws IOException {
        Enrolment other = new Enrolment(directory.resolve("other"), world.clock);
        MachineIdentity theirs = other.deployment.identity(DeploymentRole.TRACKER, "centre");
        try (EstOverHttps wrong = new EstOverHttps(theirs.context(), other.est)) {
            assertTrue(refusal(token(wrong.url())).contains("of another deployment than the token"));
            assertFalse(wrong.sawASecret());
        }
        // Somebody between, who hands out the real authorities, which are no secret, behind a certificate of his own.
        try (EstOverHttps between = new EstOverHttps(theirs.context(), world.est)) {
            assertTrue(refusal(token(between.url())).contains("is of another deployment"));
            assertFalse(between.sawASecret());
        }
        MachineIdentity agent = world.deployment.identity(DeploymentRole.AGENT, "south");
        try (EstOverHttps posing = new EstOverHttps(agent.context(), world.est)) {
            assertTrue(refusal(token(posing.url())).contains("but tracker is expected here"));
            assertFalse(posing.sawASecret());
        }
        nothingIsThere();
    }

    @Test
    void aCatalogueRootThatIsNotThePinnedOneStopsItBeforeTheSecret() throws IOException {
        JoinToken token = token();
        Files.writeString(
                directory.resolve("now/catalogue").resolve(Enrolment.catalogue().hex()), "{\"another\":\"root\"}");
        assertTrue(refusal(token).contains("catalogue root that is not the one the token names"));
        assertFalse(door.sawASecret());
        JoinToken unknown = new JoinToken(
                token.url(),
                token.site(),
                token.role(),
                token.id(),
                token.secret(),
                token.root(),
                Sha256.of(new byte[0]),
                token.expiry());
        assertTrue(refusal(unknown).contains("no such catalogue root"));
        assertFalse(door.sawASecret());
    }

    @Test
    void aClockThatIsFarOffIsNamedAndTheTokenIsNotUsed() {
        JoinToken token = token();
        for (Duration off : List.of(Duration.ofMinutes(20), Duration.ofMinutes(-20))) {
            world.clock.turn(off);
            String line = refusal(token);
            assertTrue(line.contains("this machine's clock says"), line);
            assertTrue(line.contains("the token was not used"), line);
            world.clock.turn(off.negated());
        }
        assertFalse(door.sawASecret());
        assertEquals("north", join(token, false).site());
    }

    @Test
    void anExpiredTokenIsSaidToBeAndAUsedOneToo() {
        JoinToken token = token();
        JoinToken old = new JoinToken(
                token.url(),
                token.site(),
                token.role(),
                token.id(),
                token.secret(),
                token.root(),
                token.catalogue(),
                world.clock.instant().minusSeconds(5));
        assertTrue(refusal(old).contains("the token expired on"));
        join(token, false);
        data = directory.resolve("second");
        assertTrue(refusal(token).contains("was used already, by another machine"));
        nothingIsThere();
    }

    @Test
    void whoDoesNotAnswerIsNamed() {
        String line = refusal(token(URI.create("https://127.20.6.2:1")));
        assertTrue(line.contains("https://127.20.6.2:1"), line);
    }
}
