package packhorse.dist.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import packhorse.console.change.OrderId;
import packhorse.console.desk.FleetSurroundings;
import packhorse.console.fleet.rsql.RsqlReader;
import packhorse.console.ledger.Books;
import packhorse.console.ledger.Fence;
import packhorse.console.ledger.Kinds;
import packhorse.console.ledger.Ledger;
import packhorse.console.ledger.LedgerConfig;
import packhorse.console.ledger.LedgerConfig.Embedded;
import packhorse.console.ledger.LedgerConfig.Server;
import packhorse.console.ledger.Pages;
import packhorse.console.ledger.StatusBook.Arrival;
import packhorse.console.notify.NotifyConfig;
import packhorse.console.office.FleetFacts;
import packhorse.console.scheduler.Bell;
import packhorse.console.scheduler.LawMonitor;
import packhorse.console.scheduler.ReportClerk;
import packhorse.console.scheduler.Right;
import packhorse.console.scheduler.Scheduler;
import packhorse.console.scheduler.SchedulerConfig;
import packhorse.console.scheduler.Transactions;
import packhorse.console.wave.ActionId;
import packhorse.console.wave.FrozenMembership;
import packhorse.console.wave.WaveId;
import packhorse.console.wave.WaveState;
import packhorse.core.OperationException;
import packhorse.core.UsageException;
import packhorse.core.content.CodeClass;
import packhorse.core.message.StateCodec;
import packhorse.core.message.v1.StatusReports;
import packhorse.core.state.ActionState;
import packhorse.core.state.Operation;
import packhorse.core.state.StatusEntry;
import packhorse.core.topology.EndpointId;
import packhorse.core.unit.ByteCount;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * What the console decides in what time: the scheduler itself finds a large fleet's targets, divides and freezes them, sends content ahead and
 * dispatches the wave; then its endpoints' reports are stored and heard, and the scheduler looks at the wave again and again.
 * Every transaction is flushed to the disk before the next figure counts; so {@code --dir} says which disk is measured.
 */
@Command(
        name = "ledger",
        description =
                "How fast the console freezes and dispatches a wave, stores its endpoints' reports and looks at it.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  packhorse bench ledger --dir /var/tmp                                  the embedded database, on the"
                    + " disk there",
            "  packhorse bench ledger --members 10000 --rounds 1                      a small wave, in seconds",
            "  packhorse bench ledger --ledger postgresql://localhost/packhorse --user packhorse"
        })
final class LedgerBench implements Callable<Integer> {
    private static final ByteCount ROOM = new ByteCount(2L << 30);
    private static final int MEMBERS_MAX = 1_000_000;
    private static final int SITES_MAX = 10_000;

    /** What an endpoint says in one message after the other, each of them one transaction with others'. */
    private static final List<List<ActionState>> SAID = List.of(
            List.of(ActionState.ACCEPTED, ActionState.FETCHING),
            List.of(ActionState.STAGED, ActionState.APPLYING),
            List.of(ActionState.COMMITTING, ActionState.COMMITTED));

    /** Endpoints whose reports come in one transaction; the console's own queue puts as many together. */
    private static final int ARRIVALS = 500;

    /** Looks that are counted together; one alone is shorter than the processor's clock. */
    private static final int LOOKS = 5;

    private static final double NANOS = 1e9;

    @Mixin
    private BenchOptions options = new BenchOptions();

    @Option(
            names = "--members",
            paramLabel = "N",
            defaultValue = "100000",
            description = "Of the wave (default: ${DEFAULT-VALUE}).")
    private int members = 100_000;

    @Option(
            names = "--sites",
            paramLabel = "N",
            defaultValue = "1000",
            description = "That they are at (default: ${DEFAULT-VALUE}).")
    private int sites = 1_000;

    @Option(
            names = "--ledger",
            paramLabel = "URL",
            description =
                    "A PostgreSQL database to work in; what it writes there stays, so give one of its own, empty for"
                            + " each run. Default: an embedded one.")
    private @Nullable String url;

    @Option(names = "--user", paramLabel = "NAME", description = "Who owns its tables.")
    private String user = "packhorse";

    @Option(names = "--password-file", paramLabel = "FILE", description = "That holds the user's password.")
    private @Nullable Path passwordFile;

    @Override
    public Integer call() {
        if (members < 1 || members > MEMBERS_MAX || sites < 1 || sites > SITES_MAX) {
            throw new UsageException("give 1 to " + MEMBERS_MAX + " --members, and 1 to " + SITES_MAX + " --sites");
        }
        String side = url == null ? "embedded" : "postgresql";
        Report report = new Report("ledger", members + " endpoints at " + sites + " sites, one wave of all of them");
        try (Scratch scratch = options.scratch(ROOM)) {
            for (int round = 0; round < options.rounds(); round++) {
                options.progress("round " + (round + 1) + " of " + options.rounds());
                round(report, side, config(scratch.folder("round-" + round)));
                scratch.delete("round-" + round);
            }
        }
        report.figure("freeze and dispatch", report.median(side, "freeze + dispatch s"), "s", Report.Aim.atMost(30));
        report.figure(
                "reports stored and heard",
                report.median(side, "reports/s"),
                "/s",
                Report.Aim.atLeast(url == null ? 10_000 : 20_000));
        report.note("processor time is this program's alone; a database server's own is not in it");
        return options.print(report);
    }

    private LedgerConfig config(Path folder) {
        if (url == null) {
            return new Embedded(folder.resolve("ledger.db"));
        }
        try {
            return new Server(
                    url,
                    user,
                    passwordFile == null
                            ? Optional.empty()
                            : Optional.of(Files.readString(passwordFile).strip()));
        } catch (IOException e) {
            throw new UsageException("cannot read the password " + passwordFile + ": " + e.getMessage(), e);
        }
    }

    /** The processor seconds that this program has used. */
    private static double processor() {
        return Proc.cpuSeconds(ProcessHandle.current().pid());
    }

    private void round(Report report, String side, LedgerConfig config) {
        SplittableRandom random = new SplittableRandom();
        LargeFleet fleet = new LargeFleet(members, sites, random.nextInt());
        LargeOrder order = new LargeOrder(OrderId.of(2026, 1 + random.nextInt(900_000_000)));
        Instant now = InstantSource.system().instant().truncatedTo(ChronoUnit.MILLIS);
        try (Books books = new Books(Ledger.open(config), InstantSource.system())) {
            if (books.read(pages -> pages.fleet().count()) > 0) {
                throw new UsageException(url + " has endpoints already; give a database of its own");
            }
            fleet.write(books, now, written -> {
                if (written == members) {
                    options.progress(written + " endpoints are written");
                }
            });
            order.write(books, now);
            Decisions decisions = new Decisions(books, order);
            decisions.wave(report, side);
            store(report, side, decisions, order, fleet, now);
            decisions.look(report, side, "looks at rest, CPU ms");
        }
    }

    /** A scheduler whose transactions are timed by what they bring the wave to. */
    private final class Decisions {
        private final Books books;
        private final LargeOrder order;
        private final Scheduler scheduler;
        private final ReportClerk reports;
        private double freezeSeconds;
        private double aheadSeconds;
        private double dispatchSeconds;

        Decisions(Books books, LargeOrder order) {
            this.books = books;
            this.order = order;
            Fence fence = new Fence(books.ledger(), Right.NAME, "bench", SchedulerConfig.DEFAULT.leaseTime());
            Transactions plain = Transactions.of(books, fence);
            FleetSurroundings surroundings = new FleetSurroundings(new FleetFacts(new RsqlReader()));
            this.scheduler = new Scheduler(
                    timed(plain),
                    new Right(fence, SchedulerConfig.DEFAULT.leaseTime().dividedBy(3), InstantSource.system()),
                    surroundings,
                    new Bell(NotifyConfig.none().notifier()),
                    new LawMonitor(surroundings),
                    SchedulerConfig.DEFAULT,
                    InstantSource.system());
            this.reports = new ReportClerk(plain, () -> {});
        }

        private WaveState state() {
            return books.read(pages ->
                            pages.get(Kinds.DEPLOYMENT, order.deployment().toString()))
                    .value()
                    .wave(order.wave().number())
                    .state();
        }

        private Transactions timed(Transactions plain) {
            return new Transactions() {
                @Override
                public <T> T read(Function<Pages, T> work) {
                    return plain.read(work);
                }

                @Override
                public <T> T write(Function<Pages, T> work) {
                    return plain.write(work);
                }

                @Override
                public <T> T fenced(long number, Function<Pages, T> work) {
                    WaveState before = state();
                    long begin = System.nanoTime();
                    T done = plain.fenced(number, work);
                    double seconds = (System.nanoTime() - begin) / NANOS;
                    WaveState after = state();
                    if (after != before) {
                        switch (after) {
                            case FROZEN -> freezeSeconds = seconds;
                            case PREPOSITIONING -> aheadSeconds = seconds;
                            case ACTIVE -> dispatchSeconds = seconds;
                            default -> {
                                // The other steps write the deployment's record and nothing else.
                            }
                        }
                        options.progress("the wave is " + after);
                    }
                    return done;
                }
            };
        }

        void wave(Report report, String side) {
            double processor = processor();
            long begin = System.nanoTime();
            if (!scheduler.tick() || state() != WaveState.ACTIVE) {
                throw new OperationException("the wave did not begin; it is " + state());
            }
            report.sample(side, "freeze s", freezeSeconds);
            report.sample(side, "send ahead s", aheadSeconds);
            report.sample(side, "dispatch s", dispatchSeconds);
            report.sample(side, "freeze + dispatch s", freezeSeconds + dispatchSeconds);
            report.sample(side, "until it runs s", (System.nanoTime() - begin) / NANOS);
            report.sample(side, "until it runs, CPU s", processor() - processor);
            look(report, side, "looks, CPU ms");
        }

        /** What a look costs at which nothing is to be done. */
        void look(Report report, String side, String column) {
            scheduler.tick();
            double processor = processor();
            for (int i = 0; i < LOOKS; i++) {
                scheduler.tick();
            }
            report.sample(side, column, (processor() - processor) * 1e3 / LOOKS);
        }
    }

    private void store(
            Report report, String side, Decisions decisions, LargeOrder order, LargeFleet fleet, Instant now) {
        FrozenMembership membership = decisions
                .books
                .read(pages -> pages.waves().membership(order.wave()))
                .orElseThrow();
        List<EndpointId> endpoints = membership.members();
        if (endpoints.size() != fleet.endpoints()) {
            throw new OperationException("of " + fleet.endpoints() + " endpoints " + endpoints.size() + " are in it");
        }
        double processor = processor();
        long begin = System.nanoTime();
        long stored = 0;
        long sequence = 1;
        for (List<ActionState> said : SAID) {
            for (int from = 0; from < endpoints.size(); from += ARRIVALS) {
                List<Arrival> arrivals = new ArrayList<>();
                for (int i = from; i < Math.min(endpoints.size(), from + ARRIVALS); i++) {
                    arrivals.add(arrival(order.wave(), endpoints.get(i), i + 1, said, sequence, now));
                }
                decisions.reports.store(arrivals);
                stored += (long) arrivals.size() * said.size();
            }
            sequence += said.size();
            options.progress(stored + " reports are stored");
        }
        report.sample(side, "reports/s", stored / ((System.nanoTime() - begin) / NANOS));
        report.sample(side, "reports, CPU µs each", (processor() - processor) * 1e6 / stored);
    }

    private static Arrival arrival(
            WaveId wave, EndpointId endpoint, int number, List<ActionState> said, long first, Instant now) {
        StatusReports.Builder reports = StatusReports.newBuilder().setJournal(1).setOldest(1);
        for (int i = 0; i < said.size(); i++) {
            reports.addReports(StateCodec.write(new StatusEntry(
                    first + i,
                    now,
                    new ActionId(wave, number, 1).toString(),
                    LargeOrder.SUBJECT,
                    Operation.INSTALL,
                    said.get(i),
                    "",
                    0,
                    Optional.<CodeClass>empty(),
                    1_000_000,
                    2_000_000,
                    1)));
        }
        return new Arrival(endpoint, reports.build(), now);
    }
}
