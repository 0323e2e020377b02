package packhorse.peer.cli;

import java.io.PrintWriter;
import java.time.Duration;
import packhorse.core.message.v1.Progress;
import packhorse.core.unit.ByteCount;
import packhorse.core.unit.ByteRate;

/** One line on a terminal that is written over and over: phase, percent, rate, time left. */
final class ProgressLine {
    /** Times above this are not worth a number. */
    private static final Duration LEFT_MAX = Duration.ofHours(100);

    private final PrintWriter out;
    private int shown;

    ProgressLine(PrintWriter out) {
        this.out = out;
    }

    void show(Progress progress) {
        String text = text(progress);
        out.print("\r" + text + " ".repeat(Math.max(0, shown - text.length())));
        out.flush();
        shown = text.length();
    }

    /** Takes the line off the terminal. */
    void clear() {
        if (shown > 0) {
            out.print("\r" + " ".repeat(shown) + "\r");
            out.flush();
            shown = 0;
        }
    }

    static String text(Progress progress) {
        StringBuilder text = new StringBuilder();
        if (!progress.getRelease().isEmpty()) {
            text.append(progress.getRelease()).append("  ");
        }
        text.append(progress.getStep().isEmpty() ? progress.getPhase() : progress.getStep());
        if (progress.getBytesTotal() > 0) {
            text.append("  ")
                    .append(Math.min(100, 100 * progress.getBytesHave() / progress.getBytesTotal()))
                    .append("% of ")
                    .append(new ByteCount(progress.getBytesTotal()));
        }
        if (progress.getBytesPerSecond() > 0) {
            ByteRate rate = new ByteRate(progress.getBytesPerSecond());
            Duration left =
                    rate.timeFor(new ByteCount(Math.max(0, progress.getBytesTotal() - progress.getBytesHave())));
            text.append("  ")
                    .append(new ByteCount(progress.getBytesPerSecond()))
                    .append("/s");
            if (left.compareTo(LEFT_MAX) < 0) {
                text.append("  ").append(clock(left)).append(" left");
            }
        }
        if (progress.getPeers() > 0) {
            text.append("  ").append(progress.getPeers()).append(progress.getPeers() == 1 ? " peer" : " peers");
        }
        return text.toString();
    }

    private static String clock(Duration time) {
        return time.toHours() > 0
                ? "%d:%02d:%02d".formatted(time.toHours(), time.toMinutesPart(), time.toSecondsPart())
                : "%d:%02d".formatted(time.toMinutes(), time.toSecondsPart());
    }
}
