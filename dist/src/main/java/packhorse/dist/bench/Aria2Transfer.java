package packhorse.dist.bench;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import packhorse.core.content.Torrent;
import packhorse.core.content.Torrents;

/** aria2 to aria2, with a version 1 torrent since it misreads hybrid ones. A receiver ends as soon as it is done. */
final class Aria2Transfer implements Transfer {
    private static final Duration LIMIT = Duration.ofMinutes(10);

    private final Path program;
    private final Scratch scratch;
    private final Path torrent;
    private final FixedTracker tracker;
    private final Child seed;

    /**
     * @param content folder with the file under the name that the torrent has
     * @param sibling a version 1 torrent
     */
    Aria2Transfer(Path program, Scratch scratch, Path content, Torrent sibling) {
        this.program = program;
        this.scratch = scratch;
        InetSocketAddress address = Ports.free();
        this.tracker = FixedTracker.tellingOf(address);
        this.torrent = scratch.write("aria2.torrent", Torrents.withAnnounce(sibling.bytes(), List.of(tracker.url())));
        this.seed = Child.start(
                "aria2-seed",
                scratch,
                command(content, address.getPort(), "--bt-seed-unverified=true", "--seed-ratio=0.0"));
        seed.await("listening", Duration.ofSeconds(30), () -> Ports.listens(address));
    }

    private List<String> command(Path folder, int port, String... more) {
        List<String> command = new ArrayList<>(List.of(
                program.toString(),
                "--no-conf=true",
                "--enable-dht=false",
                "--bt-enable-lpd=false",
                "--enable-peer-exchange=false",
                "--file-allocation=none",
                "--allow-overwrite=true",
                "--summary-interval=0",
                "--show-console-readout=false",
                "--interface=" + Ports.ADDRESS,
                "--listen-port=" + port,
                "--dir=" + folder));
        command.addAll(List.of(more));
        command.add(torrent.toString());
        return command;
    }

    @Override
    public Cost fetch(int round) {
        String name = "aria2-leech-" + round;
        Path folder = scratch.folder(name);
        int port = Ports.free().getPort();
        double cpu = seed.cpuSeconds() + Proc.endedChildrenCpuSeconds();
        long start = System.nanoTime();
        Child leech = Child.start(name, scratch, command(folder, port, "--seed-time=0"));
        leech.end(LIMIT);
        double seconds = (System.nanoTime() - start) / 1e9;
        double cpuSeconds = seed.cpuSeconds() + Proc.endedChildrenCpuSeconds() - cpu;
        scratch.delete(name);
        return new Cost(seconds, cpuSeconds);
    }

    @Override
    public void close() {
        seed.close();
        tracker.close();
    }
}
