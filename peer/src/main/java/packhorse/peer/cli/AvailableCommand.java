package packhorse.peer.cli;

import java.util.concurrent.Callable;
import packhorse.core.message.v1.Available;
import packhorse.core.message.v1.LocalReply;
import packhorse.core.message.v1.LocalRequest;
import packhorse.core.message.v1.ReleaseLine;
import packhorse.core.unit.ByteCount;
import packhorse.peer.words.InstallJson;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code packhorse available}: what this machine may have of what the catalogue offers. */
@Command(
        name = "available",
        description =
                "List the releases that this machine may have, from the catalogue as the local agent verified it.",
        mixinStandardHelpOptions = true,
        footerHeading = "%nExamples:%n",
        footer = {
            "  packhorse available",
            "  packhorse available --all        also what it may not have, and why not",
            "  packhorse available --json"
        })
public final class AvailableCommand implements Callable<Integer> {
    @Mixin
    private AgentOptions options = new AgentOptions();

    @Option(names = "--all", description = "Also what this machine may not have, with the reason.")
    private boolean all;

    @Override
    public Integer call() {
        LocalRequest request = LocalRequest.newBuilder()
                .setAvailable(Available.newBuilder().setAll(all))
                .build();
        options.agent().ask(request, this::show);
        return 0;
    }

    private void show(LocalReply reply) {
        if (options.quiet() || !reply.hasReleases()) {
            return;
        }
        for (ReleaseLine release : reply.getReleases().getReleasesList()) {
            options.out().println(options.json() ? JsonLine.of(InstallJson.release(release)) : text(release));
        }
        if (reply.getReleases().getReleasesCount() == 0 && !options.json()) {
            options.out()
                    .println(
                            all
                                    ? "the catalogue is empty"
                                    : "there is nothing that this machine may have; packhorse available --all says"
                                            + " why");
        }
        options.out().flush();
    }

    private static String text(ReleaseLine release) {
        return String.format(
                "%-40s %-14s %-8s %12s%s%s%s%s",
                release.getName() + "@" + release.getVersion(),
                release.getPlatform(),
                release.getKind(),
                release.getBytes() > 0 ? new ByteCount(release.getBytes()) : "",
                release.getHere() ? "  here" : "",
                release.getAdapter().isEmpty() ? "" : "  put in place by " + release.getAdapter(),
                release.getIrreversibleCount() == 0
                        ? ""
                        : "  irreversible: " + String.join("; ", release.getIrreversibleList()),
                release.getDenied().isEmpty() ? "" : "  not for this machine: " + release.getDenied());
    }
}
