package packhorse.console.cli;

import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import packhorse.console.json.Records;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code packhorse hold}: stops an order at once. Stopping asks for nothing: no version, no confirmation, no reason where none is at hand. */
@Command(
        name = "hold",
        mixinStandardHelpOptions = true,
        description = {
            "Hold an order, or one of its deployments: nothing new begins from now on, and nobody who has not begun"
                    + " may.",
            "What has begun ends. packhorse wave lift --kind OPERATOR lets it go on."
        },
        footer = {
            "",
            "Examples:",
            "  packhorse hold CO-2026-0001",
            "  packhorse hold CO-2026-0001/D1 --why \"the help desk has twelve calls\""
        })
public final class HoldCommand implements Callable<Integer> {
    @Parameters(paramLabel = "ORDER", description = "An order, CO-2026-0001, or a deployment, CO-2026-0001/D1.")
    private String what = "";

    @Option(names = "--why", paramLabel = "TEXT", description = "For those who come after.")
    private String why = "held by the command line";

    @Mixin
    private ConsoleOptions options = new ConsoleOptions();

    @Override
    public Integer call() {
        String path = what.contains("/")
                ? Places.deployment(what) + "/hold"
                : "/api/v1/orders/" + Places.escaped(what) + "/hold";
        try (ConsoleClient client = options.client()) {
            ConsoleClient.Reply reply = client.post(path, "{\"why\":" + Records.write(why) + "}");
            options.show(reply.body(), () -> options.say(what + " is held" + lifted(held(reply.body()))));
        }
        return 0;
    }

    /** The deployments that are held, as the console names them. */
    private List<String> held(String body) {
        if (what.contains("/")) {
            return List.of(what);
        }
        return Records.plain(body, "the console's answer") instanceof Map<?, ?> page
                        && page.get("items") instanceof List<?> items
                ? items.stream()
                        .<String>mapMulti((item, to) -> {
                            if (item instanceof Map<?, ?> one && one.get("id") instanceof String id) {
                                to.accept(id);
                            }
                        })
                        .toList()
                : List.of();
    }

    private static String lifted(List<String> held) {
        return held.isEmpty()
                ? ""
                : "; " + held.stream().map(HoldCommand::lift).collect(Collectors.joining(", "))
                        + (held.size() == 1 ? " lets it go on" : " let them go on");
    }

    /** How it is lifted, as it is typed. */
    static String lift(String deployment) {
        return "packhorse wave lift " + deployment + " --kind OPERATOR";
    }
}
