package packhorse.peer.cli;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import packhorse.core.message.v1.ActionStatus;
import packhorse.core.message.v1.AgentStatus;
import packhorse.core.message.v1.Endpoint;
import packhorse.core.message.v1.LineStatus;
import packhorse.core.message.v1.LocalReply;
import packhorse.core.message.v1.LocalRequest;
import packhorse.core.message.v1.PackStatus;
import packhorse.core.message.v1.Status;
import packhorse.core.message.v1.Traffic;
import packhorse.core.topology.IpAddress;
import packhorse.core.unit.ByteCount;
import packhorse.peer.words.InstallJson;
import packhorse.peer.words.InstallWords;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code packhorse status}: what the local agent holds and does. */
@Command(
        name = "status",
        description =
                "Show what is in place on this machine and what will be, and what the local agent fetches and serves.",
        mixinStandardHelpOptions = true,
        footerHeading = "%nExamples:%n",
        footer = {"  packhorse status", "  packhorse status --json --socket /run/packhorse/agent.sock"})
public final class StatusCommand implements Callable<Integer> {
    @Mixin
    private AgentOptions options = new AgentOptions();

    @Override
    public Integer call() {
        LocalRequest request =
                LocalRequest.newBuilder().setStatus(Status.getDefaultInstance()).build();
        options.agent().ask(request, this::show);
        return 0;
    }

    private void show(LocalReply reply) {
        if (options.quiet() || !reply.hasStatus()) {
            return;
        }
        if (options.json()) {
            options.out().println(json(reply.getStatus()));
        } else {
            text(reply.getStatus()).forEach(options.out()::println);
        }
        options.out().flush();
    }

    private static List<String> text(AgentStatus status) {
        List<String> lines = new ArrayList<>();
        lines.add("agent " + status.getAgentId() + " listens on "
                + String.join(
                        ", ",
                        status.getListenList().stream()
                                .map(StatusCommand::address)
                                .toList()));
        lines.add((status.getSite().isEmpty() ? "in no known site" : "in site " + status.getSite())
                + (status.getTrackerReachable()
                        ? ", tracker " + status.getTracker() + " reachable"
                                + (status.getSeenAs().isEmpty() ? "" : " and sees " + status.getSeenAs())
                        : ", no tracker: " + status.getTrackerError())
                + ", catalogue version " + status.getCatalogueVersion());
        lines.add("certificate until " + Instant.ofEpochMilli(status.getCertificateUntilMillis()) + ", desired state "
                + status.getDesiredRevision() + ", "
                + (status.getReportsWaiting() == 0
                        ? "every report stored"
                        : status.getReportsWaiting() + " reports not yet stored"));
        if (!status.getInstallerTrouble().isEmpty()) {
            lines.add("nothing can be installed now: " + status.getInstallerTrouble());
        }
        if (!status.getUnconfined().isEmpty()) {
            lines.add("hooks cannot be confined here: " + status.getUnconfined());
        }
        for (LineStatus line : status.getLinesList()) {
            lines.add("  " + InstallWords.line(line));
        }
        for (ActionStatus action : status.getActionsList()) {
            InstallWords.action(action).forEach(text -> lines.add("  " + text));
        }
        for (PackStatus pack : status.getPacksList()) {
            Sums sums = Sums.of(pack);
            lines.add(String.format(
                    "  %s %s  %s of %s  WAN in %s out %s  LAN in %s out %s",
                    pack.getRelease().isEmpty() ? pack.getSha256() : pack.getRelease(),
                    pack.getComplete() ? "complete" : "fetching",
                    new ByteCount(pack.getBytesHave()),
                    new ByteCount(pack.getBytesTotal()),
                    new ByteCount(sums.wanIn),
                    new ByteCount(sums.wanOut),
                    new ByteCount(sums.lanIn),
                    new ByteCount(sums.lanOut)));
        }
        return lines;
    }

    private record Sums(long wanIn, long wanOut, long lanIn, long lanOut) {
        static Sums of(PackStatus pack) {
            long[] sums = new long[4];
            for (Traffic traffic : pack.getTrafficList()) {
                int side = traffic.getWan() ? 0 : 2;
                sums[side] += traffic.getBytesIn();
                sums[side + 1] += traffic.getBytesOut();
            }
            return new Sums(sums[0], sums[1], sums[2], sums[3]);
        }
    }

    private static String json(AgentStatus status) {
        return new JsonLine()
                .with("agent", status.getAgentId())
                .with("site", status.getSite())
                .with("trackerReachable", status.getTrackerReachable())
                .with("trackerError", status.getTrackerError())
                .with("catalogueVersion", status.getCatalogueVersion())
                .with("tracker", status.getTracker())
                .with("seenAs", status.getSeenAs())
                .with(
                        "certificateUntil",
                        Instant.ofEpochMilli(status.getCertificateUntilMillis()).toString())
                .with("desiredRevision", status.getDesiredRevision())
                .with("reportsWaiting", status.getReportsWaiting())
                .with("actions", InstallJson.list(status.getActionsList(), InstallJson::action))
                .with("lines", InstallJson.list(status.getLinesList(), InstallJson::line))
                .with("unconfined", status.getUnconfined())
                .with("installerTrouble", status.getInstallerTrouble())
                .withWords(
                        "listen",
                        status.getListenList().stream()
                                .map(StatusCommand::address)
                                .toList())
                .with(
                        "packs",
                        status.getPacksList().stream().map(StatusCommand::json).toList())
                .toString();
    }

    private static JsonLine json(PackStatus pack) {
        Sums sums = Sums.of(pack);
        return new JsonLine()
                .with("sha256", pack.getSha256())
                .with("release", pack.getRelease())
                .with("bytes", pack.getBytesHave())
                .with("bytesTotal", pack.getBytesTotal())
                .with("complete", pack.getComplete())
                .with("role", pack.getRole().name().toLowerCase(Locale.ROOT).replace("role_", ""))
                .with("rescues", pack.getRescues())
                .with("bans", pack.getBans())
                .with("forgiven", pack.getForgiven())
                .with("wanIn", sums.wanIn)
                .with("wanOut", sums.wanOut)
                .with("lanIn", sums.lanIn)
                .with("lanOut", sums.lanOut)
                .with(
                        "traffic",
                        pack.getTrafficList().stream()
                                .map(traffic -> new JsonLine()
                                        .with("peer", address(traffic.getPeer()))
                                        .with("agent", traffic.getAgentId())
                                        .with("wan", traffic.getWan())
                                        .with("in", traffic.getBytesIn())
                                        .with("out", traffic.getBytesOut()))
                                .toList())
                .with(
                        "outside",
                        pack.getOutsideList().stream()
                                .map(outside -> new JsonLine()
                                        .with("client", outside.getClient())
                                        .with("out", outside.getBytesOut()))
                                .toList());
    }

    private static String address(Endpoint endpoint) {
        if (endpoint.getIp().isEmpty()) {
            return "";
        }
        IpAddress ip = IpAddress.ofBytes(endpoint.getIp().toByteArray());
        return (ip.isV4() ? ip.toString() : "[" + ip + "]") + (endpoint.getPort() == 0 ? "" : ":" + endpoint.getPort());
    }
}
