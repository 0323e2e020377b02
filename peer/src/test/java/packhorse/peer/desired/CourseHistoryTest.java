package packhorse.peer.desired;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import packhorse.core.content.ReleaseId;
import packhorse.core.content.Sha256;
import packhorse.core.state.ActionState;
import packhorse.core.state.DesiredItem;
import packhorse.core.state.DesiredState;
import packhorse.core.state.Operation;
import packhorse.core.state.Priority;
import packhorse.core.state.Subject;
import packhorse.core.testing.Cases;

/**
 * An endpoint that obeys a course, and everything that may happen to it: desired states that come late, twice, in another
 * order or never; restarts between any two steps; a catalogue that is away; fetches that end in any order. After every step
 * the laws hold, and when the noise ends the disk is what the newest desired state says.
 */
class CourseHistoryTest {
    private static final List<String> WORDS = List.of("a@1", "a@2", "b@1", "c@1", "d@1");

    @Test
    void anyHistoryEndsWhereTheNewestDesiredStateSays() {
        Cases.run(400, random -> new Endpoint(random).live());
    }

    private static final class Endpoint {
        private final RandomGenerator random;
        private final List<DesiredState> sent = new ArrayList<>();
        private DesiredState desired = DesiredState.NONE;
        // What is on the disk: survives restarts.
        private final Map<String, ActionRecord> journal = new HashMap<>();
        private final Map<String, List<ActionState>> paths = new HashMap<>();
        private final Map<ReleaseId, Sha256> held = new HashMap<>();
        private final Set<Sha256> ordered = new HashSet<>();
        // What a restart forgets.
        private Map<Subject, Resolution> resolutions = new HashMap<>();
        private boolean catalogueAway;
        private Instant now = Instant.parse("2026-01-01T00:00:00Z");
        private int actions;

        Endpoint(RandomGenerator random) {
            this.random = random;
        }

        void live() {
            for (int step = 0; step < 60; step++) {
                switch (random.nextInt(8)) {
                    case 0 -> newState();
                    case 1, 2 -> hear(sent.isEmpty() ? DesiredState.NONE : sent.get(random.nextInt(sent.size())));
                    case 3 -> restart();
                    case 4 -> catalogueAway = random.nextBoolean();
                    case 5 -> now = now.plusSeconds(random.nextInt(100));
                    case 6 -> arrive();
                    default -> obey(1);
                }
            }
            catalogueAway = false;
            if (!sent.isEmpty()) {
                hear(sent.getLast());
            }
            now = now.plusSeconds(10_000);
            for (int round = 0; round < 40; round++) {
                obey(20);
                arrive();
            }
            obey(20);
            atRest();
        }

        private void newState() {
            List<DesiredItem> items = new ArrayList<>();
            for (DesiredItem item :
                    sent.isEmpty() ? List.<DesiredItem>of() : sent.getLast().items()) {
                if (random.nextInt(3) > 0) {
                    items.add(item);
                }
            }
            for (String word : WORDS) {
                boolean free =
                        items.stream().noneMatch(item -> item.subject().id().equals(World.id(word)));
                if (free && random.nextInt(3) == 0) {
                    items.add(item(word));
                }
            }
            sent.add(new DesiredState(sent.size() + 1, items));
        }

        private DesiredItem item(String word) {
            Instant from = now.plusSeconds(random.nextInt(200));
            return new DesiredItem(
                    "action" + actions++,
                    Subject.release(World.id(word)),
                    random.nextInt(3) == 0 ? Operation.DELETE : Operation.DISTRIBUTE,
                    random.nextBoolean() ? Optional.of(from) : Optional.empty(),
                    Optional.empty(),
                    random.nextInt(4) == 0 ? Optional.of(from.plusSeconds(1 + random.nextInt(100))) : Optional.empty(),
                    List.of(Priority.values()).get(random.nextInt(3)),
                    Optional.empty());
        }

        private void hear(DesiredState state) {
            if (state.revision() > desired.revision()) {
                desired = state;
            }
        }

        private void restart() {
            resolutions = new HashMap<>();
        }

        private Course course() {
            return Course.of(new Situation(
                    desired,
                    now,
                    new FetchLimits(1, 1, 1),
                    resolutions,
                    Set.copyOf(held.values()),
                    held,
                    ordered,
                    Set.of(),
                    Map.of(),
                    journal,
                    Installs.off("this machine has no installer")));
        }

        /** As many steps as asked for; a restart may fall between any two. */
        private void obey(int steps) {
            for (int i = 0; i < steps; i++) {
                Course course = course();
                requireLaws(course);
                if (!course.moves().isEmpty() && random.nextInt(4) > 0) {
                    report(course.moves().get(random.nextInt(course.moves().size())));
                } else if (!course.resolve().isEmpty() && random.nextBoolean()) {
                    course.resolve().forEach(this::resolve);
                } else if (!course.delete().isEmpty()) {
                    course.delete().forEach(held::remove);
                } else if (!course.end().isEmpty()) {
                    ordered.removeAll(course.end());
                } else {
                    ordered.addAll(course.fetch().keySet());
                }
            }
        }

        private void resolve(Subject subject) {
            String word = subject.id().name().product() + "@" + subject.id().version();
            resolutions.put(
                    subject,
                    catalogueAway
                            ? new Resolution.Unavailable("away")
                            : word.equals("d@1")
                                    ? new Resolution.Wrong("d@1 is not listed")
                                    : new Resolution.Known(List.of(World.part(word))));
        }

        private void arrive() {
            for (Sha256 pack : new TreeSet<>(ordered)) {
                if (random.nextBoolean()) {
                    ordered.remove(pack);
                    WORDS.stream()
                            .filter(word -> World.pack(word).equals(pack))
                            .forEach(word -> held.put(World.id(word), pack));
                }
            }
        }

        private void report(Course.Move move) {
            List<ActionState> path = paths.computeIfAbsent(move.action(), action -> new ArrayList<>());
            assertTrue(
                    path.stream().noneMatch(state -> state.ends(move.operation())),
                    () -> move + " after the end: " + path);
            assertFalse(path.contains(move.state()), () -> move + " twice: " + path);
            path.add(move.state());
            journal.put(move.action(), new ActionRecord(move.action(), move.subject(), move.operation(), move.state()));
        }

        private void requireLaws(Course course) {
            assertEquals(
                    course.moves().size(),
                    course.moves().stream().map(Course.Move::action).distinct().count(),
                    "one move for each action");
            Map<ReleaseId, DesiredItem> items = desired.items().stream()
                    .collect(Collectors.toMap(item -> item.subject().id(), item -> item));
            course.fetch().forEach((pack, fetch) -> {
                DesiredItem item = items.get(fetch.part().release());
                assertTrue(item != null && item.operation() == Operation.DISTRIBUTE, () -> "nobody wants " + fetch);
                assertFalse(
                        item != null
                                && item.fetchNotBefore().filter(now::isBefore).isPresent(),
                        () -> "too early: " + fetch);
            });
            for (ReleaseId id : course.delete()) {
                DesiredItem item = items.get(id);
                assertTrue(item != null && item.operation() == Operation.DELETE, () -> "nobody deletes " + id);
            }
            long fetching = course.fetch().values().stream()
                    .filter(fetch -> fetch.priority() == Priority.USER)
                    .count();
            assertTrue(fetching <= 1, () -> "more at once than allowed: " + course.fetch());
        }

        private void atRest() {
            Course course = course();
            assertTrue(
                    course.moves().isEmpty()
                            && course.delete().isEmpty()
                            && course.end().isEmpty()
                            && course.fetch().isEmpty(),
                    () -> "not at rest: " + course + " of " + desired + " with " + journal);
            for (DesiredItem item : desired.items()) {
                ActionRecord record = journal.get(item.action());
                assertTrue(record != null && record.ended(), () -> item + " ended as " + record);
                boolean here = held.containsKey(item.subject().id());
                if (record != null && record.stands() && item.operation() == Operation.DISTRIBUTE) {
                    assertTrue(here, () -> item + " is not here");
                }
                if (record != null && record.state() == ActionState.DELETED) {
                    assertFalse(here, () -> item + " is still here");
                }
            }
            journal.values().forEach(record -> assertTrue(record.ended(), () -> record + " never ends"));
        }
    }
}
