package packhorse.peer.desired;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import packhorse.core.content.Platform;
import packhorse.core.content.ReleaseId;
import packhorse.core.content.Sha256;
import packhorse.core.state.ActionState;
import packhorse.core.state.DesiredItem;
import packhorse.core.state.DesiredState;
import packhorse.core.state.InstallPolicy;
import packhorse.core.state.Operation;
import packhorse.core.state.Priority;
import packhorse.core.state.Subject;
import packhorse.core.testing.Cases;
import packhorse.peer.install.InstallTask;

/**
 * An agent's course and an installer's machine, and everything that may happen to both: orders that come and go, either one started
 * again between any two lines, news that is late, leases given, refused and lapsed, a user who puts things off, steps that fail. After every
 * step: reports go a legal path and never twice (laws 3, 7, 13), nothing begins outside its window or without a lease (laws 8, 9). When the noise
 * ends everything comes to its end.
 */
class InstallHistoryTest {
    private static final List<String> WORDS = List.of("a@1", "a@2", "a@3", "b@1", "b@2");
    private static final List<Operation> OPERATIONS = List.of(
            Operation.INSTALL,
            Operation.INSTALL,
            Operation.INSTALL,
            Operation.UPDATE,
            Operation.COMMIT,
            Operation.COMMIT,
            Operation.ROLLBACK,
            Operation.REMOVE,
            Operation.ACTIVATE,
            Operation.DELETE);

    private static final Duration NOTICE = Duration.ofSeconds(40);

    private static final List<Operation> ON_WHAT_IS_THERE =
            List.of(Operation.COMMIT, Operation.COMMIT, Operation.COMMIT, Operation.ROLLBACK, Operation.REMOVE);

    @Test
    void anyHistoryIsReportedAsALegalPathAndComesToAnEnd() {
        Map<Operation, Integer> good = new HashMap<>();
        int[] restarts = new int[1];
        Cases.run(250, random -> {
            Endpoint endpoint = new Endpoint(random);
            endpoint.live();
            restarts[0] += endpoint.restarts;
            endpoint.journal.values().stream()
                    .filter(record -> record.state().succeeded(record.operation()))
                    .filter(record -> record.state() != ActionState.ALREADY_AT_TARGET)
                    .forEach(record -> good.merge(record.operation(), 1, Integer::sum));
        });
        for (Operation operation :
                Set.of(Operation.INSTALL, Operation.UPDATE, Operation.COMMIT, Operation.ROLLBACK, Operation.REMOVE)) {
            assertTrue(
                    Long.getLong("packhorse.seed") != null || good.getOrDefault(operation, 0) > 0,
                    () -> "the histories show too little: " + good);
        }
        assertTrue(Long.getLong("packhorse.seed") != null || restarts[0] > 20, "only " + restarts[0] + " restarts");
    }

    private static final class Endpoint {
        private final RandomGenerator random;
        private final ModelInstaller installer;
        private final Map<Subject, Resolution> catalogue = new HashMap<>();
        // What is on the disk: survives restarts.
        private DesiredState desired = DesiredState.NONE;
        final Map<String, ActionRecord> journal = new HashMap<>();
        private final Map<String, List<ActionState>> paths = new HashMap<>();
        private final Map<ReleaseId, Sha256> held = new HashMap<>();
        private Map<String, InstallTask> told = new LinkedHashMap<>();
        private long toldRevision;
        private final Map<String, Instant> deferrals = new HashMap<>();
        // What a restart forgets.
        private final Map<String, Instant> leases = new HashMap<>();
        private ModelInstaller.@Nullable Said heard;
        private long said;
        // What the laws are about.
        private final Map<String, DesiredItem> everyItem = new HashMap<>();
        private final Map<String, Instant> everyLease = new HashMap<>();
        private Instant now = Instant.parse("2026-01-01T00:00:00Z");
        private int actions;
        int restarts;

        Endpoint(RandomGenerator random) {
            this.random = random;
            this.installer = new ModelInstaller(random);
            WORDS.forEach(word -> catalogue.put(
                    Subject.release(World.id(word)), new Resolution.Known(List.of(World.installable(word)))));
        }

        void live() {
            for (int step = 0; step < 250; step++) {
                switch (random.nextInt(24)) {
                    case 0 -> newState();
                    case 1 -> restartAgent();
                    case 2 -> restartInstaller();
                    case 3 -> now = now.plusSeconds(random.nextInt(200));
                    case 4 -> defer();
                    case 5 -> {
                        if (random.nextInt(4) == 0) {
                            bootMachine();
                        }
                    }
                    case 6 -> leases.values().removeIf(until -> !now.isBefore(until));
                    case 7, 8, 9, 10, 11 -> stepInstaller();
                    case 12, 13, 14 -> hear();
                    default -> obey();
                }
            }
            settleDown();
        }

        private void settleDown() {
            installer.behave();
            now = now.plus(Duration.ofDays(30));
            List<DesiredItem> open = new ArrayList<>();
            for (DesiredItem item : desired.items()) {
                ActionRecord record = journal.get(item.action());
                if (item.operation() != Operation.DELETE && (record == null || !record.ended())) {
                    open.add(item);
                }
            }
            // Whatever waits for something that nobody will order is withdrawn in the end, as people do.
            for (int withdrawn = open.size(); withdrawn >= 0; withdrawn--) {
                for (int round = 0; round < 60; round++) {
                    obey();
                    stepInstaller();
                    hear();
                    now = now.plusSeconds(10);
                }
                bootMachine();
                desired = new DesiredState(desired.revision() + 1, open.subList(0, Math.max(0, withdrawn - 1)));
            }
            journal.values().forEach(record -> assertTrue(record.ended(), () -> record + " never ends: " + told));
            assertTrue(told.isEmpty(), () -> "tasks are left: " + told);
        }

        private void newState() {
            List<DesiredItem> items = new ArrayList<>();
            for (DesiredItem item : desired.items()) {
                if (random.nextInt(4) > 0) {
                    items.add(item);
                }
            }
            for (int i = random.nextInt(3); i > 0; i--) {
                items.add(item(
                        Subject.release(World.id(WORDS.get(random.nextInt(WORDS.size())))),
                        OPERATIONS.get(random.nextInt(OPERATIONS.size()))));
            }
            installer.lines().values().stream()
                    .filter(line -> line.version().isPresent() && random.nextInt(3) == 0)
                    .forEach(line -> items.add(item(
                            Subject.release(
                                    new ReleaseId(line.name(), line.version().orElseThrow(), line.platform())),
                            ON_WHAT_IS_THERE.get(random.nextInt(ON_WHAT_IS_THERE.size())))));
            items.forEach(item -> everyItem.put(item.action(), item));
            desired = new DesiredState(desired.revision() + 1, items);
        }

        private DesiredItem item(Subject subject, Operation operation) {
            Instant from = now.plusSeconds(random.nextInt(300));
            return new DesiredItem(
                    "action" + actions++,
                    subject,
                    operation,
                    Optional.empty(),
                    random.nextInt(3) == 0 ? Optional.of(from) : Optional.empty(),
                    random.nextInt(5) == 0 ? Optional.of(from.plusSeconds(1 + random.nextInt(400))) : Optional.empty(),
                    Priority.NORMAL,
                    random.nextInt(6) == 0 ? Optional.of(from.plusSeconds(random.nextInt(600))) : Optional.empty(),
                    new InstallPolicy(
                            random.nextBoolean() ? Optional.of(now.plusSeconds(500)) : Optional.empty(),
                            false,
                            random.nextInt(4) > 0,
                            random.nextBoolean(),
                            false,
                            random.nextBoolean()));
        }

        private void defer() {
            if (!desired.items().isEmpty()) {
                DesiredItem item =
                        desired.items().get(random.nextInt(desired.items().size()));
                deferrals.put(item.action(), now.plusSeconds(random.nextInt(1000)));
            }
        }

        private void restartAgent() {
            leases.clear();
            heard = null;
            said = 0;
            restartInstaller();
        }

        private void restartInstaller() {
            installer.restart();
            if (said > 0) {
                installer.tasks(toldRevision, List.copyOf(told.values()));
            }
        }

        private void stepInstaller() {
            Set<String> before = Set.copyOf(installer.changedAt.keySet());
            installer.step(now);
            installer.changedAt.forEach((action, when) -> {
                if (!before.contains(action)) {
                    requireRight(action, when);
                }
            });
            installer.goingDown().ifPresent(start -> {
                requireTold(start);
                restarts++;
                bootMachine();
            });
        }

        /** Its user had his while, and what he had put off when the agent gave its word was over. */
        private void requireTold(ModelInstaller.GoingDown start) {
            String action = start.task().action();
            assertTrue(
                    Optional.ofNullable(everyItem.get(action))
                            .orElseThrow()
                            .policy()
                            .mayReboot(),
                    () -> action + " may not start the machine");
            assertFalse(
                    now.isBefore(start.needed().plus(NOTICE)),
                    () -> action + " starts the machine at " + now + ", which is needed since " + start.needed());
        }

        private void bootMachine() {
            installer.boot();
            restartAgent();
        }

        private void requireRight(String action, Instant when) {
            DesiredItem item = Optional.ofNullable(everyItem.get(action)).orElseThrow();
            assertFalse(
                    item.activateNotBefore().filter(when::isBefore).isPresent(),
                    () -> item + " began at " + when + ", before its window");
            boolean leased = item.leaseUntil().filter(when::isBefore).isPresent()
                    || Optional.ofNullable(everyLease.get(action))
                            .filter(when::isBefore)
                            .isPresent();
            assertTrue(leased, () -> item + " began at " + when + " without a lease");
            assertFalse(
                    Optional.ofNullable(journal.get(action))
                            .filter(ActionRecord::ended)
                            .isPresent(),
                    () -> item + " began after its end " + journal.get(action));
        }

        private void hear() {
            heard = installer.says();
        }

        private Course course() {
            ModelInstaller.Said news = heard;
            return Course.of(new Situation(
                    desired,
                    now,
                    FetchLimits.DEFAULT,
                    catalogue,
                    Set.copyOf(held.values()),
                    held,
                    Set.of(),
                    Set.of(),
                    Map.of(),
                    journal,
                    new Installs(
                            news == null ? Installs.Reach.SILENT : Installs.Reach.HEARD,
                            "it has not spoken",
                            news != null && said > 0 && news.revision() == said,
                            news == null ? Map.of() : news.statuses(),
                            news == null ? Map.of() : news.lines(),
                            told,
                            leases,
                            deferrals,
                            List.of(Platform.ANY),
                            NOTICE)));
        }

        private void obey() {
            Course course = course();
            assertEquals(
                    course.moves().size(),
                    course.moves().stream().map(Course.Move::action).distinct().count(),
                    "one move for each action");
            if (!course.moves().isEmpty()) {
                course.moves().forEach(this::report);
                return;
            }
            List<InstallTask> before = List.copyOf(told.values());
            if (!course.tasks().equals(before) || toldRevision == 0) {
                told = new LinkedHashMap<>();
                course.tasks().forEach(task -> told.put(task.action(), task));
                toldRevision++;
            }
            // The power may go between writing it down and saying it.
            if (random.nextInt(6) > 0) {
                said = toldRevision;
                installer.tasks(toldRevision, List.copyOf(told.values()));
            }
            course.leases().stream().filter(action -> random.nextInt(3) > 0).forEach(action -> {
                Instant until = now.plusSeconds(random.nextInt(400));
                leases.put(action, until);
                everyLease.merge(action, until, (a, b) -> a.isAfter(b) ? a : b);
            });
            course.delete().forEach(release -> {
                assertFalse(
                        installer.lines().values().stream()
                                .anyMatch(line -> LineName.of(line).equals(LineName.of(release))
                                        && line.version()
                                                .filter(release.version()::equals)
                                                .isPresent()),
                        () -> release + " is deleted and in place");
                held.remove(release);
            });
            course.fetch().forEach((pack, fetch) -> held.put(fetch.part().release(), pack));
        }

        private void report(Course.Move move) {
            List<ActionState> path = paths.computeIfAbsent(move.action(), action -> new ArrayList<>());
            assertTrue(
                    path.stream().noneMatch(state -> state.ends(move.operation())),
                    () -> move + " after the end: " + path);
            assertFalse(path.contains(move.state()), () -> move + " twice: " + path);
            assertTrue(
                    path.isEmpty()
                            ? move.state() == ActionState.ACCEPTED || move.state() == ActionState.ALREADY_AT_TARGET
                            : move.state().mayFollow(path.getLast()),
                    () -> move + " cannot follow " + path);
            if (move.state() == ActionState.COMMITTED
                    && (move.operation() == Operation.INSTALL || move.operation() == Operation.UPDATE)) {
                assertTrue(path.contains(ActionState.VERIFYING), () -> move + " was never verified: " + path);
            }
            path.add(move.state());
            journal.put(move.action(), new ActionRecord(move.action(), move.subject(), move.operation(), move.state()));
        }
    }
}
