package packhorse.peer.cli;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import packhorse.core.UsageException;
import packhorse.core.message.v1.ActionStatus;
import packhorse.core.message.v1.Defer;
import packhorse.core.message.v1.LocalReply;
import packhorse.core.message.v1.LocalRequest;
import packhorse.core.message.v1.Status;
import packhorse.core.unit.Durations;
import packhorse.peer.words.InstallJson;
import packhorse.peer.words.InstallWords;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code packhorse defer}: puts off what is going to happen on this machine, as far as its order lets the user. */
@Command(
        name = "defer",
        description = {
            "Put off what is going to be installed or taken away on this machine, or the restart that it needs,",
            "no longer than its order allows.",
            "packhorse status says what that is, and until when it may be put off."
        },
        mixinStandardHelpOptions = true,
        footerHeading = "%nExamples:%n",
        footer = {
            "  packhorse defer acme/editor 4h              four hours from now",
            "  packhorse defer acme/editor@2.0 1d          where several of that name are ordered",
            "  packhorse defer rollout-7 30m               an action by its own name",
            "  packhorse defer acme/editor 0s              not any longer; it goes on as soon as its order lets it"
        })
public final class DeferCommand implements Callable<Integer> {
    /** No order lets anybody put it off so long, and the agent takes less. */
    private static final Duration LONGEST = Duration.ofDays(366);

    @Mixin
    private AgentOptions options = new AgentOptions();

    @Parameters(
            index = "0",
            paramLabel = "ACTION",
            description = "An action as packhorse status names it, or publisher/product[@VERSION] of its release.")
    private String wanted = "";

    @Parameters(
            index = "1",
            paramLabel = "LENGTH",
            description = "How long from now: a whole number with s, m, h or d; 0s: not any longer.")
    private String length = "";

    @Override
    public Integer call() {
        long millis = Math.min(length(length), LONGEST.toMillis());
        options.agent()
                .ask(
                        LocalRequest.newBuilder()
                                .setDefer(Defer.newBuilder().setAction(action()).setMillis(millis))
                                .build(),
                        this::show);
        return 0;
    }

    private static long length(String text) {
        try {
            return Durations.parse(text).toMillis();
        } catch (IllegalArgumentException e) {
            throw new UsageException(String.valueOf(e.getMessage()), e);
        }
    }

    /** The action's name; where a release was named, the one action about it that has not ended. */
    private String action() {
        List<ActionStatus> going = new ArrayList<>();
        options.agent()
                .ask(
                        LocalRequest.newBuilder()
                                .setStatus(Status.getDefaultInstance())
                                .build(),
                        reply -> reply.getStatus().getActionsList().stream()
                                .filter(action -> !action.getEnded())
                                .forEach(going::add));
        if (going.stream().anyMatch(action -> action.getAction().equals(wanted))) {
            return wanted;
        }
        List<ActionStatus> about = going.stream().filter(this::isAbout).toList();
        if (about.size() > 1) {
            throw new UsageException(wanted + " may mean "
                    + about.stream().map(ActionStatus::getAction).collect(Collectors.joining(" or "))
                    + "; name one of these actions");
        }
        // One that the agent does not know, or that has ended, it refuses in its own words.
        return about.isEmpty() ? wanted : about.getFirst().getAction();
    }

    private boolean isAbout(ActionStatus action) {
        String name = action.getSubject().getName();
        return wanted.equals(name)
                || wanted.equals(name + "@" + action.getSubject().getVersion());
    }

    private void show(LocalReply reply) {
        if (options.quiet() || !reply.hasAction()) {
            return;
        }
        ActionStatus action = reply.getAction();
        if (options.json()) {
            options.out().println(JsonLine.of(InstallJson.action(action)));
        } else {
            boolean restarts = action.getRestartMillis() != 0;
            String what = (restarts ? "the restart for " : "") + InstallWords.operation(action) + " "
                    + InstallWords.subject(action);
            options.out()
                    .println(
                            isNow()
                                    ? what + " is not put off any longer"
                                    : what + " is put off until " + Instant.ofEpochMilli(action.getDeferredMillis())
                                            + "; its order allows it until "
                                            + Instant.ofEpochMilli(action.getDeferUntilMillis()));
            if (restarts) {
                options.out().println(action.getNext());
            }
        }
        options.out().flush();
    }

    private boolean isNow() {
        return length(length) == 0;
    }
}
