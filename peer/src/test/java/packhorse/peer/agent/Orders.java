package packhorse.peer.agent;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import packhorse.core.identity.DeploymentRole;
import packhorse.core.message.v1.ActionStatus;
import packhorse.core.message.v1.AgentStatus;
import packhorse.core.message.v1.Defer;
import packhorse.core.message.v1.Envelope;
import packhorse.core.message.v1.LocalRequest;
import packhorse.core.message.v1.Status;
import packhorse.core.message.v1.StatusReport;
import packhorse.core.state.ActionState;
import packhorse.core.state.DesiredItem;
import packhorse.core.state.DesiredState;
import packhorse.core.state.InstallPolicy;
import packhorse.core.state.Operation;
import packhorse.core.state.Priority;
import packhorse.core.state.Subject;
import packhorse.core.topology.EndpointId;

/** Orders to the agent on the host 3, and what it says of them: to the tracker, and to the people of its machine. */
final class Orders {
    /** On a machine that has other things to do as well. */
    private static final Duration SOON = Duration.ofSeconds(90);

    private Orders() {}

    /** The agent that orders are for. */
    static EndpointId ordered(Deployment deployment) {
        return deployment.identity("3", DeploymentRole.AGENT).id();
    }

    static void order(Deployment deployment, long revision, DesiredItem... items) {
        deployment.tracker().order(ordered(deployment), new DesiredState(revision, List.of(items)));
    }

    /** The states that were reported of an action, with what was said of each. */
    static String story(Deployment deployment, String action) {
        return reports(deployment).stream()
                .filter(report -> report.getAction().equals(action))
                .map(report -> ActionState.of(report.getState()) + " " + report.getDetail())
                .toList()
                .toString();
    }

    /** What was said of an action last. */
    static StatusReport last(Deployment deployment, String action) {
        return reports(deployment).stream()
                .filter(report -> report.getAction().equals(action))
                .reduce((a, b) -> b)
                .orElse(StatusReport.getDefaultInstance());
    }

    static DesiredItem item(String action, Operation operation, Subject subject) {
        return item(action, operation, subject, InstallPolicy.DEFAULT);
    }

    static DesiredItem item(String action, Operation operation, Subject subject, InstallPolicy policy) {
        return new DesiredItem(
                action,
                subject,
                operation,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Priority.NORMAL,
                Optional.empty(),
                policy);
    }

    /** Every report that the tracker ever got, in order, each once, however often it came. */
    static List<StatusReport> reports(Deployment deployment) {
        Map<Long, StatusReport> named = new TreeMap<>();
        deployment.tracker().received(ordered(deployment)).stream()
                .filter(Envelope::hasStatusReports)
                .flatMap(message -> message.getStatusReports().getReportsList().stream())
                .forEach(report -> {
                    StatusReport before = named.putIfAbsent(report.getSequence(), report);
                    assertTrue(before == null || before.equals(report), "one name, two reports: " + report);
                });
        return List.copyOf(named.values());
    }

    static List<String> path(Deployment deployment, String action) {
        return reports(deployment).stream()
                .filter(report -> report.getAction().equals(action))
                .map(report -> ActionState.of(report.getState()).name())
                .toList();
    }

    static void awaitPath(Deployment deployment, String action, String... states) {
        await(action)
                .atMost(SOON)
                .untilAsserted(
                        () -> assertEquals(List.of(states), path(deployment, action), () -> story(deployment, action)));
    }

    /** Until it was reported that an action came to a state, whatever came after it. */
    static void awaitState(Deployment deployment, String action, String state) {
        await(action)
                .atMost(SOON)
                .untilAsserted(
                        () -> assertTrue(path(deployment, action).contains(state), () -> story(deployment, action)));
    }

    /** Until an action ended, well or not. */
    static void awaitEnd(Deployment deployment, String action) {
        await(action)
                .atMost(SOON)
                .until(() -> List.of("COMMITTABLE", "COMMITTED", "UNDONE", "FAILED", "REFUSED", "UNDO_FAILED")
                        .contains(
                                path(deployment, action).isEmpty()
                                        ? ""
                                        : path(deployment, action).getLast()));
    }

    static LocalRequest defer(String action, Duration length) {
        return LocalRequest.newBuilder()
                .setDefer(Defer.newBuilder().setAction(action).setMillis(length.toMillis()))
                .build();
    }

    static AgentStatus status(Deployment.Node node) {
        return node.ask(LocalRequest.newBuilder()
                        .setStatus(Status.getDefaultInstance())
                        .build())
                .getFirst()
                .getStatus();
    }

    static ActionStatus status(Deployment.Node node, String action) {
        return status(node).getActionsList().stream()
                .filter(one -> one.getAction().equals(action))
                .findFirst()
                .orElse(ActionStatus.getDefaultInstance());
    }
}
