package packhorse.seeder.cli;

import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import packhorse.core.unit.ByteCount;
import packhorse.seeder.build.Progress;

/**
 * A line on a terminal that says how far, how fast and how long still. Redrawn at most ten times a second; the rate is the mean
 * since the start, which is steady and honest for a source read front to back.
 */
final class ProgressBar implements Progress, AutoCloseable {
    private static final int WIDTH = 30;
    private static final Duration REDRAW = Duration.ofMillis(100);

    private final PrintWriter out;
    private final InstantSource clock;
    private @Nullable Instant started;
    private Instant drawn = Instant.EPOCH;
    private int lastLength;

    ProgressBar(PrintWriter out, InstantSource clock) {
        this.out = out;
        this.clock = clock;
    }

    @Override
    public synchronized void advanced(long done, long total) {
        Instant now = clock.instant();
        if (started == null) {
            started = now;
        }
        if (done < total && Duration.between(drawn, now).compareTo(REDRAW) < 0) {
            return;
        }
        drawn = now;
        String line = line(done, total, Duration.between(started, now));
        out.print("\r" + line + " ".repeat(Math.max(0, lastLength - line.length())));
        out.flush();
        lastLength = line.length();
    }

    /** The line for {@code done} of {@code total} bytes after {@code elapsed}. */
    static String line(long done, long total, Duration elapsed) {
        int filled = total == 0 ? WIDTH : (int) (done * (double) WIDTH / total);
        double seconds = elapsed.toMillis() / 1000.0;
        String pace = "";
        if (seconds > 0 && done > 0) {
            double rate = done / seconds;
            Duration left = Duration.ofSeconds(Math.round((total - done) / rate));
            pace = String.format(
                    Locale.ROOT,
                    "  %s/s  %d:%02d left",
                    new ByteCount((long) rate),
                    left.toMinutes(),
                    left.toSecondsPart());
        }
        return String.format(
                Locale.ROOT,
                "[%s%s] %3d%%  %s of %s%s",
                "#".repeat(filled),
                ".".repeat(WIDTH - filled),
                total == 0 ? 100 : (int) (done * 100.0 / total),
                new ByteCount(done),
                new ByteCount(total),
                pace);
    }

    @Override
    public synchronized void close() {
        if (lastLength > 0) {
            out.println();
        }
    }
}
