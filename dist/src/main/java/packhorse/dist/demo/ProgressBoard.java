package packhorse.dist.demo;

import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import packhorse.core.unit.ByteCount;

/**
 * How far every office is, one line each. On a terminal the lines are drawn over themselves; elsewhere an office gets one
 * line when its last machine is done. Any thread may report; one draws.
 */
final class ProgressBoard {
    private static final int BAR = 30;

    private final List<Office> offices;
    private final ByteCount size;
    private final boolean terminal;
    private final PrintWriter out;
    private final Map<String, Long> bytesHave = new ConcurrentHashMap<>();
    private final Map<String, Boolean> told = new ConcurrentHashMap<>();
    private boolean drawn;

    ProgressBoard(List<Office> offices, ByteCount size, boolean terminal, PrintWriter out) {
        this.offices = offices;
        this.size = size;
        this.terminal = terminal;
        this.out = out;
    }

    void report(String machine, long bytes) {
        bytesHave.merge(machine, bytes, Math::max);
    }

    /** Draws the present state; {@code seconds} since the first request. */
    void draw(double seconds) {
        if (terminal && drawn) {
            out.printf("\033[%dA", offices.size());
        }
        for (Office office : offices) {
            List<Office.Machine> machines = office.machines();
            long have = machines.stream().mapToLong(each -> have(each)).sum();
            long all = machines.size() * size.bytes();
            long done =
                    machines.stream().filter(each -> have(each) >= size.bytes()).count();
            if (terminal) {
                int filled = (int) (BAR * have / all);
                out.printf(
                        Locale.ROOT,
                        "\033[2K%-10s [%s%s] %3d %%  site peer %3d %%  %d of %d machines done  %.0f s%n",
                        office.name(),
                        "#".repeat(filled),
                        ".".repeat(BAR - filled),
                        100 * have / all,
                        100 * have(office.sitePeer()) / size.bytes(),
                        done,
                        machines.size(),
                        seconds);
            } else if (done == machines.size() && told.putIfAbsent(office.name(), true) == null) {
                out.printf(
                        Locale.ROOT,
                        "%s: all %d machines done after %.1f s%n",
                        office.name(),
                        machines.size(),
                        seconds);
            }
        }
        drawn = true;
        out.flush();
    }

    private long have(Office.Machine machine) {
        return Math.min(size.bytes(), bytesHave.getOrDefault(machine.id(), 0L));
    }
}
