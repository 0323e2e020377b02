package packhorse.console.ledger;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import packhorse.console.calendar.Window;
import packhorse.console.change.OrderId;
import packhorse.console.gate.Thresholds;
import packhorse.console.wave.BlastRadius;
import packhorse.console.wave.DeploymentId;
import packhorse.console.wave.FrozenMembership;
import packhorse.console.wave.Judging;
import packhorse.console.wave.Line;
import packhorse.console.wave.Plan;
import packhorse.console.wave.RetryPolicy;
import packhorse.console.wave.Slice;
import packhorse.console.wave.Targets;
import packhorse.console.wave.Timeouts;
import packhorse.console.wave.Transfer;
import packhorse.console.wave.WaveId;
import packhorse.console.wave.WavePlan;
import packhorse.core.content.CodeClass;
import packhorse.core.content.Platform;
import packhorse.core.content.ReleaseId;
import packhorse.core.content.ReleaseName;
import packhorse.core.content.Version;
import packhorse.core.state.DesiredItem;
import packhorse.core.state.InstallPolicy;
import packhorse.core.state.Operation;
import packhorse.core.state.Priority;
import packhorse.core.state.Subject;
import packhorse.core.topology.EndpointId;

/** Plans and endpoints for tests of what the ledger keeps of waves. */
final class WaveWorld {
    static final DeploymentId DEPLOYMENT = new DeploymentId(OrderId.of(2026, 1), 1);
    static final WaveId WAVE = new WaveId(DEPLOYMENT, 1);

    private WaveWorld() {}

    static EndpointId endpoint(int number) {
        byte[] bytes = new byte[EndpointId.LENGTH_BYTES];
        bytes[12] = (byte) (number >> 24);
        bytes[13] = (byte) (number >> 16);
        bytes[14] = (byte) (number >> 8);
        bytes[15] = (byte) number;
        return EndpointId.ofBytes(bytes);
    }

    static Subject subject(int step) {
        return Subject.release(
                new ReleaseId(new ReleaseName("acme", "app" + step), Version.parse("2.0"), Platform.ANY));
    }

    static Plan plan(int steps) {
        List<Subject> subjects = new ArrayList<>();
        for (int step = 1; step <= steps; step++) {
            subjects.add(subject(step));
        }
        return new Plan(
                subjects,
                Operation.INSTALL,
                Targets.query("site==berlin"),
                Optional.empty(),
                List.of(new WavePlan("all", new Slice.Rest(), Duration.ZERO)),
                List.of(new Window.Always()),
                List.of(),
                Thresholds.of(0.3, 0.62, 0.62, 0.6),
                BlastRadius.ONE_OF_A_PAIR,
                RetryPolicy.of(Map.of(CodeClass.TRANSIENT, 3, CodeClass.USER, 2), 2, Duration.ofMinutes(5), 50),
                Timeouts.DEFAULT,
                new Transfer(90, Duration.ofMinutes(10), OptionalLong.empty()),
                new Judging(Judging.By.GATE, 1, true),
                InstallPolicy.DEFAULT,
                7);
    }

    /** Members of these numbers: three sites, some in pairs, some on hosts. */
    static List<MemberRow> rows(int before, int count) {
        List<MemberRow> rows = new ArrayList<>();
        for (int number = before + 1; number <= before + count; number++) {
            rows.add(new MemberRow(
                    endpoint(number),
                    "site" + number % 3,
                    number % 2 == 0 ? Optional.of("pair" + number / 4) : Optional.empty(),
                    number % 5 < 2 ? Optional.of("host" + number / 5) : Optional.empty()));
        }
        return rows;
    }

    static FrozenMembership membership(List<MemberRow> rows) {
        return FrozenMembership.of(rows.stream().map(MemberRow::endpoint).toList());
    }

    static DesiredRow desired(int endpoint, int step, String action) {
        Subject subject = subject(step);
        return new DesiredRow(
                endpoint(endpoint),
                Line.of(subject),
                new DesiredItem(
                        action,
                        subject,
                        Operation.INSTALL,
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Priority.NORMAL,
                        Optional.empty()));
    }

    static Instant at(long seconds) {
        return Instant.parse("2026-03-02T08:00:00Z").plusSeconds(seconds);
    }
}
