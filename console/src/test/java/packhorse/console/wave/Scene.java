package packhorse.console.wave;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import packhorse.console.calendar.Timetable;
import packhorse.console.calendar.Window;
import packhorse.console.change.Actor;
import packhorse.console.change.OrderId;
import packhorse.console.change.Role;
import packhorse.console.gate.Guarantee;
import packhorse.console.gate.Thresholds;
import packhorse.core.content.CodeClass;
import packhorse.core.content.Platform;
import packhorse.core.content.ReleaseId;
import packhorse.core.content.ReleaseName;
import packhorse.core.content.Sha256;
import packhorse.core.content.Version;
import packhorse.core.state.ActionState;
import packhorse.core.state.InstallPolicy;
import packhorse.core.state.Operation;
import packhorse.core.state.Subject;
import packhorse.core.topology.EndpointId;

/** A plan, people and endpoints for the tests of this package. */
final class Scene {
    static final Instant NOW = Instant.parse("2026-03-02T01:00:00Z");
    static final DeploymentId ID = new DeploymentId(OrderId.of(2026, 1), 1);
    static final Actor OLGA = Actor.person("olga", Role.INSTALLATION_COORDINATOR);
    static final Actor CARL = Actor.person("carl", Role.CHANGE_COORDINATOR);
    static final Actor ANNA = Actor.person("anna", Role.APPROVER);
    static final Actor VERA = Actor.person("vera", Role.VIEWER);
    static final Sha256 MANIFEST = Sha256.of(new byte[] {1});
    static final Subject SUBJECT = subject("acme/app", "2.0");
    static final Timetable ALWAYS =
            new Timetable("berlin", ZoneId.of("Europe/Berlin"), List.of(new Window.Always()), List.of());

    private Scene() {}

    static Subject subject(String name, String version) {
        return Subject.release(
                new ReleaseId(ReleaseName.parse(name), Version.parse(version), new Platform("linux-amd64")));
    }

    static EndpointId endpoint(int number) {
        byte[] bytes = new byte[EndpointId.LENGTH_BYTES];
        bytes[0] = (byte) (number >>> 16);
        bytes[1] = (byte) (number >>> 8);
        bytes[2] = (byte) number;
        return EndpointId.ofBytes(bytes);
    }

    /** Beta, a tenth, the rest; thresholds so wide that one clean endpoint passes. */
    static Plan plan() {
        return plan(
                Optional.of(new BetaPlan(Guarantee.of(0.6, 0.6), Duration.ofHours(1))),
                List.of(
                        new WavePlan("tenth", new Slice.Percent(10), Duration.ZERO),
                        new WavePlan("rest", new Slice.Rest(), Duration.ZERO)));
    }

    static Plan plan(Optional<BetaPlan> beta, List<WavePlan> waves) {
        return plan(beta, waves, new Transfer(90, Duration.ofMinutes(10), OptionalLong.empty()));
    }

    static Plan plan(Optional<BetaPlan> beta, List<WavePlan> waves, Transfer transfer) {
        return new Plan(
                List.of(SUBJECT),
                Operation.INSTALL,
                Targets.query("site==berlin"),
                beta,
                waves,
                List.of(new Window.Always()),
                List.of(),
                Thresholds.of(0.3, 0.62, 0.62, 0.6),
                BlastRadius.ONE_OF_A_PAIR,
                RetryPolicy.of(Map.of(CodeClass.TRANSIENT, 3), 2, Duration.ofMinutes(5), 50),
                Timeouts.DEFAULT,
                transfer,
                new Judging(Judging.By.GATE, 1, true),
                InstallPolicy.DEFAULT,
                7);
    }

    static Sha256 digest(Plan plan) {
        return PlanDigest.of(
                plan, plan.subjects().stream().map(unused -> MANIFEST).toList());
    }

    static Action action(int number, ActionState state) {
        return action(number, 1, state, Optional.empty());
    }

    static Action action(int number, int attempt, ActionState state, Optional<CodeClass> failure) {
        return new Action(
                new ActionId(new WaveId(ID, 1), number, attempt),
                endpoint(number),
                Line.of(SUBJECT),
                Operation.INSTALL,
                state,
                state.changes(),
                state == ActionState.COMMITTABLE || state == ActionState.COMMITTED,
                failure,
                failure.isPresent() ? 5 : 0,
                Optional.empty(),
                NOW,
                false);
    }

    static Member member(int number, Action action) {
        return Member.untouched(endpoint(number), "berlin").with(action);
    }
}
