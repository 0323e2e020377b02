package packhorse.peer.swarm;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import packhorse.core.topology.PeerAddress;

/**
 * Three liars beside three honest peers, each in a process of its own, and one downloader. The liars damage every
 * 16 KiB block.
 */
final class LiarsRun {
    private static final int LENGTH = 24 << 20;
    private static final int HONEST = 3;
    private static final int LIARS = 3;
    /** The slowest recorded run took a third of this. */
    private static final long SECONDS_MAX = 90;

    private LiarsRun() {}

    /** What one run came to. */
    record Outcome(boolean right, double seconds, int bans, int starvations) {}

    /** @param net the first three numbers of addresses that are this run's own */
    static Outcome run(Path directory, long seed, String net) throws Exception {
        Sample sample = Sample.of(seed, LENGTH);
        Path truth = directory.resolve("truth");
        Path lie = directory.resolve("lie");
        sample.writeTo(truth);
        Files.createDirectories(lie);
        Files.write(lie.resolve(sample.id().hex()), damaged(sample.bytes()));
        Path into = Files.createDirectories(directory.resolve("into"));
        List<PeerProcess> seeds = new ArrayList<>();
        try {
            String leecher = net + ".1";
            for (int i = 0; i < HONEST + LIARS; i++) {
                boolean honest = i < HONEST;
                seeds.add(PeerProcess.start(
                        LiarMain.class,
                        net + "." + (10 + i),
                        "" + seed,
                        "" + LENGTH,
                        PeerProcess.at(honest ? truth : lie),
                        "8MB/s",
                        leecher));
            }
            List<String> arguments =
                    new ArrayList<>(List.of(leecher, "" + seed, "" + LENGTH, PeerProcess.at(into), "1GB/s"));
            seeds.stream().map(peer -> peer.address).map(PeerAddress::toString).forEach(arguments::add);
            long start = System.nanoTime();
            try (PeerProcess downloader = PeerProcess.start(LeecherMain.class, arguments.toArray(String[]::new))) {
                int[] counts = new int[2];
                boolean complete = CompletableFuture.supplyAsync(() -> follow(downloader, counts))
                        .completeOnTimeout(false, SECONDS_MAX, TimeUnit.SECONDS)
                        .get();
                double seconds = (System.nanoTime() - start) / 1e9;
                boolean right = complete
                        && Arrays.equals(
                                sample.bytes(),
                                Files.readAllBytes(into.resolve(sample.id().hex())));
                return new Outcome(right, seconds, counts[0], counts[1]);
            }
        } finally {
            for (PeerProcess peer : seeds) {
                peer.close();
            }
        }
    }

    private static boolean follow(PeerProcess downloader, int[] counts) {
        try {
            while (true) {
                String line = downloader.await("");
                if (line.startsWith("BANNED")) {
                    counts[0]++;
                } else if (line.startsWith("STARVED")) {
                    counts[1]++;
                } else if (line.startsWith("COMPLETE")) {
                    return true;
                }
            }
        } catch (IOException e) {
            System.out.println(e.getMessage());
            return false;
        }
    }

    private static byte[] damaged(byte[] bytes) {
        byte[] damaged = bytes.clone();
        for (int at = 100; at < damaged.length; at += 16 << 10) {
            damaged[at] ^= 4;
        }
        return damaged;
    }
}
