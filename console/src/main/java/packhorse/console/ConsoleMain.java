package packhorse.console;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.console.desk.FleetSurroundings;
import packhorse.console.desk.FleetWord;
import packhorse.console.desk.TrackerDesk;
import packhorse.console.fleet.rsql.RsqlReader;
import packhorse.console.intake.VirusScanner;
import packhorse.console.ledger.AuditBook;
import packhorse.console.ledger.Books;
import packhorse.console.ledger.Desired;
import packhorse.console.ledger.Fence;
import packhorse.console.ledger.Ledger;
import packhorse.console.ledger.OutboxBook;
import packhorse.console.ledger.Refusal;
import packhorse.console.notify.Courier;
import packhorse.console.notify.NotifyConfig;
import packhorse.console.office.AccountOffice;
import packhorse.console.office.AdmissionOffice;
import packhorse.console.office.AttachmentOffice;
import packhorse.console.office.AuditOffice;
import packhorse.console.office.BoundsForecast;
import packhorse.console.office.CalendarOffice;
import packhorse.console.office.ComplianceOffice;
import packhorse.console.office.ContentScanner;
import packhorse.console.office.DeploymentOffice;
import packhorse.console.office.DeploymentView;
import packhorse.console.office.EndpointOffice;
import packhorse.console.office.EntitlementOffice;
import packhorse.console.office.ExternalOffice;
import packhorse.console.office.FleetFacts;
import packhorse.console.office.GroupOffice;
import packhorse.console.office.NoticeOffice;
import packhorse.console.office.OfficeKinds;
import packhorse.console.office.OrderFiller;
import packhorse.console.office.OrderOffice;
import packhorse.console.office.PlanOffice;
import packhorse.console.office.ProblemOffice;
import packhorse.console.office.ReadinessLook;
import packhorse.console.office.ReleaseOffice;
import packhorse.console.office.ReportOffice;
import packhorse.console.office.RequestOffice;
import packhorse.console.office.SiteOffice;
import packhorse.console.office.Teller;
import packhorse.console.office.TemplateOffice;
import packhorse.console.office.TestOffice;
import packhorse.console.office.WaveOffice;
import packhorse.console.rest.Accounts;
import packhorse.console.rest.Callbacks;
import packhorse.console.rest.LongReads;
import packhorse.console.rest.Offices;
import packhorse.console.rest.RestDoor;
import packhorse.console.rest.RestParts;
import packhorse.console.retrospect.Retrospect;
import packhorse.console.scheduler.Bell;
import packhorse.console.scheduler.DesiredClerk;
import packhorse.console.scheduler.LawMonitor;
import packhorse.console.scheduler.LeaseClerk;
import packhorse.console.scheduler.ReportClerk;
import packhorse.console.scheduler.Right;
import packhorse.console.scheduler.Scheduler;
import packhorse.console.scheduler.SchedulerConfig;
import packhorse.console.scheduler.Transactions;
import packhorse.console.trackers.Standing;
import packhorse.console.trackers.TrackerSessions;
import packhorse.console.trackers.TrackersConfig;
import packhorse.core.OperationException;
import packhorse.core.UsageException;
import packhorse.core.content.Sha256;
import packhorse.core.durable.DurableFiles;
import packhorse.core.identity.DeploymentRole;
import packhorse.core.identity.JoinToken;
import packhorse.core.identity.Joining;
import packhorse.core.identity.MachineIdentity;
import packhorse.core.identity.Renewal;
import packhorse.core.topology.EndpointId;
import packhorse.core.topology.HostPort;
import packhorse.core.trust.SigningKey;
import packhorse.core.trust.UnattendedKey;

/** The console as a program: opens the ledger, makes every part top-down, closes them in reverse. */
public final class ConsoleMain implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ConsoleMain.class);

    /** Where the secret lies by which the first administrator's account is made. */
    public static final String FIRST_SECRET = "first-administrator";

    /** Where answers lie that are made before they are sent; emptied at each start. */
    private static final String ON_ITS_WAY = "on-its-way";

    /** What two consoles on one machine, and one before and after its restart, are told apart by. */
    private static final int HOLDER_BYTES = 8;

    /** Another console's changes reach agents within this, beside ours, which do at once. */
    private static final long FOLLOW_MILLIS = 500;

    private static final int CHANGES_TOGETHER = 5_000;
    private static final int ENROLMENT_PORT = 7302;

    private final Deque<AutoCloseable> parts = new ArrayDeque<>();
    private List<InetSocketAddress> addresses = List.of();
    private final CountDownLatch closing = new CountDownLatch(1);

    private ConsoleMain() {}

    /**
     * Starts a console.
     *
     * @throws UsageException when this machine has not joined, the ledger cannot be opened or a port is in use
     */
    public static ConsoleMain start(ConsoleConfig config, InstantSource clock, SecureRandom random) {
        ConsoleMain main = new ConsoleMain();
        try {
            main.open(config, clock, random);
            return main;
        } catch (RuntimeException e) {
            main.close();
            throw e;
        }
    }

    private void open(ConsoleConfig config, InstantSource clock, SecureRandom random) {
        Optional<MachineIdentity> identity = identity(config, clock);
        Books books = add(new Books(Ledger.open(config.ledger()), clock));
        NotifyConfig notify = config.notices();
        FleetFacts fleet = new FleetFacts(new RsqlReader());
        FleetSurroundings surroundings = new FleetSurroundings(fleet);

        byte[] name = new byte[HOLDER_BYTES];
        random.nextBytes(name);
        String holder = "console-" + HexFormat.of().formatHex(name);
        SchedulerConfig pace = SchedulerConfig.DEFAULT;
        Fence fence = new Fence(books.ledger(), Right.NAME, holder, pace.leaseTime());
        Right right = new Right(fence, pace.leaseTime().dividedBy(3), clock);
        Transactions transactions = Transactions.of(books, fence);
        LawMonitor laws = new LawMonitor(surroundings);
        Scheduler scheduler =
                add(new Scheduler(transactions, right, surroundings, new Bell(notify.notifier()), laws, pace, clock));
        books.whenWritten(scheduler::wake);
        DesiredClerk desired = new DesiredClerk(transactions);
        AdmissionOffice admission = new AdmissionOffice(books, identity.flatMap(self -> pins(config, self)), random);
        SiteOffice sites = new SiteOffice(books);
        config.sites().ifPresent(file -> importSites(sites, file));
        FleetWord word = new FleetWord(sites, admission, new EntitlementOffice(books));
        ReportClerk reports = new ReportClerk(transactions, scheduler::wake);
        LeaseClerk leases = new LeaseClerk(transactions, right, surroundings);
        TrackerDesk desk = add(new TrackerDesk(books, reports, leases, desired, fleet, word, clock));

        AccountOffice accounts = new AccountOffice(books, random);
        Offices offices = offices(
                books,
                fleet,
                accounts,
                admission,
                notify,
                new VirusScanner(config.scanner(), clock)::scan,
                UnattendedKey.openOrMake(config.evidenceKey(), random));
        accounts.firstSecret().ifPresent(secret -> tell(config.state(), secret));

        Optional<TrackerSessions> sessions = identity.map(self -> add(TrackerSessions.start(
                TrackersConfig.of(config.trackers(), "packhorse-console/" + version()), self, desk, clock, random)));
        sessions.ifPresent(trackers -> {
            follow(desired, desk, () -> word.write(clock.instant()), trackers);
        });
        identity.flatMap(self -> renewal(config, self, clock, random)).ifPresent(this::add);
        Courier courier = add(new Courier(new OutboxBook(books.ledger()), notify.channels(clock), clock, holder));
        books.whenWritten(courier::wake);
        courier.start();
        scheduler.start();
        RestDoor door = add(RestDoor.open(
                config.listen(),
                config.plain() ? Optional.empty() : identity,
                new RestParts(
                        offices,
                        new Accounts(accounts),
                        books,
                        Callbacks.of(notify.callbacks()),
                        new AuditBook(books.ledger()),
                        new RsqlReader(),
                        new Pulse(
                                () -> books.read(pages -> pages.find(OfficeKinds.ORIGINS, "")),
                                scheduler::counts,
                                clock),
                        LongReads.in(config.state().resolve(ON_ITS_WAY)),
                        ConsoleMetrics.of(scheduler, laws, leases, reports, desk, courier),
                        clock)));
        addresses = door.addresses();
    }

    private static void importSites(SiteOffice office, Path file) {
        if (office.revision().isPresent()) {
            return;
        }
        try {
            office.importFirst(Files.readString(file), file.toString()).ifPresent(taken -> {
                LOG.info(
                        "took the sites of {} into the ledger; packhorse site shows and changes them from now on",
                        file);
                taken.notes().forEach(LOG::info);
            });
        } catch (IOException e) {
            throw new UsageException("cannot read " + file + ": " + DurableFiles.reason(e), e);
        } catch (Refusal e) {
            throw new UsageException(String.valueOf(e.getMessage()), e);
        }
    }

    /** What join tokens carry; none where no tracker is known, or joining left no root of trust. */
    private static Optional<AdmissionOffice.Pins> pins(ConsoleConfig config, MachineIdentity self) {
        Path catalogue = config.identity().resolve(Joining.CATALOGUE_ROOT_FILE);
        Optional<URI> authority = config.authority()
                .or(() -> Joining.authority(config.identity()))
                .or(() -> authorities(config).stream().findFirst());
        if (authority.isEmpty() || !Files.exists(catalogue)) {
            return Optional.empty();
        }
        try {
            return Optional.of(new AdmissionOffice.Pins(
                    authority.get(), JoinToken.pin(self.root()), Sha256.of(Files.readAllBytes(catalogue))));
        } catch (IOException e) {
            throw new OperationException("cannot read " + catalogue + ": " + DurableFiles.reason(e), e);
        }
    }

    private static List<URI> authorities(ConsoleConfig config) {
        return config.trackers().stream()
                .map(tracker -> URI.create("https://" + new HostPort(tracker.host(), ENROLMENT_PORT)))
                .distinct()
                .toList();
    }

    private static Offices offices(
            Books books,
            FleetFacts fleet,
            AccountOffice accounts,
            AdmissionOffice admission,
            NotifyConfig notify,
            ContentScanner scanner,
            SigningKey evidenceKey) {
        Teller teller = new Teller(notify.notifier());
        OrderFiller filler = new OrderFiller();
        RequestOffice requests = new RequestOffice(books, filler, teller);
        OrderOffice orders = new OrderOffice(books, filler, notify::unreachable);
        PlanOffice plans = new PlanOffice(books, filler, fleet, new BoundsForecast());
        ComplianceOffice compliance = new ComplianceOffice(books, fleet, requests, orders, plans);
        return new Offices(
                accounts,
                requests,
                orders,
                plans,
                new Offices.DeploymentOffices(
                        new DeploymentOffice(books, filler, fleet, new ReadinessLook(fleet), teller),
                        new WaveOffice(books, filler, teller),
                        new DeploymentView(books, fleet)),
                new TestOffice(books, filler, scanner),
                new ProblemOffice(books, filler, teller),
                new ReleaseOffice(books, filler),
                new TemplateOffice(books),
                new ReportOffice(books, filler),
                new AttachmentOffice(books, filler),
                new Retrospect(books, filler, fleet, compliance, evidenceKey),
                new EntitlementOffice(books),
                new Offices.FleetOffices(
                        new EndpointOffice(books, fleet),
                        new GroupOffice(books, fleet),
                        new SiteOffice(books),
                        new CalendarOffice(books),
                        admission),
                compliance,
                new NoticeOffice(books),
                new ExternalOffice(books),
                new AuditOffice(books));
    }

    /** The secret is nobody's but the owner's of this machine: it lies where only that one reads. */
    private static void tell(Path state, String secret) {
        Path file = state.resolve(FIRST_SECRET);
        try {
            Files.createDirectories(state);
            Files.deleteIfExists(file);
            new DurableFiles().createPrivate(file, (secret + "\n").getBytes(StandardCharsets.US_ASCII));
        } catch (FileAlreadyExistsException e) {
            throw new OperationException("another console writes " + file + " at the same moment", e);
        } catch (IOException e) {
            throw new OperationException("cannot write " + file + ": " + DurableFiles.reason(e), e);
        }
        LOG.info(
                "there is no account yet; whoever reads {} makes the first one: packhorse login URL --first {}",
                file,
                file);
    }

    private static Optional<MachineIdentity> identity(ConsoleConfig config, InstantSource clock) {
        if (!MachineIdentity.isIn(config.identity())) {
            if (config.plain() && config.trackers().isEmpty()) {
                return Optional.empty();
            }
            throw new UsageException("this machine is no console of a deployment yet: there is no identity in "
                    + config.identity() + "; run packhorse console join TOKEN --config with this configuration");
        }
        MachineIdentity identity = MachineIdentity.open(config.identity(), clock, DeploymentRole.CONSOLE);
        if (identity.role() != DeploymentRole.CONSOLE) {
            throw new UsageException("the identity in " + config.identity() + " is of the " + identity
                    + "; a console joins by a token of its own: packhorse ca token --role console");
        }
        return Optional.of(identity);
    }

    private static Optional<Renewal> renewal(
            ConsoleConfig config, MachineIdentity identity, InstantSource clock, SecureRandom random) {
        List<URI> authorities = authorities(config);
        return authorities.isEmpty()
                ? Optional.empty()
                : Optional.of(Renewal.start(config.identity(), identity, authorities, Optional.empty(), clock, random));
    }

    /** Tells trackers of whom something is desired now that was not before, whichever console wrote it. */
    private void follow(DesiredClerk desired, TrackerDesk desk, Runnable counts, TrackerSessions trackers) {
        Thread thread = Thread.ofPlatform().daemon().name("desired").start(() -> {
            long known = 0;
            Standing standing = Standing.NONE;
            while (closing.getCount() > 0) {
                try {
                    List<Desired.Change> changes = desired.changedAfter(known, CHANGES_TOGETHER);
                    if (!changes.isEmpty()) {
                        Set<EndpointId> whom =
                                changes.stream().map(Desired.Change::endpoint).collect(Collectors.toSet());
                        trackers.desiredChanged(whom);
                        // Only now: where telling failed it is told again.
                        known = changes.getLast().number();
                    }
                    counts.run();
                    Standing now = desk.standing();
                    if (!now.equals(standing)) {
                        trackers.standingChanged();
                        standing = now;
                    }
                    if (changes.isEmpty() && closing.await(FOLLOW_MILLIS, TimeUnit.MILLISECONDS)) {
                        return;
                    }
                } catch (InterruptedException e) {
                    return;
                } catch (RuntimeException | Error e) {
                    LOG.warn("cannot see what changed for endpoints; looking again", e);
                    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(FOLLOW_MILLIS));
                }
            }
        });
        add(() -> {
            thread.interrupt();
            thread.join();
        });
    }

    private static String version() {
        return Optional.ofNullable(ConsoleMain.class.getPackage().getImplementationVersion())
                .orElse("development");
    }

    /** Where it is reached, in the order of the configuration. */
    public List<InetSocketAddress> addresses() {
        return addresses;
    }

    private <T extends AutoCloseable> T add(T part) {
        parts.push(part);
        return part;
    }

    @Override
    public synchronized void close() {
        closing.countDown();
        while (!parts.isEmpty()) {
            AutoCloseable part = parts.pop();
            try {
                part.close();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (Exception e) {
                LOG.warn("a part of the console did not close: {}", e.toString());
            }
        }
    }
}
