package packhorse.peer.desired;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import packhorse.core.content.ReleaseId;
import packhorse.core.content.Sha256;
import packhorse.core.state.ActionState;
import packhorse.core.state.DesiredItem;
import packhorse.core.state.DesiredState;
import packhorse.core.state.Operation;
import packhorse.core.state.Priority;
import packhorse.core.state.Subject;

/** A small world: releases are words such as "a@1", the pack of a release is the digest of its content's word. */
class CourseTest {
    private static final Instant NOON = Instant.parse("2026-05-04T12:00:00Z");

    private final Map<Subject, Resolution> catalogue = new HashMap<>();
    private final Map<ReleaseId, Sha256> held = new HashMap<>();
    private final Map<String, ActionRecord> reported = new HashMap<>();
    private final Map<String, String> failures = new HashMap<>();
    private Set<Sha256> ordered = Set.of();
    private Set<Sha256> asked = Set.of();
    private Instant now = NOON;

    private Course course(DesiredItem... items) {
        return Course.of(new Situation(
                new DesiredState(1, List.of(items)),
                now,
                new FetchLimits(2, 1, 1),
                catalogue,
                Set.copyOf(held.values()),
                held,
                ordered,
                asked,
                failures,
                reported,
                Installs.off("this machine has no installer")));
    }

    /** Does what an agent does: writes the moves down and asks again, until nothing is to be said. */
    private Course settle(DesiredItem... items) {
        Course course = course(items);
        for (int round = 0; !course.moves().isEmpty(); round++) {
            assertTrue(round < 20, () -> "does not settle");
            course.moves().forEach(this::report);
            course = course(items);
        }
        return course;
    }

    private void report(Course.Move move) {
        reported.put(move.action(), new ActionRecord(move.action(), move.subject(), move.operation(), move.state()));
    }

    private ActionState state(String action) {
        return Optional.ofNullable(reported.get(action)).orElseThrow().state();
    }

    private Subject release(String word, String... needs) {
        Subject subject = Subject.release(World.id(word));
        catalogue.put(subject, new Resolution.Known(List.of(World.part(word, needs))));
        return subject;
    }

    private static DesiredItem item(String action, Operation operation, Subject subject) {
        return item(action, operation, subject, Priority.NORMAL);
    }

    private static DesiredItem item(String action, Operation operation, Subject subject, Priority priority) {
        return new DesiredItem(
                action,
                subject,
                operation,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                priority,
                Optional.empty());
    }

    private void hold(String word) {
        held.put(World.id(word), World.pack(word));
    }

    @Test
    void fetchesOnlyAfterTheJournalSaysSo() {
        DesiredItem item = item("1", Operation.DISTRIBUTE, release("a@1"));
        Course first = course(item);
        assertEquals(ActionState.ACCEPTED, first.moves().getFirst().state());
        assertTrue(first.fetch().isEmpty());
        Course settled = settle(item);
        assertEquals(ActionState.FETCHING, state("1"));
        assertEquals(Set.of(World.pack("a@1")), settled.fetch().keySet());
    }

    @Test
    void reportsStagedWhenAllIsHere() {
        DesiredItem item = item("1", Operation.DISTRIBUTE, release("a@1"));
        settle(item);
        hold("a@1");
        assertTrue(settle(item).fetch().isEmpty());
        assertEquals(ActionState.STAGED, state("1"));
    }

    @Test
    void isAtItsTargetWhenAllWasHereBefore() {
        hold("a@1");
        settle(item("1", Operation.DISTRIBUTE, release("a@1")));
        assertEquals(ActionState.ALREADY_AT_TARGET, state("1"));
    }

    @Test
    void waitsForItsTimeAndSaysWhenToWake() {
        DesiredItem item = new DesiredItem(
                "1",
                release("a@1"),
                Operation.DISTRIBUTE,
                Optional.of(NOON.plusSeconds(60)),
                Optional.empty(),
                Optional.of(NOON.plusSeconds(90)),
                Priority.NORMAL,
                Optional.empty());
        assertEquals(Optional.of(NOON.plusSeconds(60)), settle(item).wake());
        assertEquals(ActionState.ACCEPTED, state("1"));
        now = NOON.plusSeconds(60);
        assertEquals(Optional.of(NOON.plusSeconds(90)), settle(item).wake());
        assertEquals(ActionState.FETCHING, state("1"));
        now = NOON.plusSeconds(90);
        assertTrue(settle(item).fetch().isEmpty());
        assertEquals(ActionState.TIMED_OUT, state("1"));
    }

    @Test
    void givesPlacesByPriorityAndThenInOrder() {
        DesiredItem[] items = {
            item("b1", Operation.DISTRIBUTE, release("b@1"), Priority.BACKGROUND),
            item("b2", Operation.DISTRIBUTE, release("b@2"), Priority.BACKGROUND),
            item("n1", Operation.DISTRIBUTE, release("n@1")),
            item("n2", Operation.DISTRIBUTE, release("n@2")),
            item("u1", Operation.DISTRIBUTE, release("u@1"), Priority.USER)
        };
        Course course = settle(items);
        assertEquals(
                List.of(World.pack("u@1"), World.pack("n@1"), World.pack("b@1")),
                List.copyOf(course.fetch().keySet()));
        hold("n@1");
        assertTrue(settle(items).fetch().containsKey(World.pack("n@2")));
    }

    @Test
    void asksAboutWhatItDoesNotKnowAndFetchesNothingMeanwhile() {
        Subject unknown = Subject.release(World.id("x@1"));
        Course course = settle(item("1", Operation.DISTRIBUTE, unknown));
        assertEquals(Set.of(unknown), course.resolve());
        assertEquals(ActionState.ACCEPTED, state("1"));
        catalogue.put(unknown, new Resolution.Wrong("x@1 is not in the catalogue"));
        settle(item("1", Operation.DISTRIBUTE, unknown));
        assertEquals(ActionState.REFUSED, state("1"));
    }

    @Test
    void refusesANeedThatNothingMeets() {
        assertRefused("needs lib/lib:[2,)", item("1", Operation.DISTRIBUTE, release("a@1", "lib/lib:[2,)")));
    }

    @Test
    void refusesANeedThatAnotherVersionContradicts() {
        hold("lib@1");
        assertRefused("conflict", item("1", Operation.DISTRIBUTE, release("a@1", "lib/lib:[2,)")));
    }

    @Test
    void refusesNeedsThatGoRoundInACircle() {
        assertRefused(
                "circle",
                item("1", Operation.DISTRIBUTE, release("a@1", "b/b")),
                item("2", Operation.DISTRIBUTE, release("b@1", "c/c")),
                item("3", Operation.DISTRIBUTE, release("c@1", "a/a")));
    }

    @Test
    void refusesABundleThatBringsTwoVersionsOfOneLine() {
        assertRefused("exclude each other", item("1", Operation.DISTRIBUTE, bundle("all@1", "a@1", "a@2")));
    }

    @Test
    void meetsANeedFromTheSameBundleAnotherItemOrTheDisk() {
        hold("d@1");
        settle(
                item("1", Operation.DISTRIBUTE, bundle("all@1", "b@1")),
                item("2", Operation.DISTRIBUTE, release("a@1", "b/b:[1]", "c/c", "d/d")),
                item("3", Operation.DISTRIBUTE, release("c@1")));
        assertEquals(ActionState.FETCHING, state("1"));
        assertTrue(!state("2").isTerminal());
    }

    private void assertRefused(String words, DesiredItem... items) {
        Course course = course(items);
        for (int round = 0; round < 3; round++) {
            course.moves().forEach(this::report);
            course = course(items);
            for (Course.Move move : course.moves()) {
                if (move.state() == ActionState.REFUSED && move.action().equals("1")) {
                    assertTrue(move.detail().contains(words), move.detail());
                    assertTrue(course.fetch().isEmpty());
                    return;
                }
            }
        }
        throw new AssertionError("not refused: " + reported);
    }

    private Subject bundle(String word, String... members) {
        Subject subject = new Subject(World.id(word), true, Optional.empty());
        catalogue.put(
                subject,
                new Resolution.Known(Arrays.stream(members).map(World::part).toList()));
        return subject;
    }

    @Test
    void bundlesAreStagedWhenTheLastReleaseIsHere() {
        DesiredItem item = item("1", Operation.DISTRIBUTE, bundle("all@1", "a@1", "b@1"));
        assertEquals(2, settle(item).fetch().size());
        hold("a@1");
        assertEquals(1, settle(item).fetch().size());
        hold("b@1");
        settle(item);
        assertEquals(ActionState.STAGED, state("1"));
    }

    @Test
    void deletesWhatNobodyWants() {
        hold("a@1");
        DesiredItem item = item("1", Operation.DELETE, release("a@1"));
        assertEquals(Set.of(World.id("a@1")), settle(item).delete());
        held.clear();
        settle(item);
        assertEquals(ActionState.DELETED, state("1"));
    }

    @Test
    void doesNotDeleteWhatAnotherItemWants() {
        hold("a@1");
        DesiredItem wants = item("0", Operation.DISTRIBUTE, bundle("all@1", "a@1"));
        DesiredItem delete = item("1", Operation.DELETE, release("a@1"));
        assertTrue(settle(wants, delete).delete().isEmpty());
        assertEquals(ActionState.WAITING, state("1"));
        assertEquals(Set.of(World.id("a@1")), settle(delete).delete());
    }

    @Test
    void doesNotDeleteWhatAPersonWaitsFor() {
        hold("a@1");
        asked = Set.of(World.pack("a@1"));
        assertTrue(settle(item("1", Operation.DELETE, release("a@1"))).delete().isEmpty());
    }

    @Test
    void deletingNothingIsDone() {
        settle(item("1", Operation.DELETE, release("a@1")));
        assertEquals(ActionState.ALREADY_AT_TARGET, state("1"));
    }

    @Test
    void answersWhatItCannotDoYet() {
        settle(item("1", Operation.INSTALL, release("a@1")));
        assertEquals(ActionState.REFUSED, state("1"));
    }

    @Test
    void endsWhatIsNoLongerDesired() {
        settle(item("1", Operation.DISTRIBUTE, release("a@1")));
        ordered = Set.of(World.pack("a@1"));
        Course course = settle();
        assertEquals(ActionState.CANCELLED, state("1"));
        assertEquals(Set.of(World.pack("a@1")), course.end());
    }

    @Test
    void aNewerOrderForTheLineSupersedesTheOlder() {
        settle(item("1", Operation.DISTRIBUTE, release("a@1")));
        settle(item("2", Operation.DISTRIBUTE, release("a@2")));
        assertEquals(ActionState.SUPERSEDED, state("1"));
    }

    @Test
    void bringsBackWhatTheDiskLostAndReportsNothing() {
        DesiredItem item = item("1", Operation.DISTRIBUTE, release("a@1"));
        settle(item);
        hold("a@1");
        settle(item);
        held.clear();
        Course course = course(item);
        assertTrue(course.moves().isEmpty());
        assertEquals(Set.of(World.pack("a@1")), course.fetch().keySet());
    }

    @Test
    void saysWhyFetchingGaveUp() {
        DesiredItem item = item("1", Operation.DISTRIBUTE, release("a@1"));
        settle(item);
        failures.put("1", "the disk is full");
        assertEquals("the disk is full", course(item).moves().getFirst().detail());
        settle(item);
        assertEquals(ActionState.FAILED, state("1"));
        now = now.plus(Duration.ofDays(1));
        assertTrue(settle(item).fetch().isEmpty());
    }
}
