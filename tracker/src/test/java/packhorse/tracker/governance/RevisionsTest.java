package packhorse.tracker.governance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.content.Sha256;
import packhorse.core.testing.Cases;
import packhorse.core.topology.EndpointId;

/** Numbers that grow with each change, at one tracker and between several. */
final class RevisionsTest {
    private static final EndpointId ONE = EndpointId.parse("00000000000000000000000000000001");
    private static final Instant MONDAY = Instant.parse("2026-01-05T08:00:00Z");
    private static final Instant TUESDAY = Instant.parse("2026-01-06T08:00:00Z");

    @TempDir
    Path data;

    private static Sha256 items(String text) {
        return Sha256.of(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void theSameItemsHaveTheSameNumberAlsoAfterAnEditAndARestart() {
        long first;
        try (Revisions revisions = Revisions.open(data)) {
            first = revisions.of(ONE, items("a"), MONDAY);
            assertEquals(first, revisions.of(ONE, items("a"), TUESDAY));
        }
        try (Revisions revisions = Revisions.open(data)) {
            assertEquals(first, revisions.of(ONE, items("a"), TUESDAY));
            assertTrue(revisions.of(ONE, items("b"), TUESDAY) > first);
        }
    }

    @Test
    void eachChangeHasAHigherNumberAlsoWithoutAnEditAndWhenTheClockWentBack() {
        try (Revisions revisions = Revisions.open(data)) {
            long before = 0;
            for (Instant edition : List.of(TUESDAY, TUESDAY, MONDAY, Instant.EPOCH, TUESDAY)) {
                for (String text : List.of("a", "b")) {
                    long now = revisions.of(ONE, items(text + edition), edition);
                    assertTrue(now > before, now + " after " + before);
                    before = now;
                }
            }
        }
    }

    @Test
    void twoTrackersWithOneFileSayTheSameNumber() throws IOException {
        try (Revisions here = Revisions.open(Files.createDirectory(data.resolve("here")));
                Revisions there = Revisions.open(Files.createDirectory(data.resolve("there")))) {
            assertEquals(here.of(ONE, items("a"), MONDAY), there.of(ONE, items("a"), MONDAY));
            long late = there.of(ONE, items("c"), TUESDAY);
            assertTrue(late > here.of(ONE, items("b"), MONDAY), "a later edit is above whatever came before");
            assertEquals(late, here.of(ONE, items("c"), TUESDAY));
        }
    }

    @Test
    void aTornLineIsNoneAndTheNextIsWhole() throws IOException {
        long first;
        try (Revisions revisions = Revisions.open(data)) {
            first = revisions.of(ONE, items("a"), MONDAY);
        }
        Path file = data.resolve("desired-revisions");
        Files.writeString(file, ONE + " 99999999", StandardOpenOption.APPEND);
        long second;
        try (Revisions revisions = Revisions.open(data)) {
            assertEquals(first, revisions.of(ONE, items("a"), MONDAY));
            second = revisions.of(ONE, items("b"), MONDAY);
        }
        try (Revisions revisions = Revisions.open(data)) {
            assertEquals(second, revisions.of(ONE, items("b"), MONDAY));
        }
    }

    @Test
    void anAgentOfALaterEditionIsNotTalkedBack() {
        try (Revisions revisions = Revisions.open(data)) {
            long monday = revisions.of(ONE, items("a"), MONDAY);
            long elsewhere = monday + (100_000L << 31);
            assertFalse(revisions.lift(ONE, items("a"), MONDAY, elsewhere));
            assertTrue(Revisions.later(elsewhere, MONDAY));
            assertEquals(monday, revisions.of(ONE, items("a"), MONDAY));
        }
    }

    /**
     * Trackers that know nothing of each other, each with its own view of file and site, and an agent that wanders between them: after it
     * was heard once by a tracker with the newest file, it acts on what that tracker says.
     */
    @Test
    void anAgentThatWandersActsOnWhatItsTrackerSays() {
        Cases.run(300, random -> {
            try {
                Path own = Files.createTempDirectory(data, "wander");
                List<Revisions> trackers = new ArrayList<>();
                for (int i = 0; i < 3; i++) {
                    trackers.add(Revisions.open(Files.createDirectory(own.resolve("t" + i))));
                }
                long acting = 0;
                Sha256 does = items("nothing");
                Instant edition = MONDAY;
                for (int step = 0; step < 40; step++) {
                    if (random.nextInt(5) == 0) {
                        edition = edition.plusSeconds(1 + random.nextInt(100));
                    }
                    Revisions tracker = trackers.get(random.nextInt(trackers.size()));
                    // The items depend on the edition and on the site that the agent is in now.
                    Sha256 wanted = items(edition.getEpochSecond() / 150 + "/" + random.nextInt(2));
                    boolean lifted = tracker.lift(ONE, wanted, edition, acting);
                    long said = tracker.of(ONE, wanted, edition);
                    if (said > acting) {
                        acting = said;
                        does = wanted;
                    } else {
                        assertFalse(lifted);
                        assertEquals(acting, said, "the agent is at a number that nobody says");
                    }
                    assertEquals(wanted, does, "step " + step);
                }
                trackers.forEach(Revisions::close);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }
}
