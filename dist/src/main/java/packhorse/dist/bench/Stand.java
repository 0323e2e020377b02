package packhorse.dist.bench;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A small deployment to measure: fresh keys, an origin, a tracker and as many agents as are asked for, each a process with a
 * loopback address of its own, in one site whose line has no limit. All agents are site peers: each may fetch from the origin.
 */
final class Stand {
    static final String CONTENT = "bench/content";
    static final String WARM = "bench/warm";

    private static final String ORIGIN = "127.50.2.1";
    private static final String TRACKER = "127.50.2.2";
    private static final String SITE = "127.50.3.";
    private static final int AGENTS_MAX = 40;
    private static final Duration START_MAX = Duration.ofSeconds(60);
    private static final Duration COMMAND_MAX = Duration.ofMinutes(15);

    private final Launcher launcher;
    private final Scratch scratch;
    private final Path keys;
    private final Path passphrase;
    private final InetSocketAddress originDoor;
    private final InetSocketAddress trackerDoor;
    private int commands;
    private int agents;

    /** An agent and the socket it is asked through. */
    record Agent(Child process, Path socket, String folder) {}

    Stand(Launcher launcher, Scratch scratch) {
        this.launcher = launcher;
        this.scratch = scratch;
        this.keys = scratch.path("keys");
        this.passphrase = scratch.write("passphrase", "known to everybody\n");
        this.originDoor = Ports.free(ORIGIN);
        this.trackerDoor = Ports.free(TRACKER);
        makeKeys(keys);
    }

    /** Fresh keys for an origin and a publisher. */
    void makeKeys(Path folder) {
        run("keys", "new", folder.toString(), "--passphrase-file", passphrase.toString(), "--quiet");
    }

    /** Runs one of our commands to its end. */
    private void run(String... arguments) {
        Child.start("command-" + commands++, scratch, launcher.packhorse(arguments))
                .end(COMMAND_MAX);
    }

    Child startOrigin() {
        Path config = scratch.write("origin.yaml", """
            data: %s
            listen: %s
            swarm: ["%s:%d"]
            tracker: ["http://%s"]
            keys: %s
            passphraseFile: %s
            openSwarm: "%s:%d"
            """.formatted(
                        scratch.path("origin"),
                        shown(originDoor),
                        ORIGIN,
                        Ports.free(ORIGIN).getPort(),
                        shown(trackerDoor),
                        keys,
                        passphrase,
                        ORIGIN,
                        Ports.free(ORIGIN).getPort()));
        return role("origin", config, originDoor, List.of());
    }

    /** @param before words before the command, such as a processor to stay on */
    Child startTracker(List<String> before) {
        List<String> sitePeers = new ArrayList<>();
        for (int agent = 1; agent <= AGENTS_MAX; agent++) {
            sitePeers.add(SITE + agent);
        }
        Path sites = scratch.write("sites.yaml", """
            origins: [%s]
            sites:
              - name: stand
                subnets: [%s0/24]
                wan: {down: 100Gbit, up: 100Gbit}
                sitePeers: [%s]
            """.formatted(ORIGIN, SITE, String.join(", ", sitePeers)));
        Path config = scratch.write("tracker.yaml", """
            listen: %s
            udp: %s
            sites: %s
            origin: http://%s
            data: %s
            trustedRoot: %s
            publicUrl: http://%s
            """.formatted(
                        shown(trackerDoor),
                        shown(trackerDoor),
                        sites,
                        shown(originDoor),
                        scratch.path("tracker"),
                        keys.resolve("root.json"),
                        shown(trackerDoor)));
        return role("tracker", config, trackerDoor, before);
    }

    InetSocketAddress trackerDoor() {
        return trackerDoor;
    }

    private Child role(String role, Path config, InetSocketAddress door, List<String> before) {
        List<String> command = new ArrayList<>(before);
        command.addAll(launcher.packhorse("--while-stdin-open", role, "--config", config.toString()));
        Child child = Child.start(role, scratch, command);
        child.await("listening", START_MAX, () -> Ports.listens(door));
        return child;
    }

    /** Publishes {@code file} to the running origin. */
    void publish(Path file, String name, boolean open) {
        List<String> words = new ArrayList<>(List.of(
                "publish",
                file.toString(),
                "--name",
                name,
                "--version",
                "1.0",
                "--to",
                "http://" + shown(originDoor),
                "--keys",
                keys.toString(),
                "--passphrase-file",
                passphrase.toString(),
                "--quiet"));
        if (open) {
            words.add("--open-swarm");
        }
        run(words.toArray(String[]::new));
    }

    /** A fresh agent with an address and a folder of its own. */
    Agent startAgent() {
        int number = agents++ % AGENTS_MAX + 1;
        String name = "a" + agents;
        Path data = scratch.path(name);
        String ip = SITE + number;
        Path config = scratch.write(name + ".yaml", """
            data: %s
            tracker: ["http://%s"]
            trustedRoot: %s
            listen: ["%s:%d"]
            """.formatted(
                        data,
                        shown(trackerDoor),
                        keys.resolve("root.json"),
                        ip,
                        Ports.free(ip).getPort()));
        Path socket = data.resolve("agent.sock");
        Child process = Child.start(
                name, scratch, launcher.packhorse("--while-stdin-open", "peer", "--config", config.toString()));
        process.await("its socket", START_MAX, () -> java.nio.file.Files.exists(socket));
        return new Agent(process, socket, name);
    }

    /** Starts pulling {@code release}. */
    Child startPull(Agent agent, String release) {
        return Child.start(
                "pull-" + commands++,
                scratch,
                launcher.packhorse("pull", release, "--socket", agent.socket().toString(), "--json"));
    }

    /** Pulls {@code release} and returns when its last byte is verified. */
    void pull(Agent agent, String release) {
        startPull(agent, release).end(COMMAND_MAX);
    }

    /** Ends an agent and deletes what it had. */
    void drop(Agent agent) {
        agent.process().close();
        scratch.delete(agent.folder());
    }

    private static String shown(InetSocketAddress address) {
        return address.getHostString() + ":" + address.getPort();
    }
}
