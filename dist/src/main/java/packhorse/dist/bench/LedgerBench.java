package packhorse.dist.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import packhorse.console.calendar.Window;
import packhorse.console.change.Actor;
import packhorse.console.change.OrderId;
import packhorse.console.gate.Thresholds;
import packhorse.console.ledger.Books;
import packhorse.console.ledger.DesiredRow;
import packhorse.console.ledger.Ledger;
import packhorse.console.ledger.LedgerConfig;
import packhorse.console.ledger.LedgerConfig.Embedded;
import packhorse.console.ledger.LedgerConfig.Server;
import packhorse.console.ledger.MemberRow;
import packhorse.console.ledger.StatusBook;
import packhorse.console.ledger.StatusBook.Arrival;
import packhorse.console.wave.Action;
import packhorse.console.wave.ActionId;
import packhorse.console.wave.BlastRadius;
import packhorse.console.wave.DeploymentId;
import packhorse.console.wave.FrozenMembership;
import packhorse.console.wave.Judging;
import packhorse.console.wave.Line;
import packhorse.console.wave.Plan;
import packhorse.console.wave.Purpose;
import packhorse.console.wave.RetryPolicy;
import packhorse.console.wave.Slice;
import packhorse.console.wave.Targets;
import packhorse.console.wave.Timeouts;
import packhorse.console.wave.Transfer;
import packhorse.console.wave.WaveId;
import packhorse.console.wave.WavePlan;
import packhorse.core.OperationException;
import packhorse.core.UsageException;
import packhorse.core.content.CodeClass;
import packhorse.core.content.Platform;
import packhorse.core.content.ReleaseId;
import packhorse.core.content.ReleaseName;
import packhorse.core.content.Version;
import packhorse.core.message.StateCodec;
import packhorse.core.message.v1.StatusReports;
import packhorse.core.state.ActionState;
import packhorse.core.state.DesiredItem;
import packhorse.core.state.InstallPolicy;
import packhorse.core.state.Operation;
import packhorse.core.state.Priority;
import packhorse.core.state.StatusEntry;
import packhorse.core.state.Subject;
import packhorse.core.topology.EndpointId;
import packhorse.core.unit.ByteCount;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * What the console's ledger does in what time: a wave is frozen, dispatched and counted, and its endpoints' reports are stored for good.
 * Every transaction is flushed to the disk before the next figure counts; so {@code --dir} says which disk is measured.
 */
@Command(
        name = "ledger",
        description = "How fast the console's ledger freezes, dispatches and counts a wave, and stores reports.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  packhorse bench ledger --dir /var/tmp                                  the embedded database, on the"
                    + " disk there",
            "  packhorse bench ledger --ledger postgresql://localhost/packhorse --user packhorse"
        })
final class LedgerBench implements Callable<Integer> {
    private static final ByteCount ROOM = new ByteCount(2L << 30);
    private static final int MEMBERS_MAX = 1_000_000;
    private static final int REPORTS_MAX = 10_000_000;
    /** As many as belong to one wave's steps: known, on its way, there, in place. */
    private static final List<ActionState> SAID =
            List.of(ActionState.ACCEPTED, ActionState.FETCHING, ActionState.STAGED, ActionState.APPLYING);
    /** Endpoints whose reports come in one transaction. */
    private static final int ARRIVALS = 1_000;
    /** More at once only wait for each other. */
    private static final int WRITERS = 4;

    private static final int SITES = 1_000;
    private static final double NANOS = 1e9;
    private static final Subject SUBJECT =
            Subject.release(new ReleaseId(new ReleaseName("bench", "content"), Version.parse("1.0"), Platform.ANY));

    @Mixin
    private BenchOptions options = new BenchOptions();

    @Option(
            names = "--members",
            paramLabel = "N",
            defaultValue = "100000",
            description = "Of the wave (default: ${DEFAULT-VALUE}).")
    private int members = 100_000;

    @Option(
            names = "--reports",
            paramLabel = "N",
            defaultValue = "400000",
            description = "Of all of them together (default: ${DEFAULT-VALUE}).")
    private int reports = 400_000;

    @Option(
            names = "--ledger",
            paramLabel = "URL",
            description = "A PostgreSQL database to work in; what is there stays. Default: an embedded one.")
    private @Nullable String url;

    @Option(names = "--user", paramLabel = "NAME", description = "Who owns its tables.")
    private String user = "packhorse";

    @Option(names = "--password-file", paramLabel = "FILE", description = "That holds the user's password.")
    private @Nullable Path passwordFile;

    @Override
    public Integer call() {
        if (members < 1 || members > MEMBERS_MAX || reports < 1 || reports > REPORTS_MAX) {
            throw new UsageException("give 1 to " + MEMBERS_MAX + " --members, and 1 to " + REPORTS_MAX + " --reports");
        }
        String side = url == null ? "embedded" : "postgresql";
        Report report = new Report(
                "ledger", members + " members, " + reports + " reports in transactions of " + ARRIVALS + " endpoints");
        try (Scratch scratch = options.scratch(ROOM)) {
            for (int round = 0; round < options.rounds(); round++) {
                options.progress("round " + (round + 1));
                round(report, side, config(scratch.folder("round-" + round)));
                scratch.delete("round-" + round);
            }
        }
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

    private void round(Report report, String side, LedgerConfig config) {
        SplittableRandom random = new SplittableRandom();
        // What an earlier round left in a server's database is not touched.
        int salt = random.nextInt();
        WaveId wave = new WaveId(new DeploymentId(OrderId.of(2026, 1 + random.nextInt(900_000_000)), 1), 1);
        List<EndpointId> endpoints = new ArrayList<>();
        for (int i = 0; i < members; i++) {
            endpoints.add(endpoint(salt, i));
        }
        endpoints.sort(EndpointId::compareTo);
        Instant now = InstantSource.system().instant().truncatedTo(ChronoUnit.MILLIS);
        try (Books books = new Books(Ledger.open(config), InstantSource.system())) {
            long start = System.nanoTime();
            freeze(books, wave, endpoints);
            long frozen = System.nanoTime();
            dispatch(books, wave, endpoints, now);
            long dispatched = System.nanoTime();
            Plan plan = plan();
            long counted = books.<Long>read(
                    pages -> pages.waves().tally(wave, plan, now).pending());
            long tallied = System.nanoTime();
            if (counted != members) {
                throw new OperationException("of " + members + " members " + counted + " wait");
            }
            int stored = store(books, wave, endpoints, now);
            long end = System.nanoTime();
            report.sample(side, "freeze s", (frozen - start) / NANOS);
            report.sample(side, "dispatch s", (dispatched - frozen) / NANOS);
            report.sample(side, "count ms", (tallied - dispatched) / 1e6);
            report.sample(side, "reports/s", stored / ((end - tallied) / NANOS));
        }
    }

    private static void freeze(Books books, WaveId wave, List<EndpointId> endpoints) {
        List<MemberRow> rows = new ArrayList<>();
        for (int i = 0; i < endpoints.size(); i++) {
            rows.add(new MemberRow(
                    endpoints.get(i), "site" + i % SITES, Optional.of("pair" + i / 2), Optional.of("host" + i / 20)));
        }
        books.<Boolean>write(Actor.product(), pages -> {
            pages.waves().freeze(wave, FrozenMembership.of(endpoints), rows, 1);
            return true;
        });
    }

    private static void dispatch(Books books, WaveId wave, List<EndpointId> endpoints, Instant now) {
        Line line = Line.of(SUBJECT);
        books.<Boolean>write(Actor.product(), pages -> {
            List<Action> actions = new ArrayList<>();
            List<DesiredRow> desired = new ArrayList<>();
            for (int i = 0; i < endpoints.size(); i++) {
                ActionId id = new ActionId(wave, i + 1, 1);
                actions.add(Action.queued(id, endpoints.get(i), line, Operation.INSTALL, now));
                desired.add(new DesiredRow(
                        endpoints.get(i),
                        line,
                        new DesiredItem(
                                id.toString(),
                                SUBJECT,
                                Operation.INSTALL,
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty(),
                                Priority.NORMAL,
                                Optional.empty())));
            }
            pages.waves().dispatch(Purpose.DEPLOY, actions);
            pages.desired().put(desired);
            return true;
        });
    }

    /** As trackers bring them: each endpoint's next ones, some thousand endpoints in a transaction, some transactions at once. */
    private int store(Books books, WaveId wave, List<EndpointId> endpoints, Instant now) {
        StatusBook book = new StatusBook(books.ledger());
        List<Future<Integer>> all = new ArrayList<>();
        int stored = 0;
        try (ExecutorService writers = Executors.newFixedThreadPool(WRITERS)) {
            long sequence = 1;
            while (stored < reports) {
                for (int from = 0; from < endpoints.size() && stored < reports; from += ARRIVALS) {
                    List<Arrival> arrivals = new ArrayList<>();
                    int to = Math.min(endpoints.size(), from + ARRIVALS);
                    for (int i = from; i < to && stored < reports; i++) {
                        arrivals.add(arrival(wave, endpoints.get(i), i + 1, sequence, now));
                        stored += SAID.size();
                    }
                    all.add(writers.submit(() -> book.store(arrivals).size()));
                }
                sequence += SAID.size();
            }
            for (Future<Integer> each : all) {
                each.get();
            }
        } catch (InterruptedException | ExecutionException e) {
            throw new OperationException("the reports were not stored: " + e.getMessage(), e);
        }
        return stored;
    }

    private static Arrival arrival(WaveId wave, EndpointId endpoint, int number, long first, Instant now) {
        StatusReports.Builder reports = StatusReports.newBuilder().setJournal(1).setOldest(1);
        for (int i = 0; i < SAID.size(); i++) {
            reports.addReports(StateCodec.write(new StatusEntry(
                    first + i,
                    now,
                    new ActionId(wave, number, 1).toString(),
                    SUBJECT,
                    Operation.INSTALL,
                    SAID.get(i),
                    "",
                    0,
                    Optional.<CodeClass>empty(),
                    1_000_000,
                    2_000_000,
                    1)));
        }
        return new Arrival(endpoint, reports.build(), now);
    }

    private static EndpointId endpoint(int salt, int number) {
        return EndpointId.ofBytes(ByteBuffer.allocate(EndpointId.LENGTH_BYTES)
                .putInt(number * 0x9e3779b1)
                .putInt(salt)
                .putLong(number)
                .array());
    }

    private static Plan plan() {
        return new Plan(
                List.of(SUBJECT),
                Operation.INSTALL,
                Targets.query("site==*"),
                Optional.empty(),
                List.of(new WavePlan("all", new Slice.Rest(), Duration.ZERO)),
                List.of(new Window.Always()),
                List.of(),
                Thresholds.of(0.01, 0.05, 0.05, 0.95),
                BlastRadius.ONE_OF_A_PAIR,
                RetryPolicy.of(Map.of(), 1, Duration.ZERO, 0),
                Timeouts.DEFAULT,
                Transfer.DEFAULT,
                new Judging(Judging.By.GATE, 0, false),
                InstallPolicy.DEFAULT,
                1);
    }
}
