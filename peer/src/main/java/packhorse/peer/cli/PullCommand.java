package packhorse.peer.cli;

import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import packhorse.core.UsageException;
import packhorse.core.content.Platform;
import packhorse.core.content.ReleaseName;
import packhorse.core.content.Version;
import packhorse.core.message.v1.LocalReply;
import packhorse.core.message.v1.LocalRequest;
import packhorse.core.message.v1.Pull;
import packhorse.core.message.v1.Pulled;
import packhorse.core.terminal.Terminal;
import packhorse.core.unit.ByteCount;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code packhorse pull}: has the local agent fetch and verify a release. */
@Command(
        name = "pull",
        description = "Fetch a release or bundle through the local agent, verified. The agent goes on when this ends.",
        mixinStandardHelpOptions = true,
        footerHeading = "%nExamples:%n",
        footer = {
            "  packhorse pull acme/browser                 the newest for this machine",
            "  packhorse pull acme/browser@2.1-3 --out /tmp/browser.tar",
            "  packhorse pull acme/tools --out ./tools     a tree is unpacked into the directory",
            "  packhorse pull acme/image --platform any --json"
        })
public final class PullCommand implements Callable<Integer> {
    @Mixin
    private AgentOptions options = new AgentOptions();

    @Parameters(index = "0", paramLabel = "NAME[@VERSION]", description = "publisher/product, and which version.")
    private String release = "";

    @Option(
            names = "--platform",
            paramLabel = "P",
            description = "Which platform's; default: this machine's, then any; \"bundle\" for a bundle.")
    private @Nullable String platform;

    @Option(
            names = "--out",
            paramLabel = "PATH",
            description =
                    "Also write it here: the file, or the directory a tree is unpacked into. Nothing different that is"
                            + " already there is overwritten.")
    private @Nullable Path out;

    @Override
    public Integer call() {
        LocalRequest request = LocalRequest.newBuilder().setPull(pull()).build();
        boolean live = !options.json() && !options.quiet() && Terminal.isThere();
        ProgressLine line = new ProgressLine(options.err());
        try {
            options.agent().ask(request, reply -> show(reply, live, line));
        } finally {
            line.clear();
        }
        return 0;
    }

    private Pull pull() {
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
        return Pull.newBuilder()
                .setName(name)
                .setVersion(version)
                .setPlatform(platform == null ? "" : platform)
                .setOut(out == null ? "" : out.toAbsolutePath().normalize().toString())
                .setQuiet(options.quiet())
                .build();
    }

    private void show(LocalReply reply, boolean live, ProgressLine line) {
        if (reply.hasProgress()) {
            if (live) {
                line.show(reply.getProgress());
            } else if (options.json()) {
                var progress = reply.getProgress();
                options.out()
                        .println(new JsonLine()
                                .with("phase", progress.getPhase())
                                .with("bytes", progress.getBytesHave())
                                .with("bytesTotal", progress.getBytesTotal())
                                .with("bytesPerSecond", progress.getBytesPerSecond())
                                .with("peers", progress.getPeers()));
            }
        } else if (reply.hasPulled() && !options.quiet()) {
            line.clear();
            options.out().println(options.json() ? json(reply.getPulled()) : text(reply.getPulled()));
        }
        options.out().flush();
    }

    private static String json(Pulled pulled) {
        JsonLine json = new JsonLine()
                .with("release", pulled.getRelease())
                .with("sha256", pulled.getSha256())
                .with("bytes", pulled.getBytes())
                .with("milliseconds", Math.round(pulled.getSeconds() * 1000))
                .with("alreadyThere", pulled.getAlreadyThere())
                .withWords("dependencies", pulled.getDependenciesList());
        return (pulled.getPath().isEmpty() ? json : json.with("path", pulled.getPath())).toString();
    }

    private static String text(Pulled pulled) {
        StringBuilder text = new StringBuilder(pulled.getRelease())
                .append(": ")
                .append(new ByteCount(pulled.getBytes()))
                .append(
                        pulled.getAlreadyThere()
                                ? " already there"
                                : String.format(Locale.ROOT, " in %.1f s", pulled.getSeconds()))
                .append(", SHA-256 ")
                .append(pulled.getSha256())
                .append(" verified");
        if (!pulled.getPath().isEmpty()) {
            text.append(", at ").append(pulled.getPath());
        }
        pulled.getDependenciesList()
                .forEach(dependency ->
                        text.append(System.lineSeparator()).append("  needs ").append(dependency));
        return text.toString();
    }
}
