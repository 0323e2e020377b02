package packhorse.peer.swarm;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import packhorse.core.content.Sha256;

/**
 * What a swarm process was told, as this end remembers it: the measure of what it says. The thread that writes commands adds and
 * moves packs, the one that reads events takes them out.
 */
final class Ordered {
    /** A pack that the process was given, and the directory its file was last said to be in. */
    record Known(Sha256 id, int pieceCount, Path directory) {}

    private final SwarmConfig config;
    private final Map<Sha256, Known> packs = new ConcurrentHashMap<>();

    Ordered(SwarmConfig config) {
        this.config = config;
    }

    SwarmConfig config() {
        return config;
    }

    Optional<Known> known(Sha256 pack) {
        return Optional.ofNullable(packs.get(pack));
    }

    /** Takes a command in, before it is sent. */
    void order(SwarmCommand command) {
        switch (command) {
            case SwarmCommand.Add add ->
                packs.putIfAbsent(
                        add.torrent().pack().data().sha256(),
                        new Known(
                                add.torrent().pack().data().sha256(),
                                add.torrent().pack().pieceCount(),
                                add.directory()));
            case SwarmCommand.Relocate relocate ->
                packs.computeIfPresent(
                        relocate.pack(), (id, known) -> new Known(id, known.pieceCount(), relocate.directory()));
            case SwarmCommand.Remove remove -> packs.remove(remove.pack());
            case SwarmCommand.Peers peers -> unchanged();
            case SwarmCommand.Shares shares -> unchanged();
            case SwarmCommand.Hurry hurry -> unchanged();
            case SwarmCommand.Limits limits -> unchanged();
            case SwarmCommand.LocalPrefixes prefixes -> unchanged();
            case SwarmCommand.ServeOpen serve -> unchanged();
            case SwarmCommand.WithdrawOpen withdraw -> unchanged();
            case SwarmCommand.Forgive forgive -> unchanged();
        }
    }

    private static void unchanged() {
        // Says nothing of where packs are.
    }

    /** Takes an event in: a pack that failed is out. */
    void heard(SwarmEvent event) {
        if (event instanceof SwarmEvent.Failed failed) {
            packs.remove(failed.pack());
        } else if (event instanceof SwarmEvent.PublisherFault fault) {
            packs.remove(fault.pack());
        }
    }
}
