package packhorse.dist.demo;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.OperationException;
import packhorse.core.identity.DeploymentRole;
import packhorse.core.message.v1.AgentStatus;
import packhorse.core.message.v1.Pulled;
import packhorse.core.testing.TestDeployment;
import packhorse.core.topology.EndpointId;

/** What people who run a deployment rely on, on real processes: what the doctor says, and a second tracker when the first is gone. */
@Timeout(value = 6, unit = TimeUnit.MINUTES)
final class OperationsTest {
    private static final Duration SOON = Duration.ofSeconds(60);

    /** Three times what is promised, for two busy cores; what the processes wrote down is held against it. */
    private static final Duration REVOKED_MAX = Duration.ofSeconds(15);

    private static final int STARTS_MAX = 5;
    private static final long PULL_SECONDS_MAX = 120;
    private static final long MIB = 1 << 20;
    private static final String VERSION = "1.0";
    private static final long BYTES = 32 * MIB;

    /** Connections are counted whole: beside pieces they carry requests, announcements of pieces, and hashes. */
    private static final double HEADERS = 1.02;

    @TempDir
    private static Path folder = Path.of("");

    private static Lab lab = lab();

    private static Lab lab() {
        try {
            return Lab.start(1, 1, "40Mbit", false, new TwoTrackers());
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static final class TwoTrackers implements AgentSettings {
        @Override
        public boolean twoTrackers() {
            return true;
        }

        @Override
        public boolean runs(Office.Machine machine) {
            return machine.id().endsWith("site-peer");
        }
    }

    @BeforeAll
    static void publish() throws Exception {
        lab.publish(Lab.content(folder, "32MiB", 61), VERSION, false);
    }

    @AfterAll
    static void close() {
        lab.close();
    }

    private static Diagnosis doctor(Path configuration) {
        return Diagnosis.of(configuration);
    }

    private static Path variant(String folderName, String name, String... replaced) throws IOException {
        String text = Files.readString(lab.deployment().configuration(folderName));
        for (int i = 0; i < replaced.length; i += 2) {
            assertTrue(text.contains(replaced[i]), text);
            text = text.replace(replaced[i], replaced[i + 1]);
        }
        return Files.writeString(folder.resolve(name), text);
    }

    @Test
    void theDoctorFindsEveryRoleOfALiveDeploymentWell() {
        Deployment deployment = lab.deployment();
        Diagnosis issuing = doctor(deployment.configuration(RoleFiles.TRACKER));
        issuing.well("sites", "1 sites, 1 origins");
        issuing.well("authority", "and its passphrase are there");
        issuing.well("desired", "can be read");
        issuing.well("origin", "can be reached");
        issuing.well("port 7302", "in use at");
        issuing.well("port 7302", "which is the role that runs here");

        Diagnosis second = doctor(deployment.configuration(RoleFiles.SECOND));
        second.well("certificate", "counts for another 6 days");
        second.well("deployment", "leads to its root and fits its key");
        second.well("port 7301", "which is the role that runs here");

        Diagnosis origin = doctor(deployment.configuration(RoleFiles.ORIGIN));
        origin.well("keys", "is there");
        origin.well("certificate", "counts for another 6 days");
        origin.well("agent", "runs as ");
        origin.well("tracker", "the agent has a session");
        origin.well("port 7400", "which is the role that runs here");

        Diagnosis peer = doctor(deployment.configuration(lab.sitePeer(1)));
        peer.well("certificate", "counts for another 23 hours");
        peer.well("agent", "runs as ");
        peer.well("tracker", "the agent has a session");
        peer.well("site", "office-1; the tracker sees " + lab.sitePeer(1).ip());
        peer.well("disk", "can be written");
        peer.well("libtorrent", "loads");
        for (Diagnosis each : List.of(issuing, second, origin, peer)) {
            each.nothingFails();
        }
    }

    @Test
    void theDoctorNamesEachTroubleOfAMachineWithItsMend() throws Exception {
        Deployment deployment = lab.deployment();
        Office.Machine machine = lab.newcomer(1, 1, "");
        Path configuration = deployment.configuration(machine);
        Diagnosis stranger = doctor(configuration);
        stranger.fails("certificate", "this machine has not joined", "get a token");
        stranger.warns("tracker", "not tried", "join first");

        Instant before = InstantSource.system().instant().minus(Duration.ofHours(25));
        Path late = TestDeployment.create(folder.resolve("elsewhere"), () -> before)
                .write(DeploymentRole.AGENT, "office-1", folder.resolve("late"));
        Diagnosis expired = doctor(variant(machine.folder(), "late.yaml", "data: " + machine.data(), "data: " + late));
        expired.fails(
                "certificate", "it expired at ", "start the role where it reaches a tracker, it renews by itself");
        expired.fails(
                "tracker", "but not as a tracker of this deployment", "of the deployment that this machine joined");

        var unused = deployment.join(machine, deployment.token(DeploymentRole.AGENT, "office-1"));
        Diagnosis asleep = doctor(configuration);
        asleep.warns("agent", "does not run", "packhorse peer --config");
        asleep.well("tracker", "welcomes this machine");
        asleep.well("address", "the tracker sees this machine as ");
        asleep.well("clock", "the tracker ");
        asleep.nothingFails();

        String nobody = deployment.addresses().outsider() + ":1";
        Diagnosis alone = doctor(variant(
                machine.folder(),
                "alone.yaml",
                deployment.files().agentsDoor(),
                nobody,
                deployment.files().secondAgentsDoor(),
                "no-such-host.invalid:7301",
                machine.ip() + ":7001",
                "192.0.2.1:7001"));
        alone.fails("tracker", nobody + " cannot be reached", "start it, or let this machine reach that port");
        alone.fails("tracker", "no-such-host.invalid has no address", "or this machine's DNS");
        alone.fails("port 7001", "192.0.2.1", "write an address of this machine");
        Path proxied = variant(machine.folder(), "proxied.yaml", "data: ", "proxy: http://" + nobody + "\ndata: ");
        doctor(proxied).fails("tracker", "through the proxy " + nobody, "firewall, VPN, \"proxy\"");
        Path broken = variant(machine.folder(), "broken.yaml", "data: ", "colour: blue\ndata: ");
        doctor(broken).fails("configuration", "colour", "peer/samples/peer.yaml explains each");
    }

    @Test
    void theDoctorNamesEachTroubleOfTrackerAndOriginWithItsMend() throws Exception {
        Deployment deployment = lab.deployment();
        String nobody = deployment.addresses().outsider() + ":1";
        Files.writeString(folder.resolve("wrong.yaml"), "desired: 7\n");
        Diagnosis issuing = doctor(variant(
                RoleFiles.TRACKER,
                "issuing.yaml",
                "ca: " + deployment.files().authority(),
                "ca: " + folder.resolve("no-ca"),
                "desired: " + deployment.files().desired(),
                "desired: " + folder.resolve("wrong.yaml"),
                deployment.files().originUrl(),
                "https://" + nobody,
                deployment.files().plainUrl().substring("http://".length()) + "\"]",
                deployment.addresses().tracker() + ":1\"]"));
        issuing.fails("authority", "no-ca is not there", "packhorse ca init");
        issuing.fails("desired", "wrong.yaml", "tracker/samples/desired.yaml explains each");
        issuing.fails("origin", nobody + " cannot be reached", "what was mirrored is served meanwhile");
        // What listens there is another's: this one's own door, on port 1, does not answer.
        issuing.fails("port 7302", "in use at", "change \"secure\"");

        Diagnosis second = doctor(variant(
                RoleFiles.SECOND,
                "second.yaml",
                "data: ",
                "identity: " + folder.resolve("nobody") + "\ndata: ",
                "sites: ",
                "sites: " + folder.resolve("nowhere") + " #"));
        second.fails("certificate", "this machine has not joined", "packhorse ROLE join TOKEN");
        second.fails("sites", "nowhere", "tracker/samples/sites.yaml explains each");

        Path left = Files.createDirectories(folder.resolve("left"));
        // As a kill leaves it: a socket's file behind which nobody is.
        Files.createFile(left.resolve("agent.sock"));
        Diagnosis origin = doctor(variant(
                RoleFiles.ORIGIN,
                "origin.yaml",
                "data: " + deployment.files().originData(),
                "data: " + left + "\nidentity: " + deployment.files().originIdentity(),
                "keys: " + deployment.files().keys(),
                "keys: " + folder.resolve("no-keys"),
                deployment.files().agentsDoor(),
                nobody,
                // Asked with this identity, a live one would end the session of the origin that runs.
                deployment.files().secondAgentsDoor(),
                "no-such-host.invalid:7301"));
        origin.fails("keys", "no-keys is not there", "bring the online keys");
        origin.warns("origin", "does not run", "packhorse origin --config");
        origin.fails("tracker", nobody + " cannot be reached", "start it");
        origin.fails("tracker", "no-such-host.invalid has no address", "or this machine's DNS");
        origin.fails("port 7400", "in use at", "stop what uses it");
    }

    @Test
    void whenATrackerDiesItsAgentsGoOnWithTheOtherWhichEndsWhomTheFirstRevokes() throws Exception {
        Deployment deployment = lab.deployment();
        // Slow enough not to end before a busy machine's agents have found the other tracker.
        Office.Machine machine = lab.newcomer(1, 2, "limits: {eachPackDown: 12Mbit}\n");
        lab.admit(machine);
        // Slow enough to be still at it when it is revoked.
        Office.Machine thief = lab.newcomer(1, 3, "limits: {eachPackDown: 2Mbit}\n");
        EndpointId id = lab.admit(thief);
        List<LocalAgent> all = List.of(deployment.origin(), lab.sitePeer(1).agent(), machine.agent(), thief.agent());
        for (Office.Machine each : List.of(lab.sitePeer(1), machine, thief)) {
            bringToTheFirst(each);
        }
        assertTrue(all.stream().allMatch(OperationsTest::isWithTheFirst), "in order");

        lab.beginPull(lab.sitePeer(1), VERSION);
        Future<Pulled> pull = lab.pull(machine, VERSION);
        lab.beginPull(thief, VERSION);
        // Two agents have only just joined, beside whatever else runs on this machine.
        await().atMost(SOON.multipliedBy(2))
                .untilAsserted(() -> assertTrue(
                        have(machine) > 4 * MIB && have(thief) > 0, () -> lab.story(lab.sitePeer(1), machine, thief)));
        assertFalse(pull.isDone());
        assertTrue(all.stream().allMatch(OperationsTest::isWithTheFirst), "nobody left a tracker that lives");
        deployment.killTracker();
        await("everybody is in session with the other tracker")
                .atMost(SOON)
                .until(() -> all.stream().allMatch(OperationsTest::isWithTheSecond));
        assertFalse(pull.isDone(), "it was in flight when the tracker died");
        assertEquals(BYTES, pull.get(PULL_SECONDS_MAX, TimeUnit.SECONDS).getBytes());
        long fetched = Lab.bytesIn(machine.agent(), true) + Lab.bytesIn(machine.agent(), false);
        assertTrue(fetched <= BYTES * HEADERS, () -> "nothing is fetched twice: " + fetched);

        deployment.startTracker();
        await("the authority is back, and nobody leaves the second tracker for it")
                .atMost(SOON)
                .until(() -> answers(deployment.files().agentsDoor())
                        && deployment.trackerSaid().split("tracker ready", -1).length > 2
                        && all.stream().allMatch(OperationsTest::isWithTheSecond));
        String net = deployment.addresses().prefix();
        assertTrue(Established.of(thief.ip(), net).size() > 1, "a session, and peers");
        Instant revoked = InstantSource.system().instant();
        deployment.revoke(id.toString());
        await("no connection of it is left")
                .atMost(SOON)
                .pollInterval(Duration.ofMillis(50))
                .until(() -> Established.of(thief.ip(), net).isEmpty());
        within(revoked, deployment.said(lab.sitePeer(1)), id + ".* is on the deny-list: its connection is cut");
        within(revoked, deployment.said(thief), "revoked");
        long[] before = {-1};
        await("it gets nothing any more")
                .atMost(SOON)
                .pollInterval(Duration.ofSeconds(2))
                .until(() -> {
                    long now = have(thief);
                    boolean still = now == before[0];
                    before[0] = now;
                    return still;
                });
        assertTrue(before[0] < BYTES, "it was cut off in the middle");
        Diagnosis out = doctor(deployment.configuration(thief));
        out.fails("tracker", "revoked", "do what it says");
        deployment.stopAgent(thief);
        deployment.stopAgent(machine);
    }

    private static boolean isWithTheFirst(LocalAgent agent) {
        return agent.status()
                .getTracker()
                .contains(lab.deployment().addresses().tracker().toString());
    }

    /** On a busy machine one that starts may have tried the second before the first answered; it stays with it. */
    private static void bringToTheFirst(Office.Machine machine) throws InterruptedException {
        for (int start = 0; start < STARTS_MAX && !isWithTheFirst(machine.agent()); start++) {
            lab.deployment().stopAgent(machine);
            lab.deployment().startAgent(machine);
            await().atMost(SOON).until(machine.agent()::inSession);
        }
    }

    private static boolean answers(String door) {
        int colon = door.lastIndexOf(':');
        try (Socket socket = new Socket(door.substring(0, colon), Integer.parseInt(door.substring(colon + 1)))) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean isWithTheSecond(LocalAgent agent) {
        try {
            AgentStatus status = agent.status();
            return status.getTrackerReachable()
                    && status.getTracker()
                            .contains(
                                    lab.deployment().addresses().secondTracker().toString());
        } catch (OperationException e) {
            return false;
        }
    }

    private static long have(Office.Machine machine) {
        return Lab.pack(machine.agent()).getBytesHave();
    }

    /** That a process wrote such a line, and by its own clock within {@link #REVOKED_MAX}. */
    private static void within(Instant from, String said, String line) {
        java.util.regex.Pattern pattern = java.util.regex.Pattern.compile(line);
        Instant at = said.lines()
                .filter(each -> pattern.matcher(each).find())
                .map(each -> java.time.OffsetDateTime.parse(each.substring(0, each.indexOf(' ')))
                        .toInstant())
                .filter(each -> !each.isBefore(from.truncatedTo(java.time.temporal.ChronoUnit.MILLIS)))
                .findFirst()
                .orElseThrow(() -> new AssertionError("nobody wrote \"" + line + "\" in:\n" + said));
        assertFalse(at.isAfter(from.plus(REVOKED_MAX)), () -> line + " " + Duration.between(from, at) + " later");
    }
}
