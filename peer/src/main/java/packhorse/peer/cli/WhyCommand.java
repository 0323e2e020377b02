package packhorse.peer.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import packhorse.core.UsageException;
import packhorse.core.content.Platform;
import packhorse.core.content.ReleaseName;
import packhorse.core.content.Version;
import packhorse.core.message.v1.LocalReply;
import packhorse.core.message.v1.LocalRequest;
import packhorse.core.message.v1.Reasons;
import packhorse.core.message.v1.SourceLine;
import packhorse.core.message.v1.Why;
import packhorse.core.unit.ByteCount;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code packhorse why}: where each byte of a release came from, and why not from nearer. */
@Command(
        name = "why",
        description = "Show where each byte of a release on this machine came from, and why not from nearer.",
        mixinStandardHelpOptions = true,
        footerHeading = "%nExamples:%n",
        footer = {"  packhorse why acme/browser", "  packhorse why acme/browser@2.1-3 --json"})
public final class WhyCommand implements Callable<Integer> {
    @Mixin
    private AgentOptions options = new AgentOptions();

    @Parameters(index = "0", paramLabel = "NAME[@VERSION]", description = "publisher/product, and which version.")
    private String release = "";

    @Option(names = "--platform", paramLabel = "P", description = "Which platform's; default: whichever is here.")
    private @Nullable String platform;

    @Override
    public Integer call() {
        int at = release.indexOf('@');
        String name = at < 0 ? release : release.substring(0, at);
        String version = at < 0 ? "" : release.substring(at + 1);
        try {
            var unusedName = ReleaseName.parse(name);
            if (at >= 0) {
                var unusedVersion = Version.parse(version);
            }
            if (platform != null) {
                var unusedPlatform = new Platform(platform);
            }
        } catch (IllegalArgumentException e) {
            throw new UsageException(String.valueOf(e.getMessage()), e);
        }
        LocalRequest request = LocalRequest.newBuilder()
                .setWhy(Why.newBuilder()
                        .setName(name)
                        .setVersion(version)
                        .setPlatform(platform == null ? "" : platform))
                .build();
        options.agent().ask(request, this::show);
        return 0;
    }

    private void show(LocalReply reply) {
        if (options.quiet() || !reply.hasReasons()) {
            return;
        }
        if (options.json()) {
            options.out().println(json(reply.getReasons()));
        } else {
            text(reply.getReasons()).forEach(options.out()::println);
        }
        options.out().flush();
    }

    static List<String> text(Reasons reasons) {
        List<String> lines = new ArrayList<>();
        lines.add(reasons.getRelease() + ": " + new ByteCount(reasons.getBytesHave()) + " of "
                + new ByteCount(reasons.getBytes()) + " here");
        for (SourceLine source : reasons.getSourcesList()) {
            lines.add(String.format(
                    "  %12s  %-4s %s",
                    new ByteCount(source.getBytesIn()),
                    source.getKind().equals("disk") ? "disk" : source.getWan() ? "WAN" : "LAN",
                    source.getSource()));
        }
        reasons.getBecauseList().forEach(sentence -> lines.add("  " + sentence));
        return lines;
    }

    private static String json(Reasons reasons) {
        return new JsonLine()
                .with("release", reasons.getRelease())
                .with("bytes", reasons.getBytes())
                .with("bytesHave", reasons.getBytesHave())
                .with(
                        "sources",
                        reasons.getSourcesList().stream()
                                .map(source -> new JsonLine()
                                        .with("source", source.getSource())
                                        .with("kind", source.getKind())
                                        .with("wan", source.getWan())
                                        .with("in", source.getBytesIn())
                                        .with("agent", source.getAgentId()))
                                .toList())
                .withWords("because", reasons.getBecauseList())
                .toString();
    }
}
