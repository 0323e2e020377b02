package packhorse.dist.bench;

import java.nio.file.Path;
import java.util.List;
import packhorse.core.OperationException;
import packhorse.core.content.Torrent;

/**
 * The library alone, seed process to receiver process: {@code BareLibrary} among this module's tests, with the settings and the
 * hybrid torrent that our own engine uses, and none of the rest.
 */
final class BareTransfer implements Transfer {
    static final String HARNESS = "packhorse.dist.bench.BareLibrary";

    private final Launcher launcher;
    private final Path tests;
    private final Scratch scratch;
    private final Path torrent;
    private final Child seed;
    private final String seedPort;

    BareTransfer(Launcher launcher, Path tests, Scratch scratch, Path content, Torrent hybrid) {
        this.launcher = launcher;
        this.tests = tests;
        this.scratch = scratch;
        this.torrent = scratch.write("bare.torrent", hybrid.bytes());
        this.seed = Child.talkTo("bare-seed", scratch, command("seed", content));
        this.seedPort = expect(seed, "port ");
    }

    private List<String> command(String role, Path folder) {
        return launcher.java(tests, HARNESS, role, Ports.ADDRESS, torrent.toString(), folder.toString());
    }

    private static String expect(Child child, String prefix) {
        String line = child.line();
        if (!line.startsWith(prefix)) {
            throw new OperationException("the bare library said \"" + line + "\" instead of \"" + prefix + "…\"");
        }
        return line.substring(prefix.length());
    }

    @Override
    public Cost fetch(int round) {
        String name = "bare-leech-" + round;
        try (Child leech = Child.talkTo(name, scratch, command("leech", scratch.folder(name)))) {
            expect(leech, "port ");
            double cpu = seed.cpuSeconds() + leech.cpuSeconds();
            long start = System.nanoTime();
            leech.tell(seedPort);
            expect(leech, "done");
            return new Cost((System.nanoTime() - start) / 1e9, seed.cpuSeconds() + leech.cpuSeconds() - cpu);
        } finally {
            scratch.delete(name);
        }
    }

    @Override
    public void close() {
        seed.close();
    }
}
