package packhorse.dist.demo;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.random.RandomGenerator;
import org.awaitility.core.ConditionTimeoutException;
import packhorse.core.OperationException;
import packhorse.core.identity.DeploymentRole;
import packhorse.core.message.v1.AgentStatus;
import packhorse.core.topology.EndpointId;

/**
 * One round: a machine joins, is told what it should have, has it, is told to drop it, has dropped it; harms happen all along. Once
 * everything runs again it must come to its goal by itself.
 */
final class HarmRound {
    /** While it joins there is only the tracker to hurt. */
    private static final int JOINING_HARMS = 1;

    private static final int JOINING_MILLIS = 2_000;

    /** From the agent's start; about as long as an unharmed machine takes to its release on a busy machine. */
    private static final int HARMS = 4;

    private static final int MILLIS = 6_000;

    /** After the last mend. Watchdogs, restarts and back-offs are seconds each; this is for two busy cores. */
    private static final Duration CALM_MAX = Duration.ofMinutes(2);

    /** How often a person would try to join again. */
    private static final int JOINS_MAX = 20;

    /** An agent that leaves ends its swarm process; one that was killed leaves it to notice. */
    private static final Duration ORPHANS_MAX = Duration.ofSeconds(60);

    private final Lab lab;
    private final Deployment deployment;
    private final int round;
    private final Office.Machine machine;
    private final List<Harm> whileJoining;
    private final List<Harm> whileFetching;
    private final Ward ward;
    private final long startNanos = System.nanoTime();
    private int tokens;

    HarmRound(Lab lab, int round, RandomGenerator random) {
        this.lab = lab;
        this.deployment = lab.deployment();
        this.round = round;
        this.machine = deployment.newcomer(1, round, AgentSettings.PLAIN);
        this.whileJoining = Harm.draw(random, List.of(Harm.Target.TRACKER), JOINING_HARMS, JOINING_MILLIS);
        this.whileFetching =
                Harm.draw(random, List.of(Harm.Target.AGENT, Harm.Target.SWARM, Harm.Target.TRACKER), HARMS, MILLIS);
        this.ward = new Ward(deployment, machine);
    }

    /** The harms, for whoever has to understand a failure. */
    String told() {
        return "while it joins:  " + whileJoining + "\nwhile it fetches:  " + whileFetching;
    }

    String summary() {
        return JOINING_HARMS + HARMS + " harms, " + tokens + " token(s), "
                + (System.nanoTime() - startNanos) / 1_000_000 + " ms";
    }

    void run(String version, String sha256) throws Exception {
        String bring = "bring-" + round;
        String drop = "drop-" + round;
        try (ExecutorService beside = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<?> first = hurt(beside, whileJoining);
            EndpointId id = join();
            finish(first);
            deployment.desired().want(id, bring, "distribute", Lab.PRODUCT + "@" + version);
            ward.admitAgent();
            finish(hurt(beside, whileFetching));
            ward.mendAll();

            reaches("the release is there", () -> Files.exists(machine.copy(sha256)));
            reaches("its end is stored", () -> ended(id, bring) > 0);
            assertEquals(sha256, Demo.sha256(machine.copy(sha256)), "the copy");
            deployment.desired().drop(bring);
            deployment.desired().want(id, drop, "delete", Lab.PRODUCT + "@" + version);
            reaches("the deletion is stored", () -> ended(id, drop) > 0);
            reaches("nothing waits on its disk", () -> status(beside).getReportsWaiting() == 0);
            assertEquals(false, Files.exists(machine.copy(sha256)), "the copy is still there");
            assertEquals(1, ended(id, bring), "ends of " + bring);
            assertEquals(1, ended(id, drop), "ends of " + drop);
            assertEquals(List.of(), ReportInvariants.broken(lab.reports()), "stored reports");
        }
        deployment.stopAgent(machine);
        await("no process of it is left")
                .atMost(ORPHANS_MAX)
                .until(() -> ward.orphans().isEmpty());
        deployment.forget(machine);
    }

    private Future<?> hurt(ExecutorService beside, List<Harm> harms) {
        long from = System.nanoTime();
        return beside.submit(() -> {
            for (Harm harm : harms) {
                long left = harm.atMillis() - (System.nanoTime() - from) / 1_000_000;
                if (left > 0) {
                    deployment.pause(left);
                }
                ward.apply(harm);
            }
            return null;
        });
    }

    private static void finish(Future<?> hurting) throws InterruptedException {
        try {
            hurting.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Joins as a person would who is told that the tracker cannot be reached: again, and with a new token when the old one was taken
     * by an attempt whose answer was lost.
     */
    private EndpointId join() throws InterruptedException {
        String token = token();
        for (int i = 1; ; i++) {
            try {
                return deployment.joinByHand(machine, token);
            } catch (OperationException e) {
                if (i == JOINS_MAX) {
                    throw e;
                }
                if (String.valueOf(e.getMessage()).contains("token")) {
                    token = token();
                }
                deployment.pause(500);
            }
        }
    }

    private String token() throws InterruptedException {
        tokens++;
        return deployment.token(DeploymentRole.AGENT, "office-1");
    }

    private long ended(EndpointId id, String action) {
        return ReportInvariants.ended(lab.reports(), id, action);
    }

    private void reaches(String what, java.util.concurrent.Callable<Boolean> condition) {
        try {
            await(what).atMost(CALM_MAX).pollInterval(Duration.ofMillis(200)).until(condition);
        } catch (ConditionTimeoutException e) {
            throw new AssertionError(e.getMessage() + "; the agent's last words: " + deployment.lastWords(machine), e);
        }
    }

    /** What the agent says of itself; nothing where it does not answer soon. */
    private AgentStatus status(ExecutorService beside) throws InterruptedException {
        Future<AgentStatus> asked = beside.submit(() -> machine.agent().status());
        try {
            return asked.get(10, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            return AgentStatus.newBuilder().setReportsWaiting(Long.MAX_VALUE).build();
        }
    }
}
