package packhorse.console.wave;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.DayOfWeek;
import java.time.Duration;
import java.time.LocalTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;
import packhorse.console.calendar.Window;
import packhorse.core.content.CodeClass;
import packhorse.core.content.Sha256;
import packhorse.core.state.InstallPolicy;
import packhorse.core.state.Operation;
import packhorse.core.state.Subject;

final class PlanTest {
    @Test
    void aSoundPlanHasNoContradictions() {
        assertEquals(List.of(), Scene.plan().contradictions(Scene.NOW));
    }

    @Test
    void wavesThatContradictEachOtherAreNamed() {
        List<String> found = Scene.plan(
                        Optional.empty(),
                        List.of(
                                new WavePlan("a", new Slice.Rest(), Duration.ZERO),
                                new WavePlan("b", new Slice.Percent(60), Duration.ZERO),
                                new WavePlan("b", new Slice.Percent(50), Duration.ZERO),
                                new WavePlan("c", new Slice.Sites(Set.of("rome")), Duration.ZERO),
                                new WavePlan("d", new Slice.Sites(Set.of("rome")), Duration.ZERO)))
                .contradictions(Scene.NOW);
        assertEquals(
                List.of(
                        "wave 1 (a): takes the rest, but others follow; make it the last",
                        "wave 3 (b): another one has this name; give it its own",
                        "wave 5 (d): an earlier wave has taken the site rome; leave it out here",
                        "wave 5 (d): the last wave takes the rest, and who joins late; add one that does",
                        "waves: together they take 110 %; lower them to 100 or less"),
                found);
    }

    @Test
    void aWindowTooShortForARunIsNamed() {
        Plan plan = with(
                Scene.plan(),
                List.of(new Window.Weekly(Set.of(DayOfWeek.MONDAY), LocalTime.of(22, 0), Duration.ofMinutes(30))),
                Operation.INSTALL,
                InstallPolicy.DEFAULT,
                List.of(Scene.SUBJECT));
        assertTrue(plan.contradictions(Scene.NOW).getFirst().startsWith("windows: a run may take 56 min"));
    }

    @Test
    void whatCannotBeTakenBackIsNotTakenBackByItself() {
        InstallPolicy commits =
                new InstallPolicy(Optional.of(Scene.NOW.minusSeconds(1)), false, false, false, false, true);
        List<String> found = with(
                        Scene.plan(),
                        List.of(),
                        Operation.REMOVE,
                        commits,
                        List.of(Scene.SUBJECT, Scene.SUBJECT, new Subject(Scene.SUBJECT.id(), true, Optional.empty())))
                .contradictions(Scene.NOW);
        assertTrue(found.stream().anyMatch(line -> line.startsWith("releases: a bundle beside others")));
        assertTrue(found.stream().anyMatch(line -> line.contains("stands twice")));
        assertTrue(found.stream().anyMatch(line -> line.startsWith("windows: none")));
        assertTrue(found.stream().anyMatch(line -> line.startsWith("policy: users may put it off until")));
        assertTrue(found.stream().anyMatch(line -> line.startsWith("automatic rollback: REMOVE")));
        assertTrue(found.stream().anyMatch(line -> line.startsWith("automatic rollback: what is committed")));
    }

    @Test
    void noPlanBoundsASitesLine() {
        Plan plan = Scene.plan();
        Plan bounded = Scene.plan(
                plan.beta(), plan.waves(), new Transfer(90, Duration.ofMinutes(10), OptionalLong.of(1_000_000)));
        List<String> found = bounded.contradictions(Scene.NOW);
        assertEquals(1, found.size());
        assertTrue(found.getFirst().endsWith("with packhorse site write --down"), found.toString());
    }

    @Test
    void whatFailedForGoodIsNotTriedAgain() {
        assertThrows(
                IllegalArgumentException.class,
                () -> RetryPolicy.of(Map.of(CodeClass.PERMANENT, 2), 1, Duration.ZERO, 10));
    }

    @Test
    void theDigestChangesWithWhateverIsSigned() {
        Plan plan = Scene.plan();
        Sha256 digest = Scene.digest(plan);
        assertEquals(digest, Scene.digest(Scene.plan()));
        assertNotEquals(digest, PlanDigest.of(plan, List.of(Sha256.of(new byte[] {9}))));
        assertNotEquals(digest, Scene.digest(Scene.plan(Optional.empty(), plan.waves())));
        assertNotEquals(
                digest,
                Scene.digest(with(plan, plan.windows(), Operation.UPDATE, InstallPolicy.DEFAULT, plan.subjects())));
        assertThrows(IllegalArgumentException.class, () -> PlanDigest.of(plan, List.of()));
    }

    @Test
    void namesAreReadAsTheyAreWritten() {
        ActionId id = ActionId.parse("CO-2026-0001/D1/W2/17.3");
        assertEquals("CO-2026-0001/D1/W2/17.3", id.toString());
        assertEquals(new ActionId(new WaveId(Scene.ID, 2), 17, 3), id);
        for (String bad : List.of(
                "",
                "CO-2026-0001/D1/W2/17",
                "CO-2026-0001/D1/W2/017.3",
                "CO-2026-0001/D0/W2/1.1",
                "CO-1/D1/W1/1.1",
                "CO-2026-0001/D1/W2/1.99999999999")) {
            assertThrows(IllegalArgumentException.class, () -> ActionId.parse(bad), bad);
        }
    }

    private static Plan with(
            Plan plan, List<Window> windows, Operation operation, InstallPolicy policy, List<Subject> subjects) {
        return new Plan(
                subjects,
                operation,
                plan.targets(),
                plan.beta(),
                plan.waves(),
                windows,
                plan.blackouts(),
                plan.thresholds(),
                plan.blastRadius(),
                plan.retry(),
                plan.timeouts(),
                plan.transfer(),
                plan.judging(),
                policy,
                plan.seed());
    }
}
