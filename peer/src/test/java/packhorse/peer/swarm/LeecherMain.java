package packhorse.peer.swarm;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import packhorse.core.topology.IpAddress;
import packhorse.core.topology.PeerAddress;
import packhorse.core.unit.ByteRate;

/**
 * Downloads a sample and says how it goes: {@code IP SEED LENGTH DIRECTORY RATE PEER…}. Once it is whole it leaves the swarm and says what
 * it took in. Ends when it is killed.
 */
final class LeecherMain {
    private LeecherMain() {}

    public static void main(String[] args) throws Exception {
        Sample sample = Sample.of(Long.parseLong(args[1]), Integer.parseInt(args[2]));
        SwarmCommand.RateLimits rates =
                SwarmCommand.RateLimits.wan(Optional.of(ByteRate.parse(args[4])), Optional.empty());
        BlockingQueue<SwarmEvent> events = new LinkedBlockingQueue<>();
        try (LibtorrentSwarm swarm = LibtorrentSwarm.start(
                SwarmConfig.listeningOn(new SwarmConfig.Listen(IpAddress.parse(args[0]), 0))
                        .withRates(rates),
                events::add)) {
            List<PeerAddress> peers = List.of(args).subList(5, args.length).stream()
                    .map(PeerAddress::parse)
                    .toList();
            requireTaken(swarm.offer(new SwarmCommand.Add(sample.torrent(), Path.of(args[3]), false))
                    && swarm.offer(new SwarmCommand.Peers(sample.id(), peers, List.of())));
            long in = 0;
            boolean running = true;
            while (running) {
                SwarmEvent event = events.take();
                if (event instanceof SwarmEvent.Counters counters) {
                    in = counters.byPeer().values().stream()
                            .mapToLong(SwarmEvent.Bytes::in)
                            .sum();
                } else if (event instanceof SwarmEvent.Complete) {
                    requireTaken(swarm.offer(new SwarmCommand.Remove(sample.id())));
                } else if (event instanceof SwarmEvent.Removed) {
                    // The last counters were told before it, and none where nothing was fetched.
                    print("IN " + in);
                }
                running = say(event);
            }
        }
    }

    private static void requireTaken(boolean told) {
        if (!told) {
            throw new IllegalStateException("the engine takes nothing");
        }
    }

    private static boolean say(SwarmEvent event) {
        switch (event) {
            case SwarmEvent.Listening listening -> print("LISTENING " + listening.address());
            case SwarmEvent.Added added -> print("ADDED " + added.piecesHad());
            case SwarmEvent.PiecesVerified pieces ->
                print("PIECES " + pieces.pieces().cardinality());
            case SwarmEvent.Banned banned -> print("BANNED " + banned.peer() + " " + banned.times());
            case SwarmEvent.Starved starved -> print("STARVED " + starved.times());
            case SwarmEvent.Complete complete -> print("COMPLETE " + complete.pack());
            case SwarmEvent.Died died -> {
                print("DIED " + died.reason());
                return false;
            }
            case SwarmEvent.Failed failed -> {
                print("FAILED " + failed.reason());
                return false;
            }
            default -> {
                // Of no interest here.
            }
        }
        return true;
    }

    private static void print(String line) {
        System.out.println(line);
        System.out.flush();
    }
}
