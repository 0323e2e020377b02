package packhorse.peer.cli;

import java.util.concurrent.Callable;
import packhorse.core.message.v1.Available;
import packhorse.core.message.v1.LocalReply;
import packhorse.core.message.v1.LocalRequest;
import packhorse.core.message.v1.ReleaseLine;
import packhorse.core.unit.ByteCount;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code packhorse available}: what the catalogue offers. */
@Command(
        name = "available",
        description = "List the releases in the catalogue, as the local agent verified it.",
        mixinStandardHelpOptions = true,
        footerHeading = "%nExamples:%n",
        footer = {"  packhorse available", "  packhorse available --json"})
public final class AvailableCommand implements Callable<Integer> {
    @Mixin
    private AgentOptions options = new AgentOptions();

    @Override
    public Integer call() {
        LocalRequest request = LocalRequest.newBuilder()
                .setAvailable(Available.getDefaultInstance())
                .build();
        options.agent().ask(request, this::show);
        return 0;
    }

    private void show(LocalReply reply) {
        if (options.quiet() || !reply.hasReleases()) {
            return;
        }
        for (ReleaseLine release : reply.getReleases().getReleasesList()) {
            options.out().println(options.json() ? json(release) : text(release));
        }
        if (reply.getReleases().getReleasesCount() == 0 && !options.json()) {
            options.out().println("the catalogue is empty");
        }
        options.out().flush();
    }

    private static String json(ReleaseLine release) {
        return new JsonLine()
                .with("name", release.getName())
                .with("version", release.getVersion())
                .with("platform", release.getPlatform())
                .with("kind", release.getKind())
                .with("bytes", release.getBytes())
                .with("here", release.getHere())
                .toString();
    }

    private static String text(ReleaseLine release) {
        return String.format(
                "%-40s %-14s %-8s %12s%s",
                release.getName() + "@" + release.getVersion(),
                release.getPlatform(),
                release.getKind(),
                release.getBytes() > 0 ? new ByteCount(release.getBytes()) : "",
                release.getHere() ? "  here" : "");
    }
}
