package packhorse.peer.agent;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import packhorse.core.content.ContentHasher;
import packhorse.core.content.ContentHashes;
import packhorse.core.content.Sha256;
import packhorse.core.content.Torrents;
import packhorse.core.content.VerifiedTorrent;
import packhorse.core.topology.IpAddress;
import packhorse.core.topology.PeerAddress;
import packhorse.core.unit.ByteRate;
import packhorse.peer.swarm.LibtorrentSwarm;
import packhorse.peer.swarm.ProcessSwarm;
import packhorse.peer.swarm.SwarmCommand;
import packhorse.peer.swarm.SwarmCommand.RateLimits;
import packhorse.peer.swarm.SwarmConfig;
import packhorse.peer.swarm.SwarmConfig.Listen;
import packhorse.peer.swarm.SwarmEvent;
import packhorse.peer.swarm.SwarmPort;
import packhorse.peer.swarm.SwarmProcessConfig;

/** An engine's process is killed, crashes or hangs in the middle of a transfer: another one takes over where it stood. */
final class EngineDeathTest {
    private static final int LENGTH = 24_000_000;
    private static final Duration RESTARTED_MAX = Duration.ofSeconds(10);

    @TempDir
    Path dir;

    private final byte[] content = content();
    private final VerifiedTorrent torrent = torrent(content);
    private final Sha256 id = torrent.pack().data().sha256();

    private static byte[] content() {
        byte[] bytes = new byte[LENGTH];
        new Random(81).nextBytes(bytes);
        return bytes;
    }

    private static VerifiedTorrent torrent(byte[] content) {
        ContentHasher hasher = new ContentHasher(content.length);
        hasher.update(content);
        ContentHashes hashes = hasher.finish();
        return Torrents.check(
                Torrents.pack(hashes, false), Torrents.hybrid(hashes).bytes());
    }

    /** The owner's part of an agent: takes messages, keeps the engine told. */
    private final class Owner {
        final BlockingQueue<AgentMessage> mailbox = new LinkedBlockingQueue<>();
        final List<ProcessSwarm> engines = new ArrayList<>();
        final List<SwarmEvent.Added> added = new ArrayList<>();
        final List<String> deaths = new ArrayList<>();
        final BitSet had = new BitSet();
        final Engine engine;
        final Path directory;
        final PeerAddress seed;
        final Duration firstStart;
        boolean complete;

        Owner(Path directory, PeerAddress seed) {
            this.directory = directory;
            this.seed = seed;
            SwarmConfig config = SwarmConfig.listeningOn(new Listen(IpAddress.parse("127.30.8.2"), 0))
                    .withRates(RateLimits.wan(Optional.of(ByteRate.parse("8MB/s")), Optional.empty()));
            ProcessSwarm.Starter starter = new ProcessSwarm.Starter(SwarmProcessConfig.in(dir));
            long startNanos = System.nanoTime();
            this.engine = new Engine(
                    events -> {
                        ProcessSwarm started = starter.start(config, events);
                        engines.add(started);
                        return started;
                    },
                    config.rates(),
                    mailbox::add,
                    new Errands(mailbox::add),
                    System::nanoTime);
            this.firstStart = Duration.ofNanos(System.nanoTime() - startNanos);
            enter();
        }

        private void enter() {
            engine.tell(new SwarmCommand.Add(torrent, directory, false));
            engine.tell(new SwarmCommand.Peers(id, List.of(seed), List.of()));
        }

        void runUntil(BooleanSupplier done, Duration atMost) throws InterruptedException {
            long end = System.nanoTime() + atMost.toNanos();
            while (!done.getAsBoolean()) {
                assertTrue(System.nanoTime() < end, () -> "not within " + atMost + "; deaths: " + deaths);
                engine.tick(System.nanoTime(), this::enter);
                AgentMessage message = mailbox.poll(20, TimeUnit.MILLISECONDS);
                if (message instanceof AgentMessage.Returned(Runnable then)) {
                    then.run();
                } else if (message instanceof AgentMessage.FromSwarm(int number, SwarmEvent event)
                        && engine.isCurrent(number)) {
                    take(event);
                }
            }
        }

        private void take(SwarmEvent event) {
            switch (event) {
                case SwarmEvent.Added one -> added.add(one);
                case SwarmEvent.PiecesVerified verified -> had.or(verified.pieces());
                case SwarmEvent.Complete whole -> complete = true;
                case SwarmEvent.Died(String reason) -> {
                    deaths.add(reason);
                    engine.died(reason);
                }
                default -> {
                    // Of no interest here.
                }
            }
        }
    }

    private static void harm(long pid, String signal) throws IOException, InterruptedException {
        int code = new ProcessBuilder("kill", "-" + signal, Long.toString(pid))
                .inheritIO()
                .start()
                .waitFor();
        assertEquals(0, code);
    }

    @ParameterizedTest
    @CsvSource({"KILL, signal 9", "SEGV, SIGSEGV", "STOP, not answered"})
    void anotherEngineGoesOnWithinTenSecondsAndFetchesNoFinishedPieceAgain(String signal, String reason)
            throws Exception {
        Path from = Files.createDirectories(dir.resolve("seed"));
        Files.write(from.resolve(id.hex()), content);
        Path into = Files.createDirectories(dir.resolve("partial"));
        Map<IpAddress, Long> sent = new ConcurrentHashMap<>();
        CompletableFuture<PeerAddress> listening = new CompletableFuture<>();
        try (SwarmPort seed =
                LibtorrentSwarm.start(SwarmConfig.listeningOn(new Listen(IpAddress.parse("127.30.8.1"), 0)), event -> {
                    if (event instanceof SwarmEvent.Listening(PeerAddress address)) {
                        listening.complete(address);
                    } else if (event instanceof SwarmEvent.Counters counters) {
                        counters.byPeer().forEach((peer, bytes) -> sent.put(peer, bytes.out()));
                    }
                })) {
            IpAddress leecher = IpAddress.parse("127.30.8.2");
            assertTrue(seed.offer(new SwarmCommand.Add(torrent, from, true))
                    && seed.offer(new SwarmCommand.Peers(id, List.of(), List.of(leecher))));
            Owner owner = new Owner(into, listening.get());
            try {
                int pieces = torrent.pack().pieceCount();
                owner.runUntil(() -> owner.had.cardinality() > pieces / 3, Duration.ofSeconds(60));
                int hadBefore = owner.had.cardinality();
                long harmed = System.nanoTime();
                harm(owner.engines.getLast().pid(), signal);
                owner.runUntil(() -> owner.added.size() == 2, Duration.ofSeconds(90));
                Duration down = Duration.ofNanos(System.nanoTime() - harmed);
                System.out.println(
                        "taken up again " + down.toMillis() + " ms after SIG" + signal + ": " + owner.deaths);
                // On a busy machine a start takes longer, as the first one did.
                Duration max = RESTARTED_MAX.plus(owner.firstStart.multipliedBy(2));
                assertTrue(down.compareTo(max) <= 0, () -> "down for " + down + ", more than " + max);
                assertEquals(1, owner.deaths.size());
                assertTrue(owner.deaths.getFirst().contains(reason), owner.deaths.getFirst());
                int hadAfter = owner.added.getLast().piecesHad();
                assertTrue(hadAfter >= hadBefore, () -> hadBefore + " pieces before, " + hadAfter + " after");
                long before = sent.getOrDefault(leecher, 0L);
                owner.runUntil(() -> owner.complete, Duration.ofSeconds(60));
                assertArrayEquals(content, Files.readAllBytes(into.resolve(id.hex())));
                long missing = (long) (pieces - hadAfter) * torrent.pack().pieceLength();
                long again = sent.getOrDefault(leecher, 0L) - before;
                assertTrue(again <= missing, () -> again + " bytes for " + missing + " that were missing");
            } finally {
                owner.engine.close();
            }
        }
    }
}
