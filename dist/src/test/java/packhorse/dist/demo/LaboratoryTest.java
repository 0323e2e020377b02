package packhorse.dist.demo;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.message.v1.PackStatus;
import packhorse.core.message.v1.Pulled;
import packhorse.core.testing.OnlyAs;
import packhorse.core.testing.OutsideProgram;

/** What the agents count, held against what real interfaces count. */
@Timeout(value = 6, unit = TimeUnit.MINUTES)
final class LaboratoryTest {
    private static final long PULL_SECONDS_MAX = 120;
    private static final long BYTES = 24L << 20;

    /** Several machines begin at once, and until one pulls for its site and knows what the others have, some pieces come twice. */
    private static final double COPIES_MAX = 1.1;

    /**
     * Headers: 66 bytes of Ethernet, IP and TCP for 1448 of payload are 4.6 %; BitTorrent's and the tracker's talk is less than
     * another 2 %. Segmentation left to the interface makes it less.
     */
    private static final double OVERHEAD_MAX = 1.08;

    @TempDir
    private Path folder = Path.of("");

    @Test
    void wanBytesAgreeWithTheInterfacesOwnCounters() throws Exception {
        OnlyAs.root();
        OutsideProgram.require("ip");
        Path content = Lab.content(folder, "24MiB", 31);
        Namespaces namespaces = new Namespaces(2, 2);
        try (Lab lab = Lab.start(2, 2, "100Mbit", false, AgentSettings.PLAIN, namespaces)) {
            lab.publish(content, "1.0", false);
            List<Long> before = List.of(namespaces.bytesIntoOffice(1), namespaces.bytesIntoOffice(2));
            List<Future<Pulled>> pulls = new ArrayList<>();
            for (Office.Machine machine : lab.deployment().machines()) {
                pulls.add(lab.pull(machine, "1.0"));
            }
            for (Future<Pulled> pull : pulls) {
                pull.get(PULL_SECONDS_MAX, TimeUnit.SECONDS);
            }
            for (int site = 1; site <= 2; site++) {
                long counted = 0;
                StringJoiner told = new StringJoiner(", ");
                for (Office.Machine machine :
                        lab.deployment().offices().get(site - 1).machines()) {
                    PackStatus pack = Lab.pack(machine.agent());
                    counted += Lab.bytesIn(machine.agent(), true);
                    told.add(machine.id() + " " + Lab.bytesIn(machine.agent(), true) + " as " + pack.getRole()
                            + ", rescued " + pack.getRescues() + " times");
                }
                long onTheCable = namespaces.bytesIntoOffice(site) - before.get(site - 1);
                double overhead = (double) onTheCable / counted;
                assertTrue(
                        counted >= BYTES && counted <= BYTES * COPIES_MAX,
                        "payload over the line: " + counted + " of " + told);
                assertTrue(
                        overhead >= 1 && overhead <= OVERHEAD_MAX,
                        "the cable carried " + onTheCable + " bytes, the agents counted " + counted);
            }
        }
    }
}
