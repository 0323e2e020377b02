package packhorse.peer.agent;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import packhorse.core.content.Platform;
import packhorse.peer.desired.MachinePlatform;
import packhorse.peer.swarm.SwarmCommand.RateLimits;

/**
 * How an agent behaves.
 *
 * @param data its own directory, for identity and the list of what is wanted
 * @param socket where the command line asks, if it may
 * @param limits its own limits
 * @param platforms whose releases this machine runs, best first
 * @param seedOnStart whether complete packs are served from the start on
 */
public record AgentConfig(
        Path data, Optional<Path> socket, RateLimits limits, List<Platform> platforms, boolean seedOnStart) {
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
                true);
    }

    public AgentConfig withLimits(RateLimits own) {
        return new AgentConfig(data, socket, own, platforms, seedOnStart);
    }

    public AgentConfig withSeedOnStart(boolean seed) {
        return new AgentConfig(data, socket, limits, platforms, seed);
    }
}
