package packhorse.peer.install;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import packhorse.core.content.CodeClass;
import packhorse.core.content.InstallSection.HookMoment;
import packhorse.core.content.Platform;
import packhorse.core.content.ReleaseId;
import packhorse.core.content.ReleaseName;
import packhorse.core.content.Sha256;
import packhorse.core.content.Version;
import packhorse.core.state.ActionState;
import packhorse.core.state.InstallPolicy;
import packhorse.core.state.Operation;
import packhorse.core.state.Subject;
import packhorse.core.testing.Cases;
import packhorse.peer.install.InstallTask.Member;
import packhorse.peer.install.InstallTask.Stage;
import packhorse.peer.install.Step.Kind;
import packhorse.peer.install.TaskStatus.Gate;

/**
 * The laws of installing, over random lives: orders of every kind come, are repeated and given up, leases lapse, steps fail, machines
 * start again, and the process dies between any two entries; then the ledger is made anew from the journal, or from its summary.
 */
final class LedgerTest {
    private static final Instant NOW = Instant.parse("2026-11-21T20:00:00Z");
    private static final List<String> PRODUCTS = List.of("app", "lib", "tool");

    /** A life, and what it watches over. */
    private static final class Life {
        private final RandomGenerator random;
        private final Map<Member, Traits> traits = new HashMap<>();
        private final List<Entry> journal = new ArrayList<>();
        private Ledger ledger = new Ledger();
        private Instant now = NOW;
        private int boot;
        private final Map<String, InstallTask> told = new HashMap<>();
        /** What ended, as it ended. */
        private final Map<String, TaskStatus> ends = new HashMap<>();
        /** What stands on the machine of each product, as the steps did it: version, or nothing. */
        private final Map<Line.Name, String> machine = new HashMap<>();

        private final Map<Long, Map<Integer, Optional<String>>> captured = new HashMap<>();
        private int actions;
        /** Where the way back fails mostly. */
        private final boolean cursed;

        Life(RandomGenerator random) {
            this.random = random;
            this.cursed = random.nextInt(4) == 0;
        }

        Member member(String product, int version) {
            ReleaseId id = new ReleaseId(
                    ReleaseName.parse("acme/" + product), Version.parse(Integer.toString(version)), Platform.ANY);
            Member member = new Member(
                    id, Sha256.of(id.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8)), Optional.empty());
            traits.computeIfAbsent(
                    member,
                    key -> new Traits(
                            some(HookMoment.class),
                            some(HookMoment.class),
                            Set.of(),
                            random.nextInt(6) == 0,
                            true,
                            random.nextInt(4) == 0 ? Set.of(Kind.APPLY) : Set.of()));
            return member;
        }

        private <E extends Enum<E>> Set<E> some(Class<E> type) {
            Set<E> some = EnumSet.allOf(type);
            some.removeIf(one -> random.nextBoolean());
            return some;
        }

        InstallTask order() {
            List<Member> members = new ArrayList<>();
            for (String product : PRODUCTS) {
                if (members.isEmpty() ? random.nextInt(2) == 0 : random.nextInt(3) == 0) {
                    members.add(member(product, random.nextInt(1, 5)));
                }
            }
            if (members.isEmpty()) {
                members.add(member("app", random.nextInt(1, 5)));
            }
            // Somebody who knows what stands open orders about that.
            List<Progress> open = ledger.open().stream()
                    .filter(progress -> progress.ended().isPresent())
                    .toList();
            if (!open.isEmpty() && random.nextBoolean()) {
                members = open.get(random.nextInt(open.size())).members();
            }
            Operation operation = List.of(
                            Operation.INSTALL,
                            Operation.UPDATE,
                            Operation.INSTALL,
                            Operation.ACTIVATE,
                            Operation.COMMIT,
                            Operation.COMMIT,
                            Operation.ROLLBACK,
                            Operation.REMOVE)
                    .get(random.nextInt(8));
            return new InstallTask(
                    "a" + actions++,
                    Subject.release(members.getFirst().release()),
                    operation,
                    members,
                    random.nextBoolean() ? Stage.GO : Stage.PREPARE,
                    lease(),
                    new InstallPolicy(
                            Optional.empty(),
                            false,
                            random.nextBoolean(),
                            random.nextBoolean(),
                            false,
                            random.nextBoolean()),
                    new TreeMap<>());
        }

        private Optional<Instant> lease() {
            return random.nextInt(4) == 0 ? Optional.empty() : Optional.of(now.plusSeconds(random.nextInt(-5, 30)));
        }

        void write(Entry entry) {
            check(entry);
            ledger.add(entry);
            journal.add(entry);
            if (entry instanceof Entry.Ended) {
                ledger.statuses().values().stream().filter(TaskStatus::ended).forEach(status -> {
                    TaskStatus before = ends.putIfAbsent(status.action(), status);
                    assertTrue(before == null || before.equals(status), "law 7: " + before + " became " + status);
                });
            }
        }

        /** What the entry may not be, whoever wrote it. */
        private void check(Entry entry) {
            if (entry instanceof Entry.Started started && started.step().kind().changes()) {
                Progress progress = ledger.open(started.transaction()).orElseThrow();
                assertTrue(progress.turned().isEmpty(), "forward again after turning back");
                if (!progress.changedInAct()) {
                    assertEquals(Stage.GO, progress.task().stage(), "changed without GO");
                    assertTrue(
                            progress.task().leaseUntil().filter(now::isBefore).isPresent(),
                            "law 9: a change begins after the lease");
                }
                Kind kind = started.step().kind();
                boolean once = kind == Kind.HOOK_PRE
                        || kind == Kind.HOOK_POST
                        || kind == Kind.HOOK_PRE_REMOVE
                        || traitsOf(progress.members().get(started.step().member()))
                                .once()
                                .contains(kind);
                assertFalse(once && progress.begins(started.step()) > 0, "begun twice: " + started.step());
                assertTrue(
                        progress.isDone(Kind.CAPTURE, started.step().member()), "changed before the way back was kept");
            }
            if (entry instanceof Entry.Waited waited && waited.gate() == Gate.REBOOT) {
                InstallTask task =
                        ledger.open(waited.transaction()).orElseThrow().task();
                assertTrue(
                        !task.policy().mayReboot()
                                || (task.restart().isPresent() && task.restart().equals(needed(task.action()))),
                        "the machine is started again without the agent's word for that start");
            }
            if (entry instanceof Entry.Ended ended && ended.state() == ActionState.COMMITTED) {
                assertTrue(
                        ledger.open(ended.transaction()).orElseThrow().verified(), "law 10: committed, not verified");
            }
        }

        /** What holds between any two entries. */
        void invariants() {
            Set<Line.Name> taken = new HashSet<>();
            for (Progress progress : ledger.open()) {
                progress.lines().forEach(line -> assertTrue(taken.add(line), "law 3: two transactions of " + line));
            }
            ledger.lineStates(this::traitsOf, line -> Optional.empty(), member -> Optional.empty());
            for (Map.Entry<Line.Name, Line> line : ledger.lines().entrySet()) {
                if (!taken.contains(line.getKey())) {
                    assertEquals(
                            line.getValue()
                                    .current()
                                    .member()
                                    .release()
                                    .version()
                                    .toString(),
                            machine.get(line.getKey()),
                            "what stands of " + line.getKey());
                }
            }
            for (Line.Name line : machine.keySet()) {
                assertTrue(
                        taken.contains(line) || ledger.lines().containsKey(line),
                        line + " is on the machine and nobody knows");
            }
        }

        void die() {
            List<Entry> kept = journal;
            if (random.nextInt(4) == 0) {
                List<Entry> summary = new ArrayList<>(ledger.summary(now));
                Set<Long> open = new HashSet<>();
                ledger.open().forEach(progress -> open.add(progress.transaction()));
                journal.stream()
                        .filter(entry -> entry instanceof Entry.OfTransaction of && open.contains(of.transaction()))
                        .forEach(summary::add);
                kept = summary;
                journal.clear();
                journal.addAll(summary);
            }
            Ledger fresh = new Ledger();
            kept.forEach(fresh::add);
            assertEquals(ledger.statuses(), fresh.statuses(), "the journal says something else than was so");
            assertEquals(ledger.lines(), fresh.lines());
            ledger = fresh;
            if (random.nextInt(3) == 0) {
                boot++;
            }
        }

        /** One thing happens. */
        void happen() {
            switch (random.nextInt(12)) {
                case 0 -> {
                    InstallTask task = order();
                    told.put(task.action(), task);
                }
                case 1 -> now = now.plus(Duration.ofSeconds(random.nextInt(1, 20)));
                case 2 -> die();
                case 3, 4 -> retell();
                default -> move();
            }
            invariants();
        }

        private void retell() {
            List<String> names = told.keySet().stream()
                    .filter(action -> ledger.moving(action).isPresent())
                    .sorted()
                    .toList();
            if (names.isEmpty()) {
                return;
            }
            InstallTask task = told.get(names.get(random.nextInt(names.size())));
            told.put(
                    java.util.Objects.requireNonNull(task).action(),
                    new InstallTask(
                            task.action(),
                            task.subject(),
                            task.operation(),
                            task.members(),
                            random.nextInt(8) == 0 ? Stage.ABANDON : Stage.GO,
                            lease(),
                            task.policy(),
                            task.variables(),
                            random.nextBoolean() ? needed(task.action()) : Optional.of(now)));
        }

        private Optional<Instant> needed(String action) {
            return ledger.moving(action).flatMap(progress -> progress.status().startNeeded());
        }

        private void move() {
            for (InstallTask task : told.values().stream()
                    .sorted(java.util.Comparator.comparing(InstallTask::action))
                    .toList()) {
                if (!ledger.knows(task.action())) {
                    admit(task);
                }
            }
            for (long number : ledger.open().stream().map(Progress::transaction).toList()) {
                ledger.open(number)
                        .filter(progress -> progress.ended().isEmpty())
                        .ifPresent(this::step);
            }
        }

        private Traits traitsOf(Member member) {
            return Objects.requireNonNull(traits.get(member));
        }

        private void admit(InstallTask task) {
            switch (Admission.of(task, ledger, this::traitsOf)) {
                case Admission.Begin begin -> write(new Entry.Began(ledger.next(), now, begin.task()));
                case Admission.TakeUp standing -> write(new Entry.Began(standing.transaction(), now, standing.task()));
                case Admission.Later ignored -> {}
                case Admission.Settle settled ->
                    write(new Entry.Settled(
                            now,
                            new TaskStatus(
                                    task.action(),
                                    List.of(settled.state()),
                                    settled.detail(),
                                    0,
                                    Optional.empty(),
                                    Optional.empty(),
                                    true)));
            }
        }

        private void step(Progress progress) {
            long number = progress.transaction();
            InstallTask wanted = progress.task()
                    .following(java.util.Objects.requireNonNull(
                            told.get(progress.task().action())));
            if (!wanted.equals(progress.task())) {
                write(new Entry.Told(number, now, wanted));
            }
            List<Traits> of = progress.members().stream().map(this::traitsOf).toList();
            switch (Machine.next(progress, of, now, "boot-" + boot)) {
                case Next.Run run -> run(progress, run.step());
                case Next.Wait wait -> {
                    write(new Entry.Waited(number, now, wait.gate(), wait.detail()));
                    assertTrue(progress.status().waiting().isPresent());
                }
                case Next.Rest rest -> now = rest.until();
                case Next.Turn turn ->
                    write(new Entry.Turned(number, now, turn.state(), turn.why(), 0, turn.codeClass()));
                case Next.End end -> {
                    write(new Entry.Ended(number, now, end.state(), end.detail(), end.code(), end.codeClass()));
                    if (progress.closed()) {
                        captured.remove(number);
                    }
                }
                case Next.Stand ignored -> throw new AssertionError("it has not ended, and nothing comes next");
            }
        }

        private void run(Progress progress, Step step) {
            long number = progress.transaction();
            write(new Entry.Started(number, now, step));
            boolean cut = random.nextInt(12) == 0;
            boolean fails = (step.kind().back() && cursed) ? random.nextInt(8) > 0 : random.nextInt(12) == 0;
            if (!fails || random.nextBoolean()) {
                doIt(progress, step);
            }
            if (cut) {
                die();
                return;
            }
            if (fails) {
                write(new Entry.Turned(
                        number, now, ActionState.FAILED, step + " failed", 1, Optional.of(CodeClass.PERMANENT)));
            } else {
                write(new Entry.Done(
                        number,
                        now,
                        step,
                        0,
                        step.kind() == Kind.APPLY && random.nextInt(8) == 0
                                ? Optional.of("boot-" + boot)
                                : Optional.empty()));
            }
        }

        /** What a step does to the machine. */
        private void doIt(Progress progress, Step step) {
            Line.Name line = Line.Name.of(progress.members().get(step.member()).release());
            Map<Integer, Optional<String>> kept =
                    captured.computeIfAbsent(progress.transaction(), key -> new HashMap<>());
            switch (step.kind()) {
                case CAPTURE -> kept.put(step.member(), Optional.ofNullable(machine.get(line)));
                case APPLY ->
                    machine.put(
                            line,
                            progress.members()
                                    .get(step.member())
                                    .release()
                                    .version()
                                    .toString());
                case REMOVE -> machine.remove(line);
                case UNDO ->
                    kept.getOrDefault(step.member(), Optional.empty())
                            .ifPresentOrElse(old -> machine.put(line, old), () -> machine.remove(line));
                default -> {}
            }
        }
    }

    @Test
    void theLawsHoldInEveryLife() {
        int[] ended = new int[ActionState.values().length];
        Cases.run(200, random -> {
            Life life = new Life(random);
            for (int i = 0; i < 300; i++) {
                life.happen();
            }
            life.ends.values().forEach(status -> {
                for (ActionState state : ActionState.values()) {
                    if (state == status.state()) {
                        ended[state.number() - 1]++;
                    }
                }
            });
        });
        if (Long.getLong("packhorse.seed") == null) {
            for (ActionState state : List.of(
                    ActionState.COMMITTABLE,
                    ActionState.COMMITTED,
                    ActionState.FAILED,
                    ActionState.UNDONE,
                    ActionState.UNDO_FAILED,
                    ActionState.CANCELLED)) {
                assertTrue(
                        ended[state.number() - 1] > 20,
                        state + " came about " + ended[state.number() - 1] + " times only");
            }
        }
    }

    @Test
    void everyUnfinishedTaskComesToAnEndOnceNothingStandsInItsWay() {
        Cases.run(200, random -> {
            Life life = new Life(random);
            for (int i = 0; i < 100; i++) {
                life.happen();
            }
            life.told.replaceAll((action, task) -> new InstallTask(
                    task.action(),
                    task.subject(),
                    task.operation(),
                    task.members(),
                    Stage.GO,
                    Optional.of(Instant.MAX),
                    task.policy(),
                    task.variables()));
            for (int i = 0; i < 200; i++) {
                life.boot++;
                life.move();
                life.invariants();
            }
            assertEquals(
                    List.of(),
                    life.ledger.open().stream()
                            .filter(progress -> progress.ended().isEmpty())
                            .map(progress -> progress.status().toString())
                            .toList());
        });
    }

    @Test
    void anEntryThatCannotStandThereIsRefused() {
        Ledger ledger = new Ledger();
        Life life = new Life(new java.util.Random(1));
        Member app = life.member("app", 1);
        InstallTask task = new InstallTask(
                "a",
                Subject.release(app.release()),
                Operation.INSTALL,
                List.of(app),
                Stage.GO,
                Optional.empty(),
                InstallPolicy.DEFAULT,
                new TreeMap<>());
        ledger.add(new Entry.Began(1, NOW, task));
        assertThrows(
                IllegalStateException.class,
                () -> ledger.add(new Entry.Done(1, NOW, new Step(Kind.APPLY, 0), 0, Optional.empty())));
        assertThrows(
                IllegalStateException.class, () -> ledger.add(new Entry.Started(1, NOW, new Step(Kind.COMMIT, 0))));
        assertThrows(
                IllegalStateException.class,
                () -> ledger.add(new Entry.Ended(1, NOW, ActionState.COMMITTED, "", 0, Optional.empty())));
        assertThrows(
                IllegalStateException.class, () -> ledger.add(new Entry.Started(2, NOW, new Step(Kind.PRECHECK, 0))));
        assertThrows(IllegalStateException.class, () -> ledger.add(new Entry.Began(2, NOW, task)));
    }

    @Test
    void theKindsOfStepsHaveTheirNumbersForGood() {
        assertEquals(
                IntStream.rangeClosed(1, 18).boxed().toList(),
                java.util.Arrays.stream(Kind.values()).map(Kind::number).toList());
        for (Kind kind : Kind.values()) {
            assertEquals(kind, Kind.of(kind.number()));
        }
    }
}
