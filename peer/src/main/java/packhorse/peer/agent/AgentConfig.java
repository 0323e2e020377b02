package packhorse.peer.agent;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import packhorse.core.content.Platform;
import packhorse.peer.desired.MachinePlatform;
import packhorse.peer.installer.InstallConfig;
import packhorse.peer.swarm.SwarmCommand.RateLimits;

/**
 * How an agent behaves.
 *
 * @param data its own directory, for identity and the list of what is wanted
 * @param socket where the command line asks, if it may
 * @param limits its own limits
 * @param platforms whose releases this machine runs, best first
 * @param seedOnStart whether complete packs are served from the start on
 * @param unknownGrace how long an ordered release may be missing from the catalogue before its order is refused
 * @param inventory whether the machine's inventory is taken and told
 * @param restartNotice how long before a release has the machine started again its user is told
 * @param way what stands between this machine and its trackers, one sentence for people; empty where nothing does
 */
public record AgentConfig(
        Path data,
        Optional<Path> socket,
        RateLimits limits,
        List<Platform> platforms,
        boolean seedOnStart,
        Duration unknownGrace,
        boolean inventory,
        Duration restartNotice,
        String way) {
    /** A tracker's mirror is behind the origin for some seconds, and orders may be written in that time. */
    public static final Duration UNKNOWN_GRACE = Duration.ofSeconds(15);

    public AgentConfig {
        platforms = List.copyOf(platforms);
    }

    /** An agent without limits of its own that serves all it has. */
    public static AgentConfig of(Path data, Optional<Path> socket) {
        return new AgentConfig(
                data,
                socket,
                RateLimits.NONE,
                MachinePlatform.of(System.getProperty("os.name", ""), System.getProperty("os.arch", "")),
                true,
                UNKNOWN_GRACE,
                true,
                InstallConfig.DEFAULT.restartNotice(),
                "");
    }

    public AgentConfig withLimits(RateLimits own) {
        return new AgentConfig(data, socket, own, platforms, seedOnStart, unknownGrace, inventory, restartNotice, way);
    }

    public AgentConfig withSeedOnStart(boolean seed) {
        return new AgentConfig(data, socket, limits, platforms, seed, unknownGrace, inventory, restartNotice, way);
    }

    public AgentConfig withUnknownGrace(Duration grace) {
        return new AgentConfig(data, socket, limits, platforms, seedOnStart, grace, inventory, restartNotice, way);
    }

    public AgentConfig withInventory(boolean taken) {
        return new AgentConfig(data, socket, limits, platforms, seedOnStart, unknownGrace, taken, restartNotice, way);
    }

    public AgentConfig withRestartNotice(Duration notice) {
        return new AgentConfig(data, socket, limits, platforms, seedOnStart, unknownGrace, inventory, notice, way);
    }

    public AgentConfig withWay(String sentence) {
        return new AgentConfig(
                data, socket, limits, platforms, seedOnStart, unknownGrace, inventory, restartNotice, sentence);
    }
}
