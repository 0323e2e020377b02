package packhorse.dist.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import packhorse.core.identity.DeploymentRole;
import packhorse.core.identity.JoinToken;
import packhorse.core.identity.Joining;
import packhorse.core.identity.MachineIdentity;
import packhorse.core.topology.EndpointId;
import packhorse.tracker.enrol.AuthorityDirectory;
import packhorse.tracker.enrol.AuthorityDirectory.TokenWish;

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

    private static final Duration TOKEN_LIFE = Duration.ofHours(1);

    private final Launcher launcher;
    private final SecureRandom random = new SecureRandom();
    private final Scratch scratch;
    private final Path keys;
    private final Path passphrase;
    private final InetSocketAddress originDoor;
    private final InetSocketAddress trackerDoor;
    private final InetSocketAddress agentsDoor;
    private final InetSocketAddress secureDoor;
    private int commands;
    private int agents;

    /** An agent and the socket it is asked through. */
    record Agent(Child process, Path socket, String folder, EndpointId id) {}

    Stand(Launcher launcher, Scratch scratch) {
        this.launcher = launcher;
        this.scratch = scratch;
        this.keys = scratch.path("keys");
        this.passphrase = scratch.write("passphrase", "known to everybody\n");
        this.originDoor = Ports.free(ORIGIN);
        this.trackerDoor = Ports.free(TRACKER);
        this.agentsDoor = Ports.free(TRACKER);
        this.secureDoor = Ports.free(TRACKER);
        makeKeys(keys);
        run(
                "ca",
                "init",
                scratch.path("ca").toString(),
                "--passphrase-file",
                passphrase.toString(),
                "--issuing-passphrase-file",
                passphrase.toString(),
                "--quiet");
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

    /** An authority's token for one machine; its text. */
    private String token(DeploymentRole role, String site, List<String> names) {
        InstantSource clock = InstantSource.system();
        return authority()
                .issueToken(
                        new TokenWish(
                                URI.create("https://" + shown(secureDoor)),
                                site,
                                role,
                                names,
                                Optional.empty(),
                                keys.resolve("root.json"),
                                TOKEN_LIFE),
                        clock.instant(),
                        System::nanoTime,
                        random)
                .text();
    }

    AuthorityDirectory authority() {
        return new AuthorityDirectory(scratch.path("ca"));
    }

    /** Makes the machine whose identity lies in {@code directory} one of this deployment's; returns who it is. */
    EndpointId join(Path directory, DeploymentRole role, String site, List<String> names) {
        return new Joining(directory, EnumSet.of(role), Optional.empty(), InstantSource.system(), random)
                .join(JoinToken.parse(token(role, site, names)), false)
                .id();
    }

    /** Starts the origin; the tracker is there already, since the origin joins at it. */
    Child startOrigin() {
        join(scratch.path("origin").resolve("identity"), DeploymentRole.ORIGIN, "centre", List.of(ORIGIN));
        Path config = scratch.write("origin.yaml", """
            data: %s
            listen: %s
            swarm: ["%s:%d"]
            tracker: ["%s"]
            keys: %s
            passphraseFile: %s
            openSwarm: "%s:%d"
            """.formatted(
                        scratch.path("origin"),
                        shown(originDoor),
                        ORIGIN,
                        Ports.free(ORIGIN).getPort(),
                        shown(agentsDoor),
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
            agents: %s
            secure: %s
            ca: %s
            caPassphraseFile: %s
            sites: %s
            desired: %s
            origin: https://%s
            data: %s
            trustedRoot: %s
            publicUrl: http://%s
            """.formatted(
                        shown(trackerDoor),
                        shown(trackerDoor),
                        shown(agentsDoor),
                        shown(secureDoor),
                        scratch.path("ca"),
                        passphrase,
                        sites,
                        desire(""),
                        shown(originDoor),
                        scratch.path("tracker"),
                        keys.resolve("root.json"),
                        shown(trackerDoor)));
        return role("tracker", config, trackerDoor, before);
    }

    /** Writes what endpoints should have, beside that everybody may have everything; returns the file. */
    Path desire(String items) {
        Path next = scratch.write(
                "desired.yaml.next",
                "entitlements:\n  - {release: \"*\", all: true}\ndesired:"
                        + (items.isEmpty() ? " []\n" : "\n" + items));
        Path file = scratch.path("desired.yaml");
        try {
            return Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where agents hold their sessions. */
    InetSocketAddress agentsDoor() {
        return agentsDoor;
    }

    Path trackerData() {
        return scratch.path("tracker");
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
                "https://" + shown(originDoor),
                "--ca",
                scratch.path("ca").resolve(MachineIdentity.ROOT_FILE).toString(),
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
            tracker: ["%s"]
            repository: ["https://%s/repository/"]
            listen: ["%s:%d"]
            install: {enabled: false}
            """.formatted(
                data, shown(agentsDoor), shown(secureDoor), ip, Ports.free(ip).getPort()));
        EndpointId id = join(data, DeploymentRole.AGENT, "stand", List.of());
        Path socket = data.resolve("agent.sock");
        Child process = Child.start(
                name, scratch, launcher.packhorse("--while-stdin-open", "peer", "--config", config.toString()));
        process.await("its socket", START_MAX, () -> Files.exists(socket));
        return new Agent(process, socket, name, id);
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
