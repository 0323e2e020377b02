package packhorse.peer.cli;

import org.jspecify.annotations.Nullable;
import packhorse.core.UsageException;
import packhorse.core.content.Platform;
import packhorse.core.content.ReleaseName;
import packhorse.core.content.Version;
import packhorse.core.message.v1.ActionStatus;
import packhorse.core.message.v1.LocalReply;
import packhorse.core.message.v1.LocalRequest;
import packhorse.core.message.v1.Progress;
import packhorse.core.state.ActionState;
import packhorse.core.terminal.Terminal;
import packhorse.peer.words.InstallJson;
import packhorse.peer.words.InstallWords;

/**
 * An order of this machine's user, from the asking to its end. On a terminal one line tells how it goes; elsewhere nothing is said before the
 * end, and with {@code --json} everything is, one object per line. Whoever interrupts it ends the telling, not the order.
 */
final class OrderTalk {
    private final AgentOptions options;
    private final boolean live;
    private final ProgressLine line;
    private String order = "";
    private String waiting = "";

    OrderTalk(AgentOptions options) {
        this.options = options;
        this.live = !options.json() && !options.quiet() && Terminal.isThere();
        this.line = new ProgressLine(options.err());
    }

    /** A name and a version as a person writes them. */
    record Wish(String name, String version, String platform) {
        /**
         * Reads {@code publisher/product[@VERSION]}.
         *
         * @throws UsageException for anything else
         */
        static Wish of(String release, @Nullable String platform) {
            int at = release.indexOf('@');
            String name = at < 0 ? release : release.substring(0, at);
            String version = at < 0 ? "" : release.substring(at + 1);
            try {
                var unusedName = ReleaseName.parse(name);
                if (at >= 0) {
                    var unusedVersion = Version.parse(version);
                }
                if (platform != null && !platform.equals("bundle")) {
                    var unusedPlatform = new Platform(platform);
                }
            } catch (IllegalArgumentException e) {
                throw new UsageException(String.valueOf(e.getMessage()), e);
            }
            return new Wish(name, version, platform == null ? "" : platform);
        }
    }

    /** Asks, and shows what is answered; ends when the order did, or where it was only written down. */
    void hold(LocalRequest request) {
        try {
            options.agent().ask(request, this::show);
        } finally {
            line.clear();
        }
    }

    private void show(LocalReply reply) {
        switch (reply.getWhatCase()) {
            case ORDERED -> ordered(reply.getOrdered());
            case PROGRESS -> progress(reply.getProgress());
            case ACTION -> ended(reply.getAction());
            default -> {
                // Of a later version.
            }
        }
        options.out().flush();
    }

    private void ordered(ActionStatus action) {
        order = action.getAction();
        if (options.json()) {
            options.out().println(JsonLine.of(InstallJson.action(action)));
        } else if (live && action.getIrreversible()) {
            options.err().println("irreversible: once in place it cannot be taken back");
            options.err().flush();
        }
    }

    private void progress(Progress progress) {
        if (options.json()) {
            JsonLine json = new JsonLine()
                    .with("action", order)
                    .with("phase", progress.getPhase())
                    .with("release", progress.getRelease())
                    .with("step", progress.getStep())
                    .with("bytes", progress.getBytesHave())
                    .with("bytesTotal", progress.getBytesTotal())
                    .with("bytesPerSecond", progress.getBytesPerSecond());
            options.out()
                    .println(
                            progress.hasAction() ? json.with("state", InstallWords.state(progress.getAction())) : json);
            return;
        }
        waits(progress.getAction());
        if (live) {
            line.show(progress);
        }
    }

    /** What it waits for may need somebody to do something: said once, also where nobody watches. */
    private void waits(ActionStatus action) {
        String reason = InstallWords.isChanging(action) ? "" : action.getDetail();
        if (!options.quiet() && !reason.equals(waiting)) {
            waiting = reason;
            if (!reason.isEmpty()) {
                line.clear();
                options.err().println("waits: " + reason);
                options.err().flush();
            }
        }
    }

    private void ended(ActionStatus action) {
        line.clear();
        if (options.json()) {
            options.out().println(JsonLine.of(InstallJson.action(action)));
        } else if (!options.quiet() && action.getSucceeded()) {
            options.out().println(text(action));
        }
    }

    /** The good end of an order, in one line. */
    static String text(ActionStatus action) {
        String subject = InstallWords.subject(action);
        String name = action.getSubject().getName();
        String detail = action.getDetail().isEmpty() ? "" : " (" + action.getDetail() + ")";
        if (action.getState() == ActionState.ALREADY_AT_TARGET.number()) {
            return subject + " is in place already" + detail;
        }
        if (action.getState() == ActionState.UNDONE.number()) {
            return subject + " is taken back" + detail;
        }
        if (action.getState() == ActionState.COMMITTABLE.number()) {
            return subject + " is in place and verified" + detail
                    + (action.getIrreversible() ? "" : "; packhorse rollback " + name + " takes it back");
        }
        if (action.getState() == ActionState.COMMITTED.number()) {
            return subject + " is in place, verified and committed" + detail;
        }
        return subject + ": " + InstallWords.state(action) + detail;
    }

    /** What was only written down, and goes on without us. */
    void detached() {
        if (!options.json() && !options.quiet()) {
            options.out().println(order + " is under way; packhorse status says how it goes");
            options.out().flush();
        }
    }
}
