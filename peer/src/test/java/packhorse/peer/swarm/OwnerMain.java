package packhorse.peer.swarm;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import packhorse.core.topology.IpAddress;
import packhorse.core.topology.PeerAddress;

/** An agent that does nothing but own an engine: {@code STORE IP SILENCE_MILLIS}. Says the engine's pid, where it listens, and its death. */
final class OwnerMain {
    private OwnerMain() {}

    public static void main(String[] args) throws Exception {
        SwarmProcessConfig usual = SwarmProcessConfig.in(Path.of(args[0]));
        Duration silence = Duration.ofMillis(Long.parseLong(args[2]));
        SwarmProcessConfig config = new SwarmProcessConfig(
                usual.store(), usual.user(), usual.classPath(), usual.heapBytes(), silence.dividedBy(5), silence);
        BlockingQueue<SwarmEvent> events = new LinkedBlockingQueue<>();
        ProcessSwarm swarm = new ProcessSwarm.Starter(config)
                .start(SwarmConfig.listeningOn(new SwarmConfig.Listen(IpAddress.parse(args[1]), 0)), events::add);
        for (SwarmEvent event = events.take(); ; event = events.take()) {
            if (event instanceof SwarmEvent.Listening(PeerAddress address)) {
                System.out.println("LISTENING " + address);
                System.out.println("ENGINE " + swarm.pid());
            } else if (event instanceof SwarmEvent.Died(String reason)) {
                System.out.println("DIED " + reason);
                return;
            }
            System.out.flush();
        }
    }
}
