package packhorse.dist.bench;

import java.nio.file.Path;
import packhorse.core.unit.ByteCount;

/**
 * Ours: an agent that has its session pulls from the origin, asked by {@code packhorse pull}. Processor time is the origin's, the
 * agent's and the tracker's; the seconds are those that the person at the keyboard waits, start of the command included.
 */
final class AgentTransfer implements Transfer {
    /** What an agent pulls before it is measured, so that sessions and classes are there. */
    private static final ByteCount WARM_UP = new ByteCount(4 << 20);

    private final Stand stand;
    private final Child origin;
    private final Child tracker;

    AgentTransfer(Launcher launcher, Scratch scratch, Path content) {
        stand = new Stand(launcher, scratch);
        tracker = stand.startTracker(java.util.List.of());
        origin = stand.startOrigin();
        stand.publish(SampleFile.write(scratch.path("warm"), WARM_UP), Stand.WARM, false);
        stand.publish(content, Stand.CONTENT, false);
    }

    @Override
    public Cost fetch(int round) {
        Stand.Agent agent = stand.startAgent();
        stand.pull(agent, Stand.WARM);
        double cpu = cpuSeconds(agent);
        long start = System.nanoTime();
        stand.pull(agent, Stand.CONTENT);
        double seconds = (System.nanoTime() - start) / 1e9;
        double cpuSeconds = cpuSeconds(agent) - cpu;
        stand.drop(agent);
        return new Cost(seconds, cpuSeconds);
    }

    private double cpuSeconds(Stand.Agent agent) {
        return origin.cpuSeconds() + tracker.cpuSeconds() + agent.process().cpuSeconds();
    }

    @Override
    public void close() {
        tracker.close();
        origin.close();
    }
}
