package packhorse.dist.demo;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.content.PieceLength;
import packhorse.core.message.v1.PackStatus;
import packhorse.core.message.v1.Pulled;
import packhorse.core.message.v1.Role;

/** A swarm of real processes, end to end, with the accidents that happen to it. */
@Timeout(value = 6, unit = TimeUnit.MINUTES)
final class SwarmJourneyTest {
    /** Not every second of a pull is the transfer: two busy cores, several processes. */
    private static final long PULL_SECONDS_MAX = 120;

    private static final long MIB = 1 << 20;

    /** Connections are counted whole: beside pieces they carry requests, announcements of pieces, and hashes. */
    private static final double HEADERS = 1.02;

    @TempDir
    private Path folder = Path.of("");

    @Test
    void anAgentKilledInTheMiddleFetchesNoFinishedPieceAgain() throws Exception {
        Path content = Lab.content(folder, "48MiB", 11);
        try (Lab lab = Lab.start(1, 1, "40Mbit", false, AgentSettings.PLAIN)) {
            lab.publish(content, "1.0", false);
            Office.Machine victim = lab.sitePeer(1);
            Future<Pulled> endpoint = lab.pull(lab.endpoint(1, 1), "1.0");
            lab.beginPull(victim, "1.0");
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> Lab.pack(victim.agent()).getBytesHave() > 16 * MIB);

            long finished = Lab.pack(victim.agent()).getBytesHave();
            lab.deployment().killAgent(victim);
            lab.deployment().startAgent(victim);
            await().atMost(Duration.ofSeconds(60)).until(() -> victim.agent().inSession());

            Pulled pulled = lab.pull(victim, "1.0").get(PULL_SECONDS_MAX, TimeUnit.SECONDS);
            endpoint.get(PULL_SECONDS_MAX, TimeUnit.SECONDS);

            assertEquals(48 * MIB, pulled.getBytes());
            long fetched = Lab.bytesIn(victim.agent(), true) + Lab.bytesIn(victim.agent(), false);
            assertTrue(
                    fetched <= (pulled.getBytes() - finished) * HEADERS,
                    () -> finished + " bytes were finished before the kill, " + fetched + " fetched after it, of "
                            + pulled.getBytes());
        }
    }

    @Test
    void aSitePeerThatDiesIsReplacedAndItsOfficeStillPullsAboutOnce() throws Exception {
        Path content = Lab.content(folder, "48MiB", 12);
        try (Lab lab = Lab.start(1, 3, "40Mbit", false, AgentSettings.PLAIN)) {
            lab.publish(content, "1.0", false);
            Office.Machine sitePeer = lab.sitePeer(1);
            Future<?>[] pulls = new Future<?>[3];
            for (int i = 0; i < 3; i++) {
                pulls[i] = lab.pull(lab.endpoint(1, i + 1), "1.0");
            }
            lab.beginPull(sitePeer, "1.0");
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> Lab.pack(sitePeer.agent()).getBytesHave() > 12 * MIB);

            long before = viaLeads(lab, 3);
            long there = 0;
            for (int i = 1; i <= 3; i++) {
                there = Math.max(there, Lab.pack(lab.endpoint(1, i).agent()).getBytesHave());
            }

            lab.deployment().killAgent(sitePeer);

            // That it is 10 s is proved where a test turns the clock; here the cores have much else to do.
            await().atMost(Duration.ofSeconds(60)).until(() -> leads(lab, 3) > 0);
            for (Future<?> pull : pulls) {
                pull.get(PULL_SECONDS_MAX, TimeUnit.SECONDS);
            }
            long viaLeads = viaLeads(lab, 3) - before;
            long missing = 48 * MIB - there;
            // What only the dead site peer had, and what was on its way to it, came twice; nothing else did.
            assertTrue(viaLeads < missing * 1.1, viaLeads + " bytes over the line, and " + missing + " were missing");
        }
    }

    private static long viaLeads(Lab lab, int endpoints) {
        long bytes = 0;
        for (int i = 1; i <= endpoints; i++) {
            bytes += Lab.bytesIn(lab.endpoint(1, i).agent(), true);
        }
        return bytes;
    }

    private static long leads(Lab lab, int endpoints) {
        long leads = 0;
        for (int i = 1; i <= endpoints; i++) {
            PackStatus pack = Lab.pack(lab.endpoint(1, i).agent());
            if (pack.getRole() == Role.ROLE_LEAD) {
                leads++;
            }
        }
        return leads;
    }

    @Test
    void twoPullersOfOneSiteFetchDifferentPieces() throws Exception {
        Path content = Lab.content(folder, "48MiB", 13);
        try (Lab lab = Lab.start(1, 3, "24Mbit", false, new NoSitePeers())) {
            lab.publish(content, "1.0", false);
            Future<?>[] pulls = new Future<?>[3];
            for (int i = 0; i < 3; i++) {
                pulls[i] = lab.pull(lab.endpoint(1, i + 1), "1.0");
            }
            for (Future<?> pull : pulls) {
                pull.get(PULL_SECONDS_MAX, TimeUnit.SECONDS);
            }
            long wan = 0;
            int pullers = 0;
            for (int i = 1; i <= 3; i++) {
                long bytes = Lab.bytesIn(lab.endpoint(1, i).agent(), true);
                wan += bytes;
                pullers += bytes > PieceLength.SMALLEST ? 1 : 0;
            }
            double copies = (double) wan / (48 * MIB);
            assertEquals(2, pullers, "machines that pulled over the line");
            // A puller looks at what its neighbours have several times a second; what crosses a line this fast
            // meanwhile comes twice.
            assertTrue(copies < 1.1, "copies over the line: " + copies);
        }
    }

    /** An office of ordinary machines. */
    private static final class NoSitePeers implements AgentSettings {
        @Override
        public boolean runs(Office.Machine machine) {
            return !machine.id().endsWith("site-peer");
        }
    }

    @Test
    void aSiteThatStarvesIsRescued() throws Exception {
        Path content = Lab.content(folder, "4MiB", 14);
        try (Lab lab = Lab.start(1, 2, "40Mbit", false, new SlowSitePeer())) {
            lab.publish(content, "1.0", false);
            lab.beginPull(lab.sitePeer(1), "1.0");
            Future<Pulled> first = lab.pull(lab.endpoint(1, 1), "1.0");
            Future<Pulled> second = lab.pull(lab.endpoint(1, 2), "1.0");

            first.get(PULL_SECONDS_MAX, TimeUnit.SECONDS);
            second.get(PULL_SECONDS_MAX, TimeUnit.SECONDS);

            int rescues = Lab.pack(lab.endpoint(1, 1).agent()).getRescues()
                    + Lab.pack(lab.endpoint(1, 2).agent()).getRescues();
            assertTrue(rescues > 0, "the rescue is counted where it can be seen");
        }
    }

    /** A site peer that lives and reports, but whose own limit lets no piece through within the rule's 30 s. */
    private static final class SlowSitePeer implements AgentSettings {
        @Override
        public String moreYaml(Office.Machine machine) {
            return machine.id().endsWith("site-peer") ? "limits: {wanDown: 8kbit}\n" : "";
        }
    }
}
