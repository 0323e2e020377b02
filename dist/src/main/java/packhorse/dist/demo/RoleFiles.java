package packhorse.dist.demo;

import java.nio.file.Path;
import packhorse.core.topology.IpAddress;
import packhorse.core.unit.ByteRate;

/** The configurations of a deployment's roles: one file each in its folder, addresses and paths filled in. */
final class RoleFiles {
    static final String TRACKER = "tracker";
    static final String ORIGIN = "origin";
    static final String SECOND = "tracker2";
    static final String CONSOLE = "console";

    /** All these machines are one, whose root directory is nobody's to change. */
    private static final String ONE_ROOT = "install: {enabled: false}\n";

    private static final int PLAIN_PORT = 7300;
    private static final int AGENTS_PORT = 7301;
    private static final int SECURE_PORT = 7302;
    private static final int ORIGIN_PORT = 7400;
    private static final int CONSOLE_PORT = 7600;
    private static final int SWARM_PORT = 7001;
    private static final int OPEN_PORT = 7002;

    private final ScratchFolder scratch;
    private final AddressPlan addresses;
    private final String plainDoor;
    private final String agentsDoor;
    private final String secureDoor;
    private final String originDoor;
    private final String consoleDoor;
    private final String secondPlainDoor;
    private final String secondAgentsDoor;
    private final String secondSecureDoor;

    /** Whether agents and the origin are told of the second tracker. */
    private boolean twoTrackers;

    RoleFiles(ScratchFolder scratch, Surroundings surroundings) {
        this.scratch = scratch;
        this.addresses = surroundings.addresses();
        IpAddress tracker = addresses.tracker();
        plainDoor = tracker + ":" + surroundings.freePort(tracker, PLAIN_PORT);
        agentsDoor = tracker + ":" + surroundings.freePort(tracker, AGENTS_PORT);
        secureDoor = tracker + ":" + surroundings.freePort(tracker, SECURE_PORT);
        originDoor = addresses.origin() + ":" + surroundings.freePort(addresses.origin(), ORIGIN_PORT);
        consoleDoor = addresses.console() + ":" + surroundings.freePort(addresses.console(), CONSOLE_PORT);
        IpAddress second = addresses.secondTracker();
        secondPlainDoor = second + ":" + PLAIN_PORT;
        secondAgentsDoor = second + ":" + AGENTS_PORT;
        secondSecureDoor = second + ":" + SECURE_PORT;
        scratch.write("passphrase", "the demo's keys live two minutes\n");
    }

    /** Where other BitTorrent clients and people find the tracker. */
    String plainUrl() {
        return "http://" + plainDoor;
    }

    /** Where agents hold their sessions. */
    String agentsDoor() {
        return agentsDoor;
    }

    /** Where they hold them when that one is away. */
    String secondAgentsDoor() {
        return secondAgentsDoor;
    }

    /** Where machines join. */
    String secureUrl() {
        return "https://" + secureDoor;
    }

    String originUrl() {
        return "https://" + originDoor;
    }

    /** Where people's commands ask the console. */
    String consoleUrl() {
        return "https://" + consoleDoor;
    }

    Path consoleData() {
        return scratch.path().resolve(CONSOLE);
    }

    Path consoleIdentity() {
        return consoleData().resolve("identity");
    }

    void writeConsole() {
        scratch.write(CONSOLE + ".yaml", """
            state: %s
            listen: ["%s"]
            trackers: ["%s"]
            """.formatted(consoleData(), consoleDoor, agentsDoor));
    }

    Path keys() {
        return scratch.path().resolve("keys");
    }

    Path authority() {
        return scratch.path().resolve("ca");
    }

    /** Opens every key of the deployment. */
    Path passphrase() {
        return scratch.path().resolve("passphrase");
    }

    Path desired() {
        return scratch.path().resolve("desired.yaml");
    }

    Path originData() {
        return scratch.path().resolve(ORIGIN);
    }

    Path originIdentity() {
        return originData().resolve("identity");
    }

    Path trackerData() {
        return scratch.path().resolve(TRACKER);
    }

    /** Where a tracker has it that joined. */
    Path secondIdentity() {
        return scratch.path().resolve(SECOND).resolve("identity");
    }

    void writeOrigin(boolean open) {
        scratch.write(
                ORIGIN + ".yaml",
                """
                data: %s
                listen: %s
                swarm: ["%s:%d"]
                tracker: [%s]
                keys: %s
                passphraseFile: %s
                """.formatted(
                                        originData(),
                                        originDoor,
                                        addresses.origin(),
                                        SWARM_PORT,
                                        agentsDoors(),
                                        keys(),
                                        passphrase())
                        + (open ? "openSwarm: \"" + addresses.origin() + ":" + OPEN_PORT + "\"\n" : ""));
    }

    /** @param console whether consoles govern it, and not a file */
    void writeTracker(Path sites, boolean console) {
        scratch.write(TRACKER + ".yaml", """
            listen: ["%s"]
            agents: ["%s"]
            secure: ["%s"]
            ca: %s
            caPassphraseFile: %s
            sites: %s
            %s
            origin: %s
            data: %s
            trustedRoot: %s
            publicUrl: %s
            refresh: 1s
            """.formatted(
                        plainDoor,
                        agentsDoor,
                        secureDoor,
                        authority(),
                        passphrase(),
                        sites,
                        console ? "console: true" : "desired: " + desired(),
                        originUrl(),
                        trackerData(),
                        keys().resolve("root.json"),
                        plainUrl()));
    }

    /** A tracker that joins by a token; whoever is configured from now on knows both. */
    void writeSecondTracker(Path sites) {
        twoTrackers = true;
        scratch.write(SECOND + ".yaml", """
            listen: ["%s"]
            agents: ["%s"]
            secure: ["%s"]
            sites: %s
            desired: %s
            origin: %s
            data: %s
            refresh: 1s
            """.formatted(
                        secondPlainDoor,
                        secondAgentsDoor,
                        secondSecureDoor,
                        sites,
                        desired(),
                        originUrl(),
                        scratch.path().resolve(SECOND)));
    }

    /** @param more lines of this machine's own; without any on installing, it puts nothing in place */
    void writeAgent(Office.Machine machine, String more) {
        scratch.write(
                machine.folder() + ".yaml",
                """
                data: %s
                tracker: [%s]
                repository: [%s]
                listen: ["%s:%d"]
                """.formatted(machine.data(), agentsDoors(), repositories(), machine.ip(), SWARM_PORT)
                        + more
                        + (more.contains("install:") ? "" : ONE_ROOT));
    }

    private String agentsDoors() {
        return twoTrackers ? "\"" + agentsDoor + "\", \"" + secondAgentsDoor + "\"" : "\"" + agentsDoor + "\"";
    }

    private String repositories() {
        String first = "\"" + secureUrl() + "/repository/\"";
        return twoTrackers ? first + ", \"https://" + secondSecureDoor + "/repository/\"" : first;
    }

    /** One office of the site map. */
    static String site(Office office, ByteRate wan, boolean sitePeer) {
        String text = "  - name: " + office.name() + "\n    subnets: [" + office.subnet() + "]\n    wan: {down: "
                + rate(wan) + ", up: " + rate(wan) + "}\n";
        return sitePeer ? text + "    sitePeers: [" + office.sitePeer().ip() + "]\n" : text;
    }

    private static String rate(ByteRate rate) {
        return rate.bytesPerSecond() + "B/s";
    }
}
