package packhorse.dist.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import packhorse.core.OperationException;
import packhorse.core.identity.DeploymentRole;
import packhorse.core.identity.JoinToken;
import packhorse.core.identity.Joining;
import packhorse.core.identity.MachineIdentity;
import packhorse.core.message.v1.PackStatus;
import packhorse.core.topology.EndpointId;
import packhorse.core.topology.IpAddress;
import packhorse.core.unit.ByteCount;
import packhorse.dist.role.RoleProcess;
import packhorse.tracker.reports.ReportReader;
import packhorse.tracker.reports.StoredReport;

/**
 * A whole deployment on this machine, in a folder of its own: fresh keys, an origin, a tracker, and offices with a site peer
 * and endpoints each, every role a process. Parts are closed in the reverse order of their start; closing is idempotent, may
 * come from another thread (a signal's) at any time, and makes whatever still waits here end with an interruption.
 */
final class Deployment implements AutoCloseable {
    /** A role starts in one to three seconds; dozens of them, on two cores that do much else, in under this. */
    private static final Duration START_MAX = Duration.ofMinutes(4);

    /** Publishing reads the content at 100 MB/s or more; this is for a large one on a slow disk. */
    private static final Duration COMMAND_MAX = Duration.ofHours(2);

    /** How often a condition is looked at again. */
    private static final long LOOK_MILLIS = 100;

    /** Room beyond the copies: logs, metadata, and what other programs write meanwhile. */
    private static final long SPARE_BYTES = 200L << 20;

    /** Where the origin is at home; no office. */
    private static final String CENTRE = "centre";

    /** Agents on their way up at once: two processes each, which on two cores would else wait for each other past their limits. */
    private static final int STARTING_MAX = 4;

    /** Addresses of an office that no endpoint of the plan has. */
    private static final int NEWCOMER_FIRST = 100;

    private static final int NEWCOMERS = 100;

    private static final String AGENT_HEAP = "128m";
    private static final String OTHER_HEAP = "256m";
    private static final String CONSOLE_HEAP = "384m";

    private final DemoPlan plan;
    private final Surroundings surroundings;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Object lock = new Object();

    /** Guarded by {@link #lock}; the newest first. */
    private final Deque<AutoCloseable> parts = new ArrayDeque<>();

    /** By folder name; written by the one thread that starts and restarts, read by the one that closes too. */
    private final Map<String, RoleProcess> roles = new ConcurrentHashMap<>();

    private final ScratchFolder scratch;
    private final Path logs;
    private final List<Office> offices;
    private final RoleFiles files;
    private final Authority authority;
    private final DesiredFile desired;
    private final SecureRandom random = new SecureRandom();
    private final AtomicInteger commands = new AtomicInteger();

    /** Takes a folder and, unless {@code surroundings} are given ones, keeps them until the end; nothing runs yet. */
    Deployment(DemoPlan plan, Surroundings surroundings) {
        this.plan = plan;
        this.surroundings = add(surroundings);
        scratch = add(ScratchFolder.create("packhorse-demo-"));
        logs = scratch.folder("logs");
        AddressPlan addresses = surroundings.addresses();
        files = new RoleFiles(scratch, surroundings);
        authority = new Authority(files);
        desired = new DesiredFile(files.desired());
        List<Office> made = new ArrayList<>();
        for (int site = 1; site <= plan.sites(); site++) {
            String name = "office-" + site;
            List<Office.Machine> endpoints = new ArrayList<>();
            for (int endpoint = 1; endpoint <= plan.endpoints(); endpoint++) {
                endpoints.add(machine(
                        name + "/endpoint-" + endpoint,
                        site,
                        "s" + site + "e" + endpoint,
                        addresses.endpoint(site, endpoint)));
            }
            made.add(new Office(
                    name,
                    addresses.site(site),
                    machine(name + "/site-peer", site, "s" + site + "p", addresses.sitePeer(site)),
                    endpoints));
        }
        offices = List.copyOf(made);
    }

    /** Folder names are short because a Unix socket's path is at most 107 bytes. */
    private Office.Machine machine(String id, int site, String folder, IpAddress ip) {
        Path data = scratch.path().resolve(folder);
        return new Office.Machine(id, site, ip, data, new LocalAgent(id, data.resolve("agent.sock")));
    }

    List<Office> offices() {
        return offices;
    }

    List<Office.Machine> machines() {
        return offices.stream().flatMap(office -> office.machines().stream()).toList();
    }

    LocalAgent origin() {
        return new LocalAgent("origin", files.originData().resolve("agent.sock"));
    }

    AddressPlan addresses() {
        return surroundings.addresses();
    }

    /** Where other BitTorrent clients find the tracker. */
    String trackerUrl() {
        return files.plainUrl();
    }

    ScratchFolder scratch() {
        return scratch;
    }

    /** Refuses content of which this disk cannot hold every machine's copy. */
    void requireRoom(ByteCount content) {
        // The origin's copy, each machine's, and one on its way.
        long needed = content.bytes() * (plan.receivers() + 2L) + SPARE_BYTES;
        if (scratch.usableBytes() < needed) {
            throw new OperationException("the demo needs " + new ByteCount(needed) + " in "
                    + scratch.path().getParent()
                    + " for " + plan.receivers() + " copies, where " + new ByteCount(scratch.usableBytes())
                    + " are free; name smaller --content, fewer --sites or --endpoints, or set"
                    + " PACKHORSE_JAVA_OPTS=-Djava.io.tmpdir=DIR");
        }
    }

    /**
     * Makes keys and an authority unless they are there already, starts tracker and origin, lets every machine join and starts its
     * agent; returns when every agent is in session.
     */
    void start(AgentSettings settings) throws InterruptedException {
        if (!Files.exists(files.keys())) {
            String passphrase = files.passphrase().toString();
            command("keys", "keys", "new", files.keys().toString(), "--passphrase-file", passphrase, "--quiet");
            authority.init();
        }
        desired.write();
        writeConfiguration(settings);
        startTracker();
        awaitReady(RoleFiles.TRACKER);
        if (settings.twoTrackers()) {
            join(
                    0,
                    files.secondIdentity(),
                    token(DeploymentRole.TRACKER, CENTRE),
                    "tracker",
                    "--config",
                    configuration(RoleFiles.SECOND).toString());
            startRole("tracker", OTHER_HEAP, RoleFiles.SECOND, 0);
            awaitReady(RoleFiles.SECOND);
        }
        join(
                0,
                files.originIdentity(),
                token(DeploymentRole.ORIGIN, CENTRE),
                "origin",
                "--config",
                configuration(RoleFiles.ORIGIN).toString());
        startRole("origin", OTHER_HEAP, RoleFiles.ORIGIN, 0);
        if (settings.console()) {
            join(
                    0,
                    files.consoleIdentity(),
                    token(DeploymentRole.CONSOLE, CENTRE),
                    "console",
                    "--config",
                    configuration(RoleFiles.CONSOLE).toString());
            startConsole();
        }
        List<Office.Machine> there = machines().stream().filter(settings::runs).toList();
        for (int i = 0; i < there.size(); i++) {
            Office.Machine machine = there.get(i);
            join(machine, token(DeploymentRole.AGENT, office(machine)));
            startAgent(machine);
            int started = i + 1;
            await(
                    "the agents that were started have their sessions with the tracker",
                    () -> there.subList(0, started).stream()
                                    .filter(each -> !each.agent().inSession())
                                    .count()
                            < STARTING_MAX);
        }
        await(
                "the origin and every agent have their sessions with the tracker",
                () -> origin().reachesTracker()
                        && there.stream().allMatch(machine -> machine.agent().inSession()));
    }

    /** By its own word: from outside a namespace nobody can ask it. */
    private void awaitReady(String tracker) throws InterruptedException {
        RoleProcess process = roles.get(tracker);
        if (process != null) {
            await("the " + tracker + " is ready", () -> process.output().contains("tracker ready"));
        }
    }

    /** The right to join once. */
    String token(DeploymentRole role, String site) {
        return authority.token(
                role,
                site,
                switch (role) {
                    case ORIGIN -> List.of(addresses().origin().toString());
                    case TRACKER -> List.of(addresses().secondTracker().toString());
                    case CONSOLE -> List.of(addresses().console().toString());
                    case AGENT -> List.of();
                });
    }

    private static String office(Office.Machine machine) {
        return machine.id().substring(0, machine.id().indexOf('/'));
    }

    /** Makes a machine one of the deployment's by {@code token}; returns who it is from now on. */
    EndpointId join(Office.Machine machine, String token) throws InterruptedException {
        return join(
                machine.site(),
                machine.data(),
                token,
                "peer",
                "--data",
                machine.data().toString());
    }

    /** Where this process reaches the tracker it joins for the machine; else the machine does by a command of its own. */
    private EndpointId join(int place, Path directory, String token, String role, String option, String value)
            throws InterruptedException {
        if (surroundings.reachable()) {
            return new Joining(
                            directory,
                            EnumSet.allOf(DeploymentRole.class),
                            Optional.empty(),
                            InstantSource.system(),
                            random)
                    .join(JoinToken.parse(token), false)
                    .id();
        }
        command("join", place, role, "join", token, option, value, "--quiet");
        return MachineIdentity.open(directory, InstantSource.system()).id();
    }

    /** Joins by the command line, as people do. */
    EndpointId joinByHand(Office.Machine machine, String token) throws InterruptedException {
        command(
                "join",
                machine.site(),
                "peer",
                "join",
                token,
                "--config",
                configuration(machine).toString());
        return MachineIdentity.open(machine.data(), InstantSource.system()).id();
    }

    /** One more machine in office {@code site}, configured and not yet joined; the same {@code number} has the same address. */
    Office.Machine newcomer(int site, int number, AgentSettings settings) {
        String name = "office-" + site + "/newcomer-" + number;
        IpAddress ip = addresses().endpoint(site, NEWCOMER_FIRST + number % NEWCOMERS);
        Office.Machine machine = machine(name, site, "n" + number, ip);
        files.writeAgent(machine, settings.moreYaml(machine));
        return machine;
    }

    /** The same machine at an address of office {@code site}; its agent is not running. */
    Office.Machine moved(Office.Machine machine, int site) {
        IpAddress there = addresses().endpoint(site, NEWCOMER_FIRST + NEWCOMERS);
        Office.Machine moved = new Office.Machine(machine.id(), site, there, machine.data(), machine.agent());
        files.writeAgent(moved, "");
        return moved;
    }

    /** Denies an endpoint, or one certificate by its serial number. */
    void revoke(String what) {
        var denial = authority.revoke(what);
        if (!denial.changed()) {
            throw new IllegalStateException(what + " was denied already");
        }
    }

    /** Deletes what a machine had on its disk. */
    void forget(Office.Machine machine) {
        new ScratchFolder(machine.data()).close();
    }

    Path configuration(Office.Machine machine) {
        return configuration(machine.folder());
    }

    /** Of the role whose folder has that name. */
    Path configuration(String folder) {
        return scratch.path().resolve(folder + ".yaml");
    }

    /** What proves the deployment's machines to whoever is none. */
    Path authorityCertificate() {
        return authority.certificate();
    }

    RoleFiles files() {
        return files;
    }

    DesiredFile desired() {
        return desired;
    }

    /** What the tracker stored of the agents' reports, in the order of its file. */
    List<StoredReport> storedReports() {
        List<StoredReport> stored = new ArrayList<>();
        ReportReader.of(files.trackerData()).poll(stored::add);
        return stored;
    }

    /** Starts a machine's agent, at first or again. */
    void startAgent(Office.Machine machine) throws InterruptedException {
        startRole("peer", AGENT_HEAP, machine.folder(), machine.site());
    }

    /** Ends a machine's agent as a power cut would. */
    void killAgent(Office.Machine machine) throws InterruptedException {
        kill(machine.folder());
    }

    /** Lets a machine's agent leave in good order. */
    void stopAgent(Office.Machine machine) {
        RoleProcess role = roles.remove(machine.folder());
        if (role != null) {
            role.close();
        }
    }

    /** Starts the tracker, at first or again. */
    void startTracker() throws InterruptedException {
        startRole("tracker", OTHER_HEAP, RoleFiles.TRACKER, 0);
    }

    /** Starts the console, at first or again; returns when it answers. */
    void startConsole() throws InterruptedException {
        int before = consoleSaid().length();
        startRole("console", CONSOLE_HEAP, RoleFiles.CONSOLE, 0);
        await("the console is ready", () -> consoleSaid().indexOf("console is ready", before) >= 0);
    }

    /** Ends the console as a power cut would. */
    void killConsole() throws InterruptedException {
        kill(RoleFiles.CONSOLE);
    }

    /** What the console logged since it was first started, also while it does not run. */
    String consoleSaid() {
        Path log = logs.resolve(RoleFiles.CONSOLE + ".log");
        try {
            return Files.exists(log) ? Files.readString(log) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    OptionalLong consolePid() {
        return pid(RoleFiles.CONSOLE);
    }

    /** Ends the tracker as a power cut would. */
    void killTracker() throws InterruptedException {
        kill(RoleFiles.TRACKER);
    }

    /** The last line a machine's agent wrote, for an error line. */
    String lastWords(Office.Machine machine) {
        RoleProcess role = roles.get(machine.folder());
        return role == null ? "it does not run" : role.lastLine();
    }

    /** What a machine's agent logged since it was first started; nothing where it does not run. */
    String said(Office.Machine machine) {
        RoleProcess role = roles.get(machine.folder());
        return role == null ? "" : role.output();
    }

    /** What the tracker logged since it was first started. */
    String trackerSaid() {
        RoleProcess role = roles.get(RoleFiles.TRACKER);
        return role == null ? "" : role.output();
    }

    private void kill(String folder) throws InterruptedException {
        RoleProcess role = roles.remove(folder);
        if (role != null) {
            role.kill();
        }
    }

    OptionalLong agentPid(Office.Machine machine) {
        return pid(machine.folder());
    }

    OptionalLong trackerPid() {
        return pid(RoleFiles.TRACKER);
    }

    private OptionalLong pid(String folder) {
        RoleProcess role = roles.get(folder);
        return role != null && role.alive() ? OptionalLong.of(role.pid()) : OptionalLong.empty();
    }

    private void writeConfiguration(AgentSettings settings) {
        StringBuilder sites = new StringBuilder("origins: [" + addresses().origin() + "]\nsites:\n");
        for (Office office : offices) {
            sites.append(RoleFiles.site(office, plan.wan(), settings.runs(office.sitePeer())));
        }
        Path map = scratch.write("sites.yaml", sites.toString());
        files.writeTracker(map, settings.console());
        if (settings.console()) {
            files.writeConsole();
        }
        if (settings.twoTrackers()) {
            files.writeSecondTracker(map);
        }
        files.writeOrigin(plan.open());
        for (Office.Machine machine : machines()) {
            files.writeAgent(machine, settings.moreYaml(machine));
        }
    }

    /** Publishes {@code content} under {@code product} {@code version}; returns when agents can see it. */
    void publish(Path content, String product, String version, boolean open) throws InterruptedException {
        publish(
                List.of(content.toString(), "--name", product, "--version", version),
                open ? List.of("--open-swarm") : List.of());
        Optional<Office.Machine> asked = machines().stream()
                .filter(machine -> agentPid(machine).isPresent())
                .findFirst();
        if (asked.isPresent()) {
            await(
                    "the tracker's mirror of the catalogue has the release",
                    () -> asked.get().agent().sees(product, version));
        }
    }

    /** What the origin serves, once it does: the catalogue names a publication a moment before the origin's swarm takes it up. */
    PackStatus served() throws InterruptedException {
        await("the origin serves what was published", () -> origin().status().getPacksCount() > 0);
        return origin().status().getPacks(0);
    }

    /**
     * Publishes into the deployment's catalogue.
     *
     * @param what what is published, in the command's words
     * @param how further options
     */
    void publish(List<String> what, List<String> how) throws InterruptedException {
        publishing(what, how, "--quiet");
    }

    /** The same; returns what the command says to scripts. */
    String published(List<String> what, List<String> how) throws InterruptedException {
        return publishing(what, how, "--json");
    }

    private String publishing(List<String> what, List<String> how, String form) throws InterruptedException {
        List<String> words = new ArrayList<>(List.of("publish"));
        words.addAll(what);
        words.addAll(List.of(
                "--to",
                files.originUrl(),
                "--ca",
                authority.certificate().toString(),
                "--keys",
                files.keys().toString(),
                "--passphrase-file",
                files.passphrase().toString(),
                form));
        words.addAll(how);
        return command("publish", words.toArray(String[]::new));
    }

    /** Runs one of our commands in the middle to its end and returns what it printed. */
    String command(String name, String... words) throws InterruptedException {
        return command(name, 0, words);
    }

    private String command(String name, int place, String... words) throws InterruptedException {
        String log = name + "-" + commands.incrementAndGet();
        RoleProcess process =
                begin(() -> RoleProcess.start(log, surroundings.prefix(place), logs, OTHER_HEAP, List.of(words)));
        return process.finish(COMMAND_MAX.toSeconds());
    }

    /** Runs a program that is not ours to its end. */
    void foreign(String name, Duration max, List<String> command) throws InterruptedException {
        begin(() -> RoleProcess.start(name, logs, command)).finish(max.toSeconds());
    }

    private void startRole(String role, String heap, String folder, int site) throws InterruptedException {
        Path config = configuration(folder);
        roles.put(
                folder,
                begin(() -> RoleProcess.start(
                        folder, surroundings.prefix(site), logs, heap, List.of(role, "--config", config.toString()))));
    }

    private void await(String what, BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + START_MAX.toNanos();
        while (!condition.getAsBoolean()) {
            requireAlive();
            if (System.nanoTime() > deadline) {
                throw new OperationException("after " + START_MAX.toSeconds() + " s it is still not so that " + what
                        + "; the machine may be too busy, try fewer --sites or --endpoints");
            }
            pause(LOOK_MILLIS);
        }
    }

    /** Lets time pass; ends at once, by an interruption, when the deployment is being closed. */
    void pause(long millis) throws InterruptedException {
        if (closing.await(millis, TimeUnit.MILLISECONDS)) {
            throw new InterruptedException("closed");
        }
    }

    /** Fails with the name and last words of a role that ended by itself. */
    void requireAlive() throws InterruptedException {
        if (closing.getCount() == 0) {
            throw new InterruptedException("closed");
        }
        roles.values().forEach(RoleProcess::requireAlive);
    }

    /** Makes a part unless closing has begun: nothing is started that nobody would end. */
    private RoleProcess begin(Start start) throws InterruptedException {
        synchronized (lock) {
            if (closing.getCount() == 0) {
                throw new InterruptedException("closed");
            }
            return add(start.process());
        }
    }

    private interface Start {
        RoleProcess process();
    }

    private <T extends AutoCloseable> T add(T part) {
        synchronized (lock) {
            parts.push(part);
        }
        return part;
    }

    @Override
    public void close() {
        closing.countDown();
        synchronized (lock) {
            // All leave at once; each is waited for below.
            for (AutoCloseable part : parts) {
                if (part instanceof RoleProcess process) {
                    process.leave();
                }
            }
            while (!parts.isEmpty()) {
                closeQuietly(parts.pop());
            }
        }
    }

    private static void closeQuietly(AutoCloseable part) {
        try {
            part.close();
        } catch (Exception e) {
            // The other parts still have to be closed; none of ours throws.
        }
    }
}
