package packhorse.console.office;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import packhorse.console.calendar.Window;
import packhorse.console.gate.Guarantee;
import packhorse.console.json.Records;
import packhorse.console.wave.Plan;
import packhorse.console.wave.Slice;
import packhorse.core.UsageException;
import packhorse.core.state.Operation;
import packhorse.core.state.Subject;

final class OrderPlanFormTest {
    private static final Instant NOW = Instant.parse("2026-03-02T08:00:00Z");
    private static final List<Subject> EDITOR = List.of(new Subject(House.EDITOR, false, Optional.of(House.MANIFEST)));

    private static Plan plan(String json) {
        return Records.read(OrderPlanForm.class, json, "plan.json")
                .plan(EDITOR, Set.of(Operation.INSTALL), "CO-2026-0001");
    }

    @Test
    void aSmallPlanIsAFewLines() {
        Plan plan = plan("""
            {
              "query": "site==berlin",
              "beta": { "failureRateMax": 0.05, "confidence": 0.95, "soak": "PT24H" },
              "waves": [
                { "slice": { "is": "percent", "percent": 25 } },
                { "slice": { "is": "rest" } }
              ],
              "windows": [ { "is": "weekly", "days": [ "SATURDAY" ], "start": "22:00", "duration": "PT6H" } ]
            }
            """);
        assertEquals(Operation.INSTALL, plan.operation(), "what the order's category has");
        assertEquals(EDITOR, plan.subjects());
        assertEquals(Guarantee.of(0.05, 0.95), plan.beta().orElseThrow().guarantee());
        assertEquals(
                List.of("wave 1", "wave 2"),
                plan.waves().stream().map(wave -> wave.name()).toList());
        assertTrue(plan.judging().automaticRollback());
        assertEquals(List.of(), plan.contradictions(NOW));
    }

    @Test
    void nothingButWhomItIsForIsAPlan() {
        Plan plan = plan("{\"query\":\"site==berlin\"}");
        assertEquals(List.of(), plan.contradictions(NOW));
        assertEquals(59, plan.beta().orElseThrow().size(), "a beta group that bounds failures by 5 % at 95 %");
        assertEquals(
                List.of(new Slice.Percent(25), new Slice.Rest()),
                plan.waves().stream().map(wave -> wave.slice()).toList());
        assertEquals(List.of(new Window.Always()), plan.windows());
        assertEquals(plan, plan("{\"query\":\"site==berlin\"}"), "the same plan has the same digest");
    }

    @Test
    void whatIsWrongIsSaidWithItsPlace() {
        assertEquals(
                "plan.json: $.waves[0].slice: a wave of 0 % is none; write 1 to 100",
                assertThrows(
                                UsageException.class,
                                () -> plan(
                                        "{\"query\":\"site==berlin\",\"waves\":[{\"slice\":{\"is\":\"percent\",\"percent\":0}}]}"))
                        .getMessage());
        assertTrue(String.valueOf(assertThrows(UsageException.class, () -> plan("{\"qurey\":\"site==berlin\"}"))
                        .getMessage())
                .startsWith("plan.json: $.qurey: no such key"));
        assertTrue(String.valueOf(assertThrows(
                                IllegalArgumentException.class,
                                () -> plan("{\"query\":\"site==berlin\",\"withoutBeta\":true,\"beta\":{}}"))
                        .getMessage())
                .contains("drop one of the two"));
        assertTrue(String.valueOf(assertThrows(
                                IllegalArgumentException.class,
                                () -> plan("{\"query\":\"site==berlin\",\"operation\":\"REMOVE\"}"))
                        .getMessage())
                .contains("not REMOVE"));
    }

    @Test
    void whatLiesInThePastIsNoPlan() {
        Plan plan = plan("""
            { "query": "site==berlin",
              "windows": [ { "is": "dated", "date": "2026-01-05", "start": "22:00", "duration": "PT6H" } ],
              "blackouts": [ { "is": "fixed", "from": "2026-01-01T00:00:00Z", "to": "2026-01-02T00:00:00Z",
                               "reason": "new year", "scope": { "is": "allSites" } } ] }
            """);
        assertEquals(
                List.of(
                        "blackouts: \"new year\" ended at 2026-01-02T00:00:00Z; leave it out",
                        "windows: all of them are past; add one that comes"),
                OrderPlanForm.past(plan, NOW));
        assertEquals(Duration.ZERO, plan.waves().get(0).soak());
    }

    @Test
    void anOrderWithSeveralOperationsHasToSayWhich() {
        OrderPlanForm form = OrderPlanForm.of("site==berlin");
        assertTrue(String.valueOf(assertThrows(
                                IllegalArgumentException.class,
                                () -> form.plan(EDITOR, Set.of(Operation.INSTALL, Operation.COMMIT), "CO-2026-0001"))
                        .getMessage())
                .contains("has several; name one"));
        assertTrue(String.valueOf(
                        assertThrows(IllegalArgumentException.class, () -> form.plan(EDITOR, Set.of(), "CO-2026-0001"))
                                .getMessage())
                .contains("changes no endpoint"));
    }
}
