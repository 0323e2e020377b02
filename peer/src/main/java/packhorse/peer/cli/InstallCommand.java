package packhorse.peer.cli;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import packhorse.core.message.v1.Install;
import packhorse.core.message.v1.LocalRequest;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code packhorse install}: has the local agent put a release in place. */
@Command(
        name = "install",
        description = {
            "Put a release or bundle in place on this machine, through the local agent: fetched, verified, checked,",
            "and taken back where its health check fails. The agent goes on when this ends."
        },
        mixinStandardHelpOptions = true,
        footerHeading = "%nExamples:%n",
        footer = {
            "  packhorse install acme/editor               the newest that this machine may have",
            "  packhorse install acme/editor@1.2",
            "  packhorse install acme/desktop@3 --platform bundle",
            "  packhorse install acme/editor --no-wait     written down; packhorse status says how it goes",
            "  packhorse install acme/editor --json        one object per line, the last one says how it ended"
        })
public final class InstallCommand implements Callable<Integer> {
    @Mixin
    private OrderOptions options = new OrderOptions();

    @Parameters(index = "0", paramLabel = "NAME[@VERSION]", description = "publisher/product, and which version.")
    private String release = "";

    @Option(
            names = "--platform",
            paramLabel = "P",
            description = "Which platform's; default: this machine's, then any; \"bundle\" for a bundle.")
    private @Nullable String platform;

    @Override
    public Integer call() {
        OrderTalk.Wish wish = OrderTalk.Wish.of(release, platform);
        options.order(LocalRequest.newBuilder()
                .setInstall(Install.newBuilder()
                        .setName(wish.name())
                        .setVersion(wish.version())
                        .setPlatform(wish.platform())
                        .setQuiet(options.quiet())
                        .setDetach(options.noWait()))
                .build());
        return 0;
    }
}
