package packhorse.console.change;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static packhorse.console.change.Cast.ANNA;
import static packhorse.console.change.Cast.BERT;
import static packhorse.console.change.Cast.DORA;
import static packhorse.console.change.Cast.EMIL;
import static packhorse.console.change.Cast.FRITZ;
import static packhorse.console.change.Cast.GERD;
import static packhorse.console.change.Cast.HANNA;
import static packhorse.console.change.Cast.MORNING;
import static packhorse.console.change.Cast.VIC;
import static packhorse.console.change.Cast.ZOE;
import static packhorse.console.change.Cast.at;
import static packhorse.console.change.Cast.done;
import static packhorse.console.change.Cast.refused;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import packhorse.console.Proves;
import packhorse.console.change.Defect.Fault;
import packhorse.console.change.Defect.Severity;
import packhorse.core.testing.Cases;
import packhorse.core.topology.EndpointId;

/** Gates of stages, problems and defects. */
final class SmallMachinesTest {
    private static final List<Actor> EVERYBODY =
            List.of(ANNA, BERT, DORA, EMIL, FRITZ, GERD, HANNA, VIC, ZOE, Actor.product());
    private static final Duties DUTIES =
            new Duties(Set.of(ANNA.id()), Set.of(EMIL.id()), Set.of(GERD.id()), Set.of(BERT.id()));

    private static StageGate gate() {
        return StageGate.closed(Stage.BUILDING, MORNING);
    }

    private static Outcome<StageGate> say(StageGate gate, StageGateMachine.Move move, Actor actor) {
        return StageGateMachine.say(gate, move, "remarks", DUTIES, actor, at(1));
    }

    @Test
    @Proves("PROCESS 1 every stage opens with the same gate")
    void aGateOpensWithFeasibilityAndResourcesInEitherOrder() {
        StageGate first = done(say(gate(), StageGateMachine.Move.APPROVE_FEASIBILITY, DORA));
        assertTrue(refused(say(first, StageGateMachine.Move.PROCEED, HANNA)).contains("FEASIBLE"));
        StageGate both = done(say(first, StageGateMachine.Move.CONFIRM_RESOURCES, GERD));
        assertFalse(both.isOpen());
        assertTrue(done(say(both, StageGateMachine.Move.PROCEED, BERT)).isOpen());
        StageGate other = done(say(gate(), StageGateMachine.Move.CONFIRM_RESOURCES, HANNA));
        other = done(say(other, StageGateMachine.Move.APPROVE_FEASIBILITY, DORA));
        assertTrue(done(say(other, StageGateMachine.Move.PROCEED, HANNA)).isOpen());
    }

    @Test
    @Proves("PROCESS 1 every stage opens with the same gate")
    void aGateIsReturnedWithRemarks() {
        assertTrue(refused(StageGateMachine.say(gate(), StageGateMachine.Move.RETURN, " ", DUTIES, DORA, at(1)))
                .contains("say what has to change"));
        StageGate returned = done(say(gate(), StageGateMachine.Move.RETURN, DORA));
        assertTrue(refused(say(returned, StageGateMachine.Move.APPROVE_FEASIBILITY, DORA))
                .contains("ASK"));
        assertEquals(
                GateState.WAITING,
                done(say(returned, StageGateMachine.Move.ASK, HANNA)).state());
    }

    @Test
    void nobodyLetsTheirOwnProceed() {
        StageGate both = new StageGate(Stage.TEST, GateState.COMPLETE, List.of());
        for (PersonId own : List.of(ANNA.id(), EMIL.id())) {
            Actor all = new Actor.Person(own, Set.of(Role.values()));
            assertTrue(refused(say(both, StageGateMachine.Move.PROCEED, all)).contains("their own"));
        }
    }

    @Test
    void gatesStayOnTheirTable() {
        Set<GateState> seen = new HashSet<>();
        Cases.run(200, random -> {
            StageGate gate = gate();
            for (int step = 0; step < 30; step++) {
                StageGateMachine.Move move = Cast.any(StageGateMachine.Move.class, random);
                Actor actor = EVERYBODY.get(random.nextInt(EVERYBODY.size()));
                StageGate before = gate;
                Outcome<StageGate> outcome = say(gate, move, actor);
                gate = outcome.result().orElse(gate);
                seen.add(gate.state());
                assertEquals(
                        outcome.result().isPresent(),
                        StageGateMachine.TABLE
                                .find(before.state(), move)
                                .filter(row -> row.who().includes(actor))
                                .isPresent());
                assertTrue(!before.state().isFinal() || before.equals(gate));
            }
        });
        assertEquals(Set.of(GateState.values()), seen);
    }

    private static Problem problem() {
        return Problem.open(
                ProblemId.of(2026, 1),
                OrderId.of(2026, 1),
                Optional.of(Cast.EDITOR),
                "exit code 1603 at three machines",
                Set.of(EndpointId.parse("00112233445566778899aabbccddeeff")),
                Set.of(1603),
                Actor.product(),
                MORNING);
    }

    @Test
    @Proves("PROCESS 4 problem record")
    void aProblemIsOpenedAssignedTransferredResolvedAndClosed() {
        Problem problem = problem();
        assertEquals(Set.of(1603), problem.codes());
        problem = done(ProblemMachine.assign(problem, EMIL.id(), GERD, at(1)));
        problem = done(ProblemMachine.transfer(problem, "network", "the link is slow", EMIL, at(2)));
        assertEquals(Optional.of("network"), problem.team());
        problem = done(ProblemMachine.assign(problem, EMIL.id(), GERD, at(3)));
        assertTrue(
                refused(ProblemMachine.resolve(problem, "mended", FRITZ, at(4))).contains("emil"));
        assertTrue(refused(ProblemMachine.resolve(problem, " ", EMIL, at(4))).contains("say what was found"));
        problem = done(ProblemMachine.resolve(problem, "a newer runtime", EMIL, at(4)));
        assertEquals("a newer runtime", problem.resolution());
        Problem again = done(ProblemMachine.reopen(problem, "seen again", FRITZ, at(5)));
        assertEquals(ProblemState.OPEN, again.state());
        assertTrue(refused(ProblemMachine.transfer(again, " ", "", GERD, at(5))).contains("name the team"));
        problem = done(ProblemMachine.close(problem, HANNA, at(6)));
        assertTrue(refused(ProblemMachine.reopen(problem, "seen again", FRITZ, at(7)))
                .contains("final"));
    }

    @Test
    void problemsStayOnTheirTable() {
        Set<ProblemState> seen = new HashSet<>();
        Cases.run(200, random -> {
            Problem problem = problem();
            for (int step = 0; step < 30; step++) {
                Actor actor = EVERYBODY.get(random.nextInt(EVERYBODY.size()));
                Problem before = problem;
                ProblemMachine.Move move = Cast.any(ProblemMachine.Move.class, random);
                Outcome<Problem> outcome = switch (move) {
                    case ASSIGN -> ProblemMachine.assign(before, EMIL.id(), actor, at(step));
                    case TRANSFER -> ProblemMachine.transfer(before, "network", "", actor, at(step));
                    case RESOLVE -> ProblemMachine.resolve(before, "mended", actor, at(step));
                    case REOPEN -> ProblemMachine.reopen(before, "again", actor, at(step));
                    case CLOSE -> ProblemMachine.close(before, actor, at(step));
                };
                problem = outcome.result().orElse(problem);
                seen.add(problem.state());
                if (outcome.result().isPresent()) {
                    Transitions.Row<ProblemState, ProblemMachine.Move> row =
                            ProblemMachine.TABLE.find(before.state(), move).orElseThrow();
                    assertEquals(row.to(), problem.state());
                    assertTrue(row.who().includes(actor));
                } else {
                    refused(outcome);
                }
            }
        });
        assertEquals(Set.of(ProblemState.values()), seen);
    }

    private static Defect defect(int number, Severity severity) {
        return Defect.found(
                DefectId.of(2026, number),
                OrderId.of(2026, 1),
                Optional.of("fresh"),
                "leaves files behind",
                severity,
                FRITZ,
                at(number * 20));
    }

    @Test
    @Proves("PROCESS 4 defects")
    void aDefectIsConfirmedMendedAndSeenMended() {
        Defect defect = done(DefectMachine.confirm(defect(1, Severity.SEVERE), Fault.SOURCE, EMIL, at(1)));
        assertEquals(Fault.SOURCE, defect.fault());
        defect = done(DefectMachine.move(defect, DefectMachine.Move.MEND, "", EMIL, at(2)));
        assertTrue(refused(DefectMachine.move(defect, DefectMachine.Move.VERIFY, "", EMIL, at(3)))
                .contains("TEST_SPECIALIST"));
        assertTrue(refused(DefectMachine.move(defect, DefectMachine.Move.REFUSE, "", FRITZ, at(3)))
                .contains("say why"));
        Defect again = done(DefectMachine.move(defect, DefectMachine.Move.REFUSE, "still there", FRITZ, at(3)));
        assertEquals(DefectState.CONFIRMED, again.state());
        defect = done(DefectMachine.move(defect, DefectMachine.Move.VERIFY, "", FRITZ, at(3)));
        assertTrue(defect.state().isFinal());
        Defect blocking = done(DefectMachine.confirm(defect(2, Severity.BLOCKING), Fault.PACKAGE, FRITZ, at(1)));
        assertTrue(refused(DefectMachine.move(blocking, DefectMachine.Move.DEFER, "later", DORA, at(2)))
                .contains("BLOCKING"));
    }

    @Test
    @Proves("PROCESS 4 defects")
    void defectsAreCountedBySeverityStateArrivalAndFault() {
        Defect mended = done(DefectMachine.move(
                done(DefectMachine.confirm(defect(1, Severity.SEVERE), Fault.SOURCE, EMIL, at(1))),
                DefectMachine.Move.MEND,
                "",
                EMIL,
                at(2)));
        Defect verified = done(DefectMachine.move(mended, DefectMachine.Move.VERIFY, "", FRITZ, at(3)));
        DefectCount count = DefectCount.of(List.of(verified, defect(2, Severity.SEVERE), defect(3, Severity.MINOR)));
        assertEquals(new DefectCount.OpenOf(1, 2), count.bySeverity().get(Severity.SEVERE));
        assertEquals(0, count.open(Severity.BLOCKING));
        assertEquals(2, count.byState().get(DefectState.OPEN));
        assertEquals(1, count.byFault().get(Fault.SOURCE));
        // At 28, 48 and 68 hours after the midnight before 2 March.
        assertEquals(List.of(1, 2), List.copyOf(count.arrivals().values()));
    }

    @Test
    void defectsStayOnTheirTable() {
        Set<DefectState> seen = new HashSet<>();
        Cases.run(200, random -> {
            Defect defect = defect(1, Cast.any(Severity.class, random));
            for (int step = 0; step < 30; step++) {
                Actor actor = EVERYBODY.get(random.nextInt(EVERYBODY.size()));
                Defect before = defect;
                DefectMachine.Move move = Cast.any(DefectMachine.Move.class, random);
                Outcome<Defect> outcome = DefectMachine.move(before, move, "why", actor, at(step));
                defect = outcome.result().orElse(defect);
                seen.add(defect.state());
                if (outcome.result().isPresent()) {
                    assertEquals(
                            DefectMachine.TABLE
                                    .find(before.state(), move)
                                    .orElseThrow()
                                    .to(),
                            defect.state());
                } else {
                    refused(outcome);
                }
            }
        });
        assertEquals(Set.of(DefectState.values()), seen);
    }
}
