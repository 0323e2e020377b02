package packhorse.dist.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.function.IntFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import packhorse.console.change.Actor;
import packhorse.console.change.OrderId;
import packhorse.console.change.PersonId;
import packhorse.console.change.Role;
import packhorse.console.desk.FleetSurroundings;
import packhorse.console.fleet.rsql.RsqlReader;
import packhorse.console.ledger.Books;
import packhorse.console.ledger.Fence;
import packhorse.console.ledger.Ledger;
import packhorse.console.ledger.LedgerConfig;
import packhorse.console.notify.NotifyConfig;
import packhorse.console.office.AccountOffice;
import packhorse.console.office.FleetFacts;
import packhorse.console.scheduler.Bell;
import packhorse.console.scheduler.LawMonitor;
import packhorse.console.scheduler.Right;
import packhorse.console.scheduler.Scheduler;
import packhorse.console.scheduler.SchedulerConfig;
import packhorse.console.scheduler.Transactions;
import packhorse.core.OperationException;
import packhorse.core.UsageException;
import packhorse.core.unit.ByteCount;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * How long a console makes people wait that has a large fleet and a wave under way. The fleet is written into an embedded ledger in bulk and the
 * wave is dispatched; then the console is started as its users start it, listens on loopback, and some clients at once ask it one kind of
 * thing after the other. Beside each the same clients ask for {@code /health}, which reads nothing: what that takes is the machine's.
 */
@Command(
        name = "console",
        description =
                "How long the console's interface takes to answer with a large fleet and a wave under way; its memory.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  packhorse bench console --dir /var/tmp            100,000 endpoints, 1,000 sites, the ledger on the"
                    + " disk there",
            "  packhorse bench console --endpoints 5000 --seconds 1",
            "  packhorse bench console --only preview,progress --clients 1 --json"
        })
final class ConsoleBench implements Callable<Integer> {
    private static final ByteCount ROOM = new ByteCount(2L << 30);
    private static final int ENDPOINTS_MAX = 1_000_000;
    private static final int SITES_MAX = 10_000;
    private static final int CLIENTS_MAX = 64;
    private static final int SECONDS_MAX = 600;
    private static final int ORDERS = 200;
    private static final Duration START_MAX = Duration.ofSeconds(60);
    private static final double AIM_MILLIS = 300;
    private static final double MIB = 1 << 20;
    private static final String MEMORY = "memory of the console";
    private static final Pattern USED =
            Pattern.compile("(?:new generation|tenured generation|Tenured|DefNew)[^\n]*used (\\d+)K");

    @Mixin
    private BenchOptions options = new BenchOptions();

    @Option(
            names = "--endpoints",
            paramLabel = "N",
            defaultValue = "100000",
            description = "Of the fleet (default: ${DEFAULT-VALUE}).")
    private int endpoints = 100_000;

    @Option(
            names = "--sites",
            paramLabel = "N",
            defaultValue = "1000",
            description = "That they are at (default: ${DEFAULT-VALUE}).")
    private int sites = 1_000;

    @Option(
            names = "--clients",
            paramLabel = "N",
            defaultValue = "4",
            description = "That call at once (default: ${DEFAULT-VALUE}).")
    private int clients = 4;

    @Option(
            names = "--seconds",
            paramLabel = "N",
            defaultValue = "4",
            description = "For each kind of call (default: ${DEFAULT-VALUE}).")
    private int seconds = 4;

    @Option(
            names = "--heap",
            paramLabel = "SIZE",
            defaultValue = "256m",
            description = "The console's, as Java writes it (default: ${DEFAULT-VALUE}, as its users have it).")
    private String heap = "256m";

    @Option(
            names = "--only",
            split = ",",
            paramLabel = "KIND",
            description = "Only kinds of calls whose names begin like this.")
    private List<String> only = List.of();

    @Override
    public Integer call() {
        if (endpoints < 1 || endpoints > ENDPOINTS_MAX || sites < 1 || sites > SITES_MAX) {
            throw new UsageException("give 1 to " + ENDPOINTS_MAX + " --endpoints, and 1 to " + SITES_MAX + " --sites");
        }
        if (clients < 1 || clients > CLIENTS_MAX || seconds < 1 || seconds > SECONDS_MAX) {
            throw new UsageException("give 1 to " + CLIENTS_MAX + " --clients, and 1 to " + SECONDS_MAX + " --seconds");
        }
        if (!heap.matches("[1-9][0-9]{0,5}[mg]")) {
            throw new UsageException("--heap " + heap + ": write it as Java does, such as 256m or 1g");
        }
        Report report = new Report(
                "console",
                endpoints + " endpoints at " + sites + " sites, a wave of all of them under way; " + clients
                        + " clients at once");
        try (Scratch scratch = options.scratch(ROOM)) {
            measure(report, scratch);
        }
        return options.print(report);
    }

    private void measure(Report report, Scratch scratch) {
        LargeFleet fleet = new LargeFleet(endpoints, sites, 1);
        LargeOrder running = new LargeOrder(OrderId.of(2026, 1));
        Path state = scratch.folder("console");
        String token = fill(new LedgerConfig.Embedded(state.resolve("ledger.db")), fleet, running);
        InetSocketAddress address = Ports.free("127.0.0.1");
        Path config = scratch.write(
                "console.yaml",
                "state: " + state + "\nplain: true\nlisten:\n  - \"127.0.0.1:" + address.getPort() + "\"\n");
        options.progress("starting the console");
        long begin = System.nanoTime();
        Child console = Child.start(
                "console",
                scratch,
                Launcher.ofThisProgram().withHeap("-Xmx" + heap, "console", "--config", config.toString()));
        console.await("listening", START_MAX, () -> Ports.listens(address));
        report.sample(MEMORY, "start s", (System.nanoTime() - begin) / 1e9);
        ApiLoad load = new ApiLoad("http://127.0.0.1:" + address.getPort(), token, clients);
        memory(report, console, "just started");
        Map<String, IntFunction<ApiLoad.Call>> kinds = kinds(fleet, running);
        kinds.keySet().removeIf(name -> !only.isEmpty() && only.stream().noneMatch(name::startsWith));
        int done = 0;
        for (Map.Entry<String, IntFunction<ApiLoad.Call>> kind : kinds.entrySet()) {
            options.progress(kind.getKey() + ", about " + 2L * seconds * (kinds.size() - done) + " s to go");
            done++;
            if (!load.knows(kind.getValue().apply(0).path())) {
                report.note(
                        "this console does not know " + kind.getValue().apply(0).path());
                continue;
            }
            look(report, load, console, kind.getKey(), kind.getValue());
        }
        memory(report, console, "at the end");
    }

    private void look(Report report, ApiLoad load, Child console, String kind, IntFunction<ApiLoad.Call> calls) {
        // Once unmeasured: what the console compiles for the first time is nobody's wait for long.
        load.run(Duration.ofSeconds(1), calls);
        double processor = console.cpuSeconds();
        ApiLoad.Found found = load.run(Duration.ofSeconds(seconds), calls);
        double used = console.cpuSeconds() - processor;
        ApiLoad.Found beside = load.run(Duration.ofSeconds(1), number -> ApiLoad.Call.get("/health"));
        report.sample(kind, "p50 ms", found.percentile(50));
        report.sample(kind, "p99 ms", found.percentile(99));
        report.sample(kind, "largest ms", found.largest());
        report.sample(kind, "calls", found.millis().size());
        report.sample(kind, "CPU ms each", used * 1e3 / found.millis().size());
        report.sample(kind, "/health p99 ms", beside.percentile(99));
        report.figure(kind + ", p99", OptionalDouble.of(found.percentile(99)), "ms", Report.Aim.atMost(AIM_MILLIS));
    }

    private Map<String, IntFunction<ApiLoad.Call>> kinds(LargeFleet fleet, LargeOrder running) {
        Map<String, IntFunction<ApiLoad.Call>> kinds = new LinkedHashMap<>();
        String v1 = "/api/v1";
        String order = v1 + "/orders/" + running.id();
        String deployment = v1 + "/deployments/" + running.id() + "/D1";
        kinds.put("session", number -> ApiLoad.Call.get(v1 + "/sessions/current"));
        kinds.put("list orders", number -> ApiLoad.Call.get(v1 + "/orders?limit=100"));
        kinds.put("list deployments", number -> ApiLoad.Call.get(v1 + "/deployments?limit=100"));
        kinds.put("list audit", number -> ApiLoad.Call.get(v1 + "/audit?limit=100"));
        kinds.put("list sites", number -> ApiLoad.Call.get(v1 + "/sites?limit=100"));
        kinds.put("list endpoints", number -> ApiLoad.Call.get(v1 + "/endpoints?limit=100"));
        kinds.put(
                "filter endpoints",
                number -> ApiLoad.Call.get(v1 + "/endpoints?limit=100&filter=site==" + fleet.site(number)));
        kinds.put(
                "show endpoint",
                number -> ApiLoad.Call.get(v1 + "/endpoints/" + fleet.endpoint(number % fleet.endpoints())));
        kinds.put("show order", number -> ApiLoad.Call.get(order));
        kinds.put("show deployment", number -> ApiLoad.Call.get(deployment));
        kinds.put("progress", number -> ApiLoad.Call.get(deployment + "/progress"));
        kinds.put("preview plan", number -> ApiLoad.Call.get(order + "/preview"));
        kinds.put(
                "comment order",
                number -> ApiLoad.Call.post(
                        v1 + "/orders/" + OrderId.of(2026, 2 + number % ORDERS) + "/comments",
                        "{\"text\":\"seen " + number + "\"}"));
        return kinds;
    }

    // ---- the ledger

    private String fill(LedgerConfig config, LargeFleet fleet, LargeOrder running) {
        Instant now = InstantSource.system().instant().truncatedTo(ChronoUnit.MILLIS);
        try (Books books = new Books(Ledger.open(config), InstantSource.system())) {
            options.progress("writing " + endpoints + " endpoints");
            fleet.write(books, now, written -> {});
            for (int i = 0; i < ORDERS; i++) {
                new LargeOrder(OrderId.of(2026, 2 + i)).propose(books, now);
            }
            running.write(books, now);
            options.progress("dispatching the wave");
            dispatch(books);
            return token(books);
        }
    }

    private static void dispatch(Books books) {
        Fence fence = new Fence(books.ledger(), Right.NAME, "bench", SchedulerConfig.DEFAULT.leaseTime());
        FleetSurroundings surroundings = new FleetSurroundings(new FleetFacts(new RsqlReader()));
        Scheduler scheduler = new Scheduler(
                Transactions.of(books, fence),
                new Right(fence, SchedulerConfig.DEFAULT.leaseTime().dividedBy(3), InstantSource.system()),
                surroundings,
                new Bell(NotifyConfig.none().notifier()),
                new LawMonitor(surroundings),
                SchedulerConfig.DEFAULT,
                InstantSource.system());
        if (!scheduler.tick()) {
            throw new OperationException("the wave was not dispatched");
        }
        // Gives the right back, for the console to take it.
        scheduler.close();
    }

    private static String token(Books books) {
        AccountOffice accounts = new AccountOffice(books, new SecureRandom());
        String secret = accounts.firstSecret().orElseThrow();
        PersonId person = new PersonId("bench");
        accounts.first(secret, person.name(), "Bench", ("bench-" + secret).toCharArray());
        Actor.Person administrator = new Actor.Person(person, EnumSet.of(Role.ADMINISTRATOR));
        accounts.roles(administrator, person, OptionalLong.empty(), EnumSet.allOf(Role.class));
        return accounts.token(
                        new Actor.Person(person, EnumSet.allOf(Role.class)),
                        new AccountOffice.TokenForm("bench", Optional.empty(), Duration.ofHours(2)),
                        "")
                .token();
    }

    // ---- memory

    private static void memory(Report report, Child console, String when) {
        jcmd(console, "GC.run");
        Matcher matcher = USED.matcher(jcmd(console, "GC.heap_info"));
        double heap = 0;
        while (matcher.find()) {
            heap += Double.parseDouble(matcher.group(1)) * 1024 / MIB;
        }
        if (heap > 0) {
            report.sample(MEMORY + ", " + when, "heap after GC MiB", heap);
        }
        report.sample(
                MEMORY + ", " + when,
                "RSS MiB",
                Proc.residentBytes(console.pid()).orElse(0) / MIB);
        report.sample(MEMORY + ", " + when, "largest RSS MiB", console.peakResidentBytes() / MIB);
    }

    private static String jcmd(Child console, String command) {
        try {
            Process process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "jcmd")
                                    .toString(),
                            Long.toString(console.pid()),
                            command)
                    .redirectErrorStream(true)
                    .start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            process.waitFor();
            return said;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new OperationException("interrupted while the console's memory was looked at", e);
        }
    }
}
