package packhorse.dist.demo;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.OperationException;
import packhorse.core.identity.DeploymentRole;
import packhorse.core.message.v1.Pulled;
import packhorse.core.state.ActionState;
import packhorse.core.topology.EndpointId;

/** Who may take part and who may have what, on real processes: the revoked, the foreign, the moved, the one behind a proxy. */
@Timeout(value = 8, unit = TimeUnit.MINUTES)
final class AdmissionTest {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final long PULL_SECONDS_MAX = 120;
    private static final String EVERYBODYS = "1.0";
    private static final String NOBODYS = "2.0";
    private static final String LONG = "3.0";
    private static final long MIB = 1 << 20;

    /** Where no office is: people who work from elsewhere have such addresses. */
    private static final int VPN = 77;

    @TempDir
    private static Path folder = Path.of("");

    private static Lab lab = lab();

    private static Lab lab() {
        try {
            return Lab.start(2, 1, "40Mbit", false, new SitePeersOnly());
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static final class SitePeersOnly implements AgentSettings {
        @Override
        public boolean everybodyMayHaveEverything() {
            return false;
        }

        @Override
        public boolean runs(Office.Machine machine) {
            return machine.id().endsWith("site-peer");
        }
    }

    @BeforeAll
    static void publish() throws Exception {
        lab.publish(Lab.content(folder, "4MiB", 51), EVERYBODYS, false);
        lab.publish(Lab.content(folder, "1MiB", 52), NOBODYS, false);
        lab.publish(Lab.content(folder, "64MiB", 53), LONG, false);
        lab.deployment().desired().entitle(Lab.PRODUCT + "@" + EVERYBODYS);
        lab.deployment().desired().entitle(Lab.PRODUCT + "@" + LONG);
    }

    @AfterAll
    static void close() {
        lab.close();
    }

    @Test
    void aRevokedMachineLosesSessionAndPeersAndDoesNotComeBack() throws Exception {
        Office.Machine machine = lab.newcomer(1, 1, "limits: {eachPackDown: 2Mbit}\n");
        EndpointId id = lab.admit(machine);
        Future<Pulled> source = lab.pull(lab.sitePeer(1), LONG);
        lab.beginPull(machine, LONG);
        source.get(PULL_SECONDS_MAX, TimeUnit.SECONDS);
        await().atMost(SOON).until(() -> Lab.bytesIn(machine.agent(), false) > MIB);

        lab.deployment().revoke(id.toString());

        await("the session is over").atMost(SOON).until(() -> !machine.agent().reachesTracker());
        long[] before = {-1};
        await("no bytes come any more")
                .atMost(SOON)
                .pollInterval(Duration.ofSeconds(2))
                .until(() -> {
                    long now = Lab.bytesIn(machine.agent(), false);
                    boolean still = now == before[0];
                    before[0] = now;
                    return still;
                });
        assertTrue(Lab.pack(machine.agent()).getBytesHave() < 64 * MIB, "it was cut off in the middle");
        lab.deployment().killAgent(machine);
        lab.deployment().startAgent(machine);
        await("it says why it is left out")
                .atMost(SOON)
                .until(() ->
                        trouble(machine).contains("denied") || trouble(machine).contains("revoked"));
        assertFalse(machine.agent().reachesTracker());
        lab.deployment().killAgent(machine);
    }

    /** What the agent says is wrong with its tracker; empty also while the agent starts. */
    private static String trouble(Office.Machine machine) {
        try {
            return machine.agent().status().getTrackerError();
        } catch (OperationException e) {
            return "";
        }
    }

    @Test
    void whatNobodyIsEntitledToIsRefusedAlsoWhereItIsCached() throws Exception {
        Office.Machine machine = lab.newcomer(1, 2, "");
        EndpointId id = lab.admit(machine);

        Future<Pulled> early = lab.pull(machine, NOBODYS);
        assertTrue(refusal(early).contains("entitled"), () -> refusal(early));

        lab.deployment().desired().want(id, "cache-it", "distribute", Lab.PRODUCT + "@" + NOBODYS);
        await().atMost(SOON).until(() -> ReportInvariants.ended(lab.reports(), id, "cache-it") == 1);
        lab.deployment().desired().drop("cache-it");
        await("it is not wanted any more")
                .atMost(SOON)
                .until(() -> machine.agent().status().getActionsCount() == 0);
        Future<Pulled> cached = lab.pull(machine, NOBODYS);

        assertTrue(refusal(cached).contains("entitled"), () -> refusal(cached));
        assertTrue(Lab.pack(machine.agent()).getComplete(), "it is here, and is not given out");
        lab.deployment().stopAgent(machine);
    }

    private static String refusal(Future<Pulled> pull) {
        return String.valueOf(assertThrows(ExecutionException.class, () -> pull.get(PULL_SECONDS_MAX, TimeUnit.SECONDS))
                .getMessage());
    }

    @Test
    void aReleaseThatTheCatalogueDoesNotHaveIsReportedAndHarmsNothingElse() throws Exception {
        Office.Machine machine = lab.newcomer(2, 3, "");
        EndpointId id = lab.admit(machine);

        lab.deployment().desired().want(id, "unknown", "distribute", "lab/nothing@9.9");
        lab.deployment().desired().want(id, "known", "distribute", Lab.PRODUCT + "@" + EVERYBODYS);

        await().atMost(SOON).until(() -> ReportInvariants.ended(lab.reports(), id, "known") == 1);
        await("the tracker says what does not act, and why")
                .atMost(SOON)
                .until(() -> lab.deployment().trackerSaid().contains("lab/nothing@9.9 does not act"));
        lab.deployment().stopAgent(machine);
    }

    @Test
    void aLaptopIsOfTheOfficeItIsIn() throws Exception {
        Office.Machine home = lab.newcomer(1, 4, "");
        lab.admit(home);
        assertEquals("office-1", home.agent().status().getSite());
        lab.pull(lab.sitePeer(2), EVERYBODYS).get(PULL_SECONDS_MAX, TimeUnit.SECONDS);
        lab.deployment().stopAgent(home);

        Office.Machine away = lab.deployment().moved(home, 2);
        lab.deployment().startAgent(away);
        await().atMost(SOON).until(away.agent()::inSession);

        assertEquals("office-2", away.agent().status().getSite());
        lab.pull(away, EVERYBODYS).get(PULL_SECONDS_MAX, TimeUnit.SECONDS);
        assertEquals(0, Lab.bytesIn(away.agent(), true), "over the line of the office it is in");
        await("from the office it is in").atMost(SOON).until(() -> Lab.bytesIn(away.agent(), false) >= 4 * MIB);
        lab.deployment().stopAgent(away);
    }

    @Test
    void onAVpnAMachineFetchesFromOutsideAndIsToldItsSiteWhenTheMapKnowsIt() throws Exception {
        Office.Machine machine = lab.newcomer(VPN, 9, "");
        lab.deployment().join(machine, lab.deployment().token(DeploymentRole.AGENT, "office-1"));
        lab.deployment().startAgent(machine);
        await().atMost(SOON).until(machine.agent()::reachesTracker);
        assertEquals("", machine.agent().status().getSite(), "no office has that address");
        Diagnosis.of(lab.deployment().configuration(machine))
                .warns("site", "in no known site; the tracker sees " + machine.ip(), "unless it is on the road");

        lab.pull(machine, EVERYBODYS).get(PULL_SECONDS_MAX, TimeUnit.SECONDS);
        await("all of it over its own line, once it is counted")
                .atMost(SOON)
                .until(() -> Lab.bytesIn(machine.agent(), true) >= 4 * MIB);
        assertEquals(0, Lab.bytesIn(machine.agent(), false));

        Path map = lab.deployment().configuration("sites");
        String before = Files.readString(map);
        Files.writeString(
                map,
                before + "  - name: vpn\n    subnets: ["
                        + lab.deployment().addresses().site(VPN) + "]\n    wan: {down: 10Mbit, up: 10Mbit}\n");
        await("it is told without asking")
                .atMost(SOON)
                .until(() -> machine.agent().status().getSite().equals("vpn"));
        Files.writeString(map, before);
        lab.deployment().stopAgent(machine);
    }

    @Test
    void behindAProxyAMachineJoinsIsToldAndFetches() throws Exception {
        try (ConnectProxy proxy =
                ConnectProxy.start(lab.deployment().addresses().outsider().toString())) {
            Office.Machine machine = lab.newcomer(1, 5, "proxy: " + proxy.url() + "\n");
            lab.deployment().joinByHand(machine, lab.deployment().token(DeploymentRole.AGENT, "office-1"));
            lab.deployment().startAgent(machine);
            await().atMost(SOON).until(machine.agent()::inSession);
            lab.pull(machine, EVERYBODYS).get(PULL_SECONDS_MAX, TimeUnit.SECONDS);

            assertEquals(2, proxy.asked().size(), () -> "tunnels to the two doors of the tracker: " + proxy.asked());
            lab.deployment().stopAgent(machine);
        }
    }

    @Test
    void aTokenWorksOnceAndEveryOtherOneSaysWhyNot() throws Exception {
        String token = lab.deployment().token(DeploymentRole.AGENT, "office-1");
        Office.Machine first = lab.newcomer(1, 6, "");
        lab.deployment().join(first, token);
        Office.Machine second = lab.newcomer(1, 7, "");

        OperationException used =
                assertThrows(OperationException.class, () -> lab.deployment().join(second, token));

        assertTrue(String.valueOf(used.getMessage()).contains("token"), used.getMessage());
        assertFalse(Files.exists(second.data().resolve("identity.crt")), "nothing was changed");
    }

    @Test
    void aReportIsStoredOnceAlsoWhereItsActionWasToldTwice() throws Exception {
        Office.Machine machine = lab.newcomer(2, 8, "");
        EndpointId id = lab.admit(machine);
        lab.deployment().desired().want(id, "told", "distribute", Lab.PRODUCT + "@" + EVERYBODYS);
        await().atMost(SOON).until(() -> ReportInvariants.ended(lab.reports(), id, "told") == 1);
        lab.deployment().desired().write();
        lab.deployment().killAgent(machine);
        lab.deployment().startAgent(machine);
        await().atMost(SOON).until(machine.agent()::inSession);
        await().atMost(SOON).until(() -> machine.agent().status().getReportsWaiting() == 0);

        assertEquals(1, ReportInvariants.ended(lab.reports(), id, "told"));
        assertTrue(lab.reports().stream().noneMatch(stored -> stored.entry().state() == ActionState.FAILED));
        lab.deployment().stopAgent(machine);
    }
}
