package packhorse.console.cli;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import packhorse.console.json.Records;
import packhorse.core.OperationException;
import packhorse.core.terminal.Terminal;
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

    /** Where nothing moves any more unless a person does. */
    private static final List<String> STILL =
            List.of("PLANNED", "SIMULATED", "READY", "NOTIFIED", "ANALYSIS", "RECOVERY_CHECK", "EVALUATION", "CLOSED");

    /** In these it may go on by itself with the console's next look, which takes a second. */
    private static final int STILL_LOOKS = 3;

    @Parameters(paramLabel = "DEPLOYMENT", description = "Which one, CO-2026-0001/D1.")
    private String deployment = "";

    @Option(names = "--once", description = "Show how it is now, and end.")
    private boolean once;

    @Mixin
    private ConsoleOptions options = new ConsoleOptions();

    private final InstantSource clock = InstantSource.system();
    private int drawn;
    private int stillLooks;
    private String before = "";
    private List<String> linesBefore = List.of();

    @Override
    public Integer call() throws InterruptedException {
        String path = Places.deployment(deployment) + "/progress";
        Instant seen = clock.instant();
        boolean away = false;
        try (ConsoleClient client = options.client()) {
            while (true) {
                try {
                    String body = client.get(path).body();
                    Object now = Records.plain(body, "the console's answer");
                    seen = clock.instant();
                    away = false;
                    show(body, now);
                    if (once || isStill(now)) {
                        return 0;
                    }
                } catch (OperationException e) {
                    // It is started again, perhaps: the deployment goes on meanwhile.
                    if (once || Duration.between(seen, clock.instant()).compareTo(AWAY_MAX) > 0) {
                        throw e;
                    }
                    if (!away) {
                        away = true;
                        drawn = 0;
                        options.say("the console does not answer; asking again for " + AWAY_MAX.toMinutes() + " min");
                    }
                }
                TimeUnit.MILLISECONDS.sleep(LOOK_EVERY.toMillis());
            }
        }
    }

    private boolean isStill(Object now) {
        stillLooks = STILL.contains(text(now, "state")) ? stillLooks + 1 : 0;
        return stillLooks >= STILL_LOOKS || !text(now, "question").isEmpty();
    }

    private void show(String body, Object now) {
        if (options.quiet()) {
            return;
        }
        if (options.json()) {
            if (!body.equals(before)) {
                options.out().println(body);
            }
            before = body;
        } else if (Terminal.isThere()) {
            List<String> lines = WatchPicture.of(now, Screen.columns());
            if (drawn > 0) {
                // Up to where it began, and everything below is cleared.
                options.out().print("\u001b[" + drawn + "A\u001b[J");
            }
            lines.forEach(options.out()::println);
            drawn = lines.size();
        } else {
            List<String> lines = WatchPicture.of(now, Integer.MAX_VALUE);
            lines.stream().filter(line -> !linesBefore.contains(line)).forEach(options.out()::println);
            linesBefore = lines;
        }
        options.out().flush();
    }

    private static String text(Object value, String key) {
        return WatchPicture.text(value, key);
    }
}
