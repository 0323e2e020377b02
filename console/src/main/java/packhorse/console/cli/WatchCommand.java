package packhorse.console.cli;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import packhorse.console.json.Records;
import packhorse.core.OperationException;
import packhorse.core.terminal.Terminal;
import packhorse.core.unit.ByteCount;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code packhorse wave watch}: a deployment as it goes on, drawn over itself on a terminal, a line for each change elsewhere. */
@Command(
        name = "watch",
        mixinStandardHelpOptions = true,
        description = {
            "Watch a deployment until it stands still or a person is asked. On a terminal the picture is drawn over"
                    + " itself;",
            "elsewhere a line is printed for each change, with --json an object."
        },
        footer = {
            "",
            "Examples:",
            "  packhorse wave watch CO-2026-0001/D1",
            "  packhorse wave watch CO-2026-0001/D1 --json | jq .state"
        })
public final class WatchCommand implements Callable<Integer> {
    /** People see a second as at once. */
    private static final Duration LOOK_EVERY = Duration.ofSeconds(1);

    /** A console that is being restarted is back by then. */
    private static final Duration AWAY_MAX = Duration.ofMinutes(2);

    private static final int BAR_CHARS = 30;

    /** Where nothing moves any more unless a person does. */
    private static final List<String> STILL =
            List.of("PLANNED", "SIMULATED", "READY", "NOTIFIED", "ANALYSIS", "RECOVERY_CHECK", "EVALUATION", "CLOSED");

    @Parameters(paramLabel = "DEPLOYMENT", description = "Which one, CO-2026-0001/D1.")
    private String deployment = "";

    @Option(names = "--once", description = "Show how it is now, and end.")
    private boolean once;

    @Mixin
    private ConsoleOptions options = new ConsoleOptions();

    private final InstantSource clock = InstantSource.system();
    private int drawn;
    private String before = "";

    @Override
    public Integer call() throws InterruptedException {
        String path = Places.deployment(deployment) + "/progress";
        Instant seen = clock.instant();
        try (ConsoleClient client = options.client()) {
            while (true) {
                Object now;
                try {
                    String body = client.get(path).body();
                    now = Records.plain(body, "the console's answer");
                    seen = clock.instant();
                    show(body, now);
                } catch (OperationException e) {
                    // It is started again, perhaps: the deployment goes on meanwhile.
                    if (Duration.between(seen, clock.instant()).compareTo(AWAY_MAX) > 0) {
                        throw e;
                    }
                    now = Map.of();
                }
                if (once || STILL.contains(text(now, "state")) || "true".equals(text(now, "waitsForPerson"))) {
                    return 0;
                }
                TimeUnit.MILLISECONDS.sleep(LOOK_EVERY.toMillis());
            }
        }
    }

    private void show(String body, Object now) {
        if (options.quiet()) {
            return;
        }
        if (options.json()) {
            if (!body.equals(before)) {
                options.out().println(body);
            }
        } else {
            List<String> lines = lines(now);
            String picture = String.join("\n", lines);
            if (Terminal.isThere() && drawn > 0) {
                // Up to where it began, and everything below is cleared.
                options.out().print("\u001b[" + drawn + "A\u001b[J");
            }
            if (Terminal.isThere() || !picture.equals(before)) {
                options.out().println(picture);
                drawn = lines.size();
            }
            before = picture;
        }
        if (options.json()) {
            before = body;
        }
        options.out().flush();
    }

    private static List<String> lines(Object now) {
        List<String> lines = new ArrayList<>();
        lines.add(text(now, "id") + "  " + text(now, "state") + "  since " + text(now, "since"));
        for (Object hold : list(now, "holds")) {
            lines.add("  HELD (" + text(hold, "kind") + ") by " + text(hold, "who") + ": " + text(hold, "why"));
        }
        for (Object wave : list(now, "waves")) {
            long members = number(wave, "members");
            long ended = number(wave, "ended");
            lines.add(String.format(
                    "  %-22s %-14s %s %d of %d  %d succeeded, %d failed, %d under way",
                    text(wave, "id") + " " + text(wave, "name"),
                    text(wave, "state"),
                    bar(ended, members),
                    ended,
                    members,
                    number(wave, "succeeded"),
                    number(wave, "failed"),
                    number(wave, "underWay")));
            long bytes = number(wave, "bytesPerSecond");
            String left = text(wave, "timeLeft");
            if (bytes > 0 || !left.isEmpty()) {
                lines.add("    " + new ByteCount(bytes) + "/s" + (left.isEmpty() ? "" : ", about " + left + " left"));
            }
            if (!text(wave, "verdict").isEmpty()) {
                lines.add("    " + text(wave, "verdict") + ": " + text(wave, "evidence"));
            }
        }
        String question = text(now, "question");
        if (!question.isEmpty()) {
            lines.add("  a person has to decide: " + question);
        }
        return lines;
    }

    private static String bar(long done, long of) {
        int full = of == 0 ? 0 : (int) (BAR_CHARS * Math.min(done, of) / of);
        return "[" + "#".repeat(full) + ".".repeat(BAR_CHARS - full) + "]";
    }

    private static String text(Object value, String key) {
        return value instanceof Map<?, ?> object && object.get(key) != null ? Outline.text(object.get(key)) : "";
    }

    private static long number(Object value, String key) {
        return value instanceof Map<?, ?> object && object.get(key) instanceof Number number ? number.longValue() : 0;
    }

    private static List<?> list(Object value, String key) {
        return value instanceof Map<?, ?> object && object.get(key) instanceof List<?> list ? list : List.of();
    }
}
