package packhorse.peer.swarm;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * How the swarm process is started and watched.
 *
 * @param store the directory that it works in; packs elsewhere are reached only where the user it runs as may go
 * @param user whom an agent that is root runs it as; absent: {@code packhorse-swarm} where there is such a user, else
 *     {@code nobody}; {@code root}: as the agent itself
 * @param classPath what it is made of; empty: what of this program's own class path it needs
 * @param heapBytes of its Java heap: what the engine keeps of packs is small, libtorrent's memory is its own
 * @param ask how often it is asked for a sign of life
 * @param silence how long it may take to answer; then it is taken for hung and killed
 */
public record SwarmProcessConfig(
        Path store, Optional<String> user, List<Path> classPath, long heapBytes, Duration ask, Duration silence) {
    /** Enough to prove the largest torrent there may be, and for ten thousand packs. */
    public static final long HEAP_BYTES = 96L << 20;

    public static final Duration ASK = Duration.ofSeconds(1);
    /** No call into libtorrent takes a second on a busy machine; with the pauses around it, ten seconds are kept. */
    public static final Duration SILENCE = Duration.ofSeconds(5);

    public SwarmProcessConfig {
        store = store.toAbsolutePath().normalize();
        classPath = List.copyOf(classPath);
        if (ask.isNegative() || ask.isZero() || silence.compareTo(ask) < 0) {
            throw new IllegalArgumentException("asked every " + ask + ", silent for " + silence);
        }
    }

    public static SwarmProcessConfig in(Path store) {
        return new SwarmProcessConfig(store, Optional.empty(), List.of(), HEAP_BYTES, ASK, SILENCE);
    }

    public SwarmProcessConfig withUser(Optional<String> name) {
        return new SwarmProcessConfig(store, name, classPath, heapBytes, ask, silence);
    }

    public SwarmProcessConfig withClassPath(List<Path> places) {
        return new SwarmProcessConfig(store, user, places, heapBytes, ask, silence);
    }
}
