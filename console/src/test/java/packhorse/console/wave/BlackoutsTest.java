package packhorse.console.wave;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import packhorse.console.Proves;
import packhorse.console.calendar.Blackout;
import packhorse.console.calendar.Scope;
import packhorse.console.calendar.Timetable;
import packhorse.console.calendar.Window;

final class BlackoutsTest {
    private static final Instant NOW = Instant.parse("2026-12-24T12:00:00Z");
    /** Each site's own Christmas. */
    private static final Blackout CHRISTMAS = new Blackout.Local(
            LocalDateTime.parse("2026-12-24T00:00"),
            LocalDateTime.parse("2026-12-27T00:00"),
            Optional.empty(),
            "Christmas",
            new Scope.AllSites());
    /** It lasts longer than the other, and only there. */
    private static final Blackout STOCK = new Blackout.Fixed(
            NOW, Instant.parse("2026-12-31T00:00:00Z"), "stocktaking", new Scope.Sites(Set.of("berlin")));

    private static Timetable site(String name, String zone) {
        return new Timetable(name, ZoneId.of(zone), List.of(new Window.Always()), List.of(CHRISTMAS, STOCK));
    }

    private static final Timetable BERLIN = site("berlin", "Europe/Berlin");
    private static final Timetable TOKYO = site("tokyo", "Asia/Tokyo");

    @Test
    void aClosedSiteSaysWhatClosesItLongest() {
        assertEquals(
                List.of(
                        new Blackouts.Closed("berlin", "stocktaking", NOW, Instant.parse("2026-12-31T00:00:00Z")),
                        new Blackouts.Closed(
                                "tokyo",
                                "Christmas",
                                Instant.parse("2026-12-23T15:00:00Z"),
                                Instant.parse("2026-12-26T15:00:00Z"))),
                Blackouts.closed(List.of(BERLIN, TOKYO), NOW));
        assertEquals(List.of(), Blackouts.closed(List.of(TOKYO), Instant.parse("2026-12-26T15:00:00Z")));
    }

    @Test
    void aDeploymentIsHeldWhileAllItsSitesAreClosed() {
        assertEquals(
                Optional.of("all 2 sites are closed, the first until 2026-12-26T15:00:00Z: stocktaking, Christmas"),
                Blackouts.everywhere(List.of(BERLIN, TOKYO), NOW));
        assertEquals(
                Optional.of("tokyo is closed until 2026-12-26T15:00:00Z: Christmas"),
                Blackouts.everywhere(List.of(TOKYO), NOW));
        assertEquals(
                Optional.empty(),
                Blackouts.everywhere(List.of(BERLIN, TOKYO), Instant.parse("2026-12-26T15:00:00Z")),
                "Tokyo is open again");
        assertEquals(Optional.empty(), Blackouts.everywhere(List.of(), NOW), "there is no site");
    }

    @Test
    void whoAsksWhyNothingBeginsIsToldEveryHoldThatApplies() {
        Plan plan = Scene.plan(Optional.empty(), List.of(new WavePlan("all", new Slice.Rest(), Duration.ZERO)));
        Deployment free = Deployment.planned(Scene.ID, plan, Scene.digest(plan), NOW);
        Hold stop = Hold.of(Hold.Kind.OPERATOR, "olga", "noise", NOW);
        assertEquals(List.of(), Blackouts.applying(free, Scene.ALWAYS, NOW));
        List<Hold> both = Blackouts.applying(free.held(List.of(stop)), TOKYO, NOW);
        assertEquals(stop, both.getFirst());
        assertEquals(Hold.Kind.BLACKOUT, both.getLast().kind());
        assertEquals(
                "tokyo is closed until 2026-12-26T15:00:00Z: Christmas",
                both.getLast().why());
        assertEquals(Instant.parse("2026-12-23T15:00:00Z"), both.getLast().since());
        Hold placed = Hold.of(Hold.Kind.BLACKOUT, "packhorse", "all are closed", NOW);
        assertEquals(List.of(placed), Blackouts.applying(free.held(List.of(placed)), TOKYO, NOW), "said once");
    }

    @Test
    @Proves("PROCESS 1 waves")
    void theProductPlacesTheHoldAndLiftsItWhenASiteOpens() {
        Plan plan = Scene.plan(Optional.empty(), List.of(new WavePlan("all", new Slice.Rest(), Duration.ZERO)));
        Deployment rolling =
                Deployment.planned(Scene.ID, plan, Scene.digest(plan), NOW).at(DeploymentState.ROLLING, NOW);
        Optional<String> closed = Blackouts.everywhere(List.of(BERLIN, TOKYO), NOW);
        List<Decision> held = Conduct.next(view(plan, rolling, true, closed), NOW);
        assertEquals(new Decision.PlaceHold(Scene.ID, Hold.Kind.BLACKOUT, closed.orElseThrow()), held.getFirst());
        Deployment waits = rolling.held(List.of(Hold.of(Hold.Kind.BLACKOUT, "packhorse", closed.orElseThrow(), NOW)));
        assertEquals(List.of(), Conduct.next(view(plan, waits, true, closed), NOW), "placed once, and nothing moves");
        assertEquals(
                new Decision.LiftHold(Scene.ID, Hold.Kind.BLACKOUT),
                Conduct.next(view(plan, waits, true, Optional.empty()), NOW).getFirst());
        assertEquals(
                List.of(new Decision.LiftHold(Scene.ID, Hold.Kind.BLACKOUT)),
                Conduct.next(view(plan, waits.at(DeploymentState.ANALYSIS, NOW), true, Optional.empty()), NOW).stream()
                        .filter(Decision.LiftHold.class::isInstance)
                        .toList());
    }

    @Test
    void theHoldOfAnUnsignedPlanIsLiftedWhenItIsSignedAndOthersAreNot() {
        Plan plan = Scene.plan(Optional.empty(), List.of(new WavePlan("all", new Slice.Rest(), Duration.ZERO)));
        Deployment rolling =
                Deployment.planned(Scene.ID, plan, Scene.digest(plan), NOW).at(DeploymentState.ROLLING, NOW);
        Decision.PlaceHold place = (Decision.PlaceHold)
                Conduct.next(view(plan, rolling, false, Optional.empty()), NOW).getFirst();
        Deployment held = rolling.held(List.of(Hold.of(place.kind(), "packhorse", place.why(), NOW)));
        assertTrue(Conduct.next(view(plan, held, false, Optional.empty()), NOW).isEmpty());
        assertEquals(
                new Decision.LiftHold(Scene.ID, Hold.Kind.POLICY),
                Conduct.next(view(plan, held, true, Optional.empty()), NOW).getFirst());
        Deployment spent = rolling.held(List.of(Hold.of(Hold.Kind.POLICY, "packhorse", "a budget is spent", NOW)));
        assertTrue(Conduct.next(view(plan, spent, true, Optional.empty()), NOW).isEmpty());
    }

    private static View view(Plan plan, Deployment deployment, boolean signed, Optional<String> closed) {
        return new View(
                deployment,
                plan,
                signed,
                true,
                Optional.empty(),
                true,
                deployment.waves().stream()
                        .map(wave -> new View.WaveView(WaveTally.untouched(wave.members()), true))
                        .toList(),
                closed);
    }
}
