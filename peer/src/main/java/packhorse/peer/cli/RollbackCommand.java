package packhorse.peer.cli;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import packhorse.core.UsageException;
import packhorse.core.message.v1.LocalRequest;
import packhorse.core.message.v1.Rollback;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code packhorse rollback}: has the local agent bring the previous version back. */
@Command(
        name = "rollback",
        description = {
            "Bring the version back that was in place before, from this machine's own disk; or take the release away",
            "where there was none before. packhorse status says what that is."
        },
        mixinStandardHelpOptions = true,
        footerHeading = "%nExamples:%n",
        footer = {
            "  packhorse rollback acme/editor",
            "  packhorse rollback acme/editor --platform linux-amd64 --json",
            "  packhorse rollback acme/editor --no-wait    written down; packhorse status says how it goes"
        })
public final class RollbackCommand implements Callable<Integer> {
    @Mixin
    private OrderOptions options = new OrderOptions();

    @Parameters(index = "0", paramLabel = "NAME", description = "publisher/product.")
    private String release = "";

    @Option(
            names = "--platform",
            paramLabel = "P",
            description = "Which platform's; needed only where several of that name are in place.")
    private @Nullable String platform;

    @Override
    public Integer call() {
        OrderTalk.Wish wish = OrderTalk.Wish.of(release, platform);
        if (!wish.version().isEmpty()) {
            throw new UsageException("a rollback goes to the version that was there before; leave @" + wish.version()
                    + " out, or ask for that version: packhorse install " + release);
        }
        options.order(LocalRequest.newBuilder()
                .setRollback(Rollback.newBuilder()
                        .setName(wish.name())
                        .setPlatform(wish.platform())
                        .setQuiet(options.quiet())
                        .setDetach(options.noWait()))
                .build());
        return 0;
    }
}
