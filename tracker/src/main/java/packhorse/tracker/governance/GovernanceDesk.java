package packhorse.tracker.governance;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.core.OperationException;
import packhorse.core.UsageException;
import packhorse.core.config.FileWatch;
import packhorse.core.content.ReleaseId;
import packhorse.core.content.Sha256;
import packhorse.core.message.StateCodec;
import packhorse.core.message.v1.Denied;
import packhorse.core.message.v1.DesiredStateUpdate;
import packhorse.core.message.v1.EntitlementAnswer;
import packhorse.core.message.v1.EntitlementQuestion;
import packhorse.core.message.v1.InventoryDelta;
import packhorse.core.message.v1.InventoryNeeded;
import packhorse.core.message.v1.ReportsStored;
import packhorse.core.message.v1.StatusReports;
import packhorse.core.state.DesiredState;
import packhorse.core.state.Subject;
import packhorse.core.topology.EndpointId;
import packhorse.tracker.catalogue.Mirror;
import packhorse.tracker.desired.Mandate;
import packhorse.tracker.desired.Refused;
import packhorse.tracker.desired.Ruling;
import packhorse.tracker.desired.Sheet;
import packhorse.tracker.desired.Stock;
import packhorse.tracker.desired.Target;
import packhorse.tracker.inventory.InventoryShelf;
import packhorse.tracker.reports.ReportStore;
import packhorse.tracker.reports.ReportStoreConfig;
import packhorse.tracker.session.Governance;

/**
 * What the sessions ask, answered from a file of desired states, the mirrored catalogue and the stores of reports and inventories.
 *
 * <p>One thread looks at file and catalogue; when either changed, it makes a new ruling and tells the listeners. Answers come from the ruling
 * in force, each endpoint's desired state once a ruling. A file that cannot be read, or is gone, leaves the one before in force; that is said in
 * one line in the log, in {@code /healthz} and in {@code /v1/desired}, until it is mended.
 */
public final class GovernanceDesk implements Governance, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(GovernanceDesk.class);

    /** Endpoints whose whereabouts are remembered; the one that asked longest ago is forgotten first. */
    private static final int ENDPOINTS_MAX = 200_000;

    /** Conflicts of single endpoints that are kept for people; they are the same few lines for all of them. */
    private static final int CONFLICTS_MAX = 200;

    private record Given(Optional<String> site, DesiredStateUpdate update, Sha256 digest) {}

    private record SitePack(String site, Sha256 pack) {}

    private final Optional<FileWatch> file;
    private final GovernanceConfig config;
    private final Supplier<Mirror.Contents> catalogue;
    private final ReportStore reports;
    private final InventoryShelf inventories;
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread watcher;
    private volatile String trouble = "";

    /** Guards everything below. Held for a look-up, and for the line that a new revision writes. */
    private final Object lock = new Object();

    private final Revisions revisions;
    private Ruling ruling = Ruling.of(Sheet.NONE, Stock.EMPTY);
    private Mirror.@Nullable Contents seen;
    private final Map<EndpointId, Given> given = new HashMap<>();
    private final Map<SitePack, Boolean> carried = new HashMap<>();
    private final Map<String, Set<EndpointId>> members = new HashMap<>();
    private final Set<Refused> conflicts = new LinkedHashSet<>();
    private Set<Refused> said = Set.of();

    private final Map<EndpointId, Optional<String>> whereabouts = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<EndpointId, Optional<String>> eldest) {
            boolean forgotten = size() > ENDPOINTS_MAX;
            if (forgotten) {
                leave(eldest.getKey(), eldest.getValue());
            }
            return forgotten;
        }
    };

    private GovernanceDesk(
            GovernanceConfig config,
            Supplier<Mirror.Contents> catalogue,
            Sheet first,
            Optional<FileWatch> file,
            ReportStore reports,
            InventoryShelf inventories) {
        this.config = config;
        this.catalogue = catalogue;
        this.file = file;
        this.reports = reports;
        this.inventories = inventories;
        this.revisions = Revisions.open(config.data());
        this.watcher = Thread.ofPlatform().name("desired-watch").unstarted(this::run);
        rule(first);
    }

    /**
     * Starts to govern.
     *
     * @param catalogue what the mirror serves now
     * @throws UsageException when the file cannot be read: at the start nothing is in force that could stay
     * @throws OperationException when the stores cannot be opened
     */
    public static GovernanceDesk start(
            GovernanceConfig config, Supplier<Mirror.Contents> catalogue, InstantSource clock) {
        Optional<FileWatch> file = config.desired().map(FileWatch::new);
        Sheet first = file.flatMap(GovernanceDesk::edited).orElse(Sheet.NONE);
        InventoryShelf inventories = InventoryShelf.open(config.data());
        ReportStore reports = ReportStore.open(config.data(), ReportStoreConfig.DEFAULT, clock);
        GovernanceDesk desk = new GovernanceDesk(config, catalogue, first, file, reports, inventories);
        desk.watcher.start();
        return desk;
    }

    /** What is wrong with a file of desired states, in one line; empty when nothing is. */
    public static Optional<String> fault(java.nio.file.Path file) {
        return DesiredFile.fault(file).map(fault -> String.valueOf(fault.getMessage()));
    }

    private void run() {
        try {
            while (!closing.await(config.poll().toMillis(), TimeUnit.MILLISECONDS)) {
                look();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void look() {
        Optional<Sheet> edited = Optional.empty();
        try {
            if (file.isPresent()) {
                edited = edited(file.get());
                if (edited.isPresent()) {
                    trouble = "";
                }
            }
        } catch (UsageException e) {
            String line = String.valueOf(e.getMessage());
            if (!line.equals(trouble)) {
                trouble = line;
                LOG.error("the desired states before stay in force: {}", line);
            }
        }
        if (edited.isPresent() || catalogueChanged()) {
            rule(edited.orElseGet(() -> {
                synchronized (lock) {
                    return ruling.sheet();
                }
            }));
            listeners.forEach(Runnable::run);
        }
    }

    /** The sheet, where its content is another than the last time; what is wrong with one is said once. */
    private static Optional<Sheet> edited(FileWatch watch) {
        return watch.look().map(edition -> DesiredFile.read(watch.file(), edition));
    }

    private boolean catalogueChanged() {
        Mirror.Contents now = catalogue.get();
        synchronized (lock) {
            return !now.equals(seen);
        }
    }

    private void rule(Sheet sheet) {
        Mirror.Contents contents = catalogue.get();
        Ruling next = Ruling.of(sheet, StockTaking.of(contents));
        Set<Refused> refused = new LinkedHashSet<>(next.refused());
        boolean edited;
        Set<Refused> before;
        synchronized (lock) {
            edited = !sheet.equals(ruling.sheet());
            before = said;
            said = refused;
            seen = contents;
            ruling = next;
            given.clear();
            carried.clear();
            conflicts.clear();
        }
        if (edited) {
            LOG.info(
                    "{} is in force: {} items act, {} do not, {} entitlements",
                    sheet.name(),
                    next.acting(),
                    refused.size(),
                    sheet.entitlements().size());
        }
        refused.stream().filter(line -> edited || !before.contains(line)).forEach(line -> LOG.warn("{}", line));
    }

    @Override
    public DesiredStateUpdate desiredOf(EndpointId endpoint, Optional<String> site) {
        synchronized (lock) {
            // A tracker that was given no file says nothing: another one may have said something.
            return config.desired().isEmpty()
                    ? DesiredStateUpdate.getDefaultInstance()
                    : given(endpoint, site).update();
        }
    }

    @Override
    public Optional<Duration> leaseFor(EndpointId endpoint, Optional<String> site, String action) {
        synchronized (lock) {
            return ruling.leaseFor(ruling.target(endpoint, site), action);
        }
    }

    private Given given(EndpointId endpoint, Optional<String> site) {
        note(endpoint, site);
        Given before = given.get(endpoint);
        if (before != null && before.site().equals(site)) {
            return before;
        }
        Mandate mandate = ruling.mandate(ruling.target(endpoint, site));
        mandate.refused().forEach(conflict -> complain(endpoint, conflict));
        DesiredStateUpdate items = StateCodec.write(new DesiredState(0, mandate.items(), mandate.variables()));
        Sha256 digest = Sha256.of(items.toByteArray());
        long revision = revisions.of(endpoint, digest, edition());
        Given now = new Given(site, items.toBuilder().setRevision(revision).build(), digest);
        given.put(endpoint, now);
        return now;
    }

    private Instant edition() {
        return ruling.sheet().edition();
    }

    private void complain(EndpointId endpoint, Refused conflict) {
        if (conflicts.size() < CONFLICTS_MAX && conflicts.add(conflict)) {
            LOG.warn("{} (for {} and others like it)", conflict, endpoint);
        }
    }

    private void note(EndpointId endpoint, Optional<String> site) {
        Optional<String> before = whereabouts.put(endpoint, site);
        if (before != null && before.equals(site)) {
            return;
        }
        if (before != null) {
            leave(endpoint, before);
        }
        site.ifPresent(name -> {
            members.computeIfAbsent(name, s -> new HashSet<>()).add(endpoint);
            carried.keySet().removeIf(key -> key.site().equals(name));
        });
    }

    private void leave(EndpointId endpoint, Optional<String> site) {
        site.ifPresent(name -> {
            Set<EndpointId> there = members.get(name);
            if (there != null && there.remove(endpoint) && there.isEmpty()) {
                members.remove(name);
            }
            carried.keySet().removeIf(key -> key.site().equals(name));
        });
    }

    @Override
    public boolean known(EndpointId endpoint, Optional<String> site, long revision) {
        if (config.desired().isEmpty()) {
            return false;
        }
        synchronized (lock) {
            Given now = given(endpoint, site);
            boolean lifted = revisions.lift(endpoint, now.digest(), edition(), revision);
            if (lifted) {
                given.remove(endpoint);
            } else if (Revisions.later(revision, edition())) {
                LOG.warn(
                        "{} acts on a later edition of the desired states than {} is here; bring this tracker the"
                                + " newest file",
                        endpoint,
                        ruling.sheet().name());
            }
            return lifted;
        }
    }

    @Override
    public EntitlementAnswer entitled(EndpointId endpoint, Optional<String> site, EntitlementQuestion question) {
        EntitlementAnswer.Builder answer = EntitlementAnswer.newBuilder().setNumber(question.getNumber());
        synchronized (lock) {
            note(endpoint, site);
            Target target = ruling.target(endpoint, site);
            if (question.getSubjectsCount() == 0) {
                for (ReleaseId release : ruling.everythingFor(target)) {
                    answer.addAllowed(StateCodec.write(new Subject(release, false, ruling.digest(release))));
                }
                return answer.build();
            }
            for (packhorse.core.message.v1.Subject asked : question.getSubjectsList()) {
                Optional<String> refusal = refusal(target, asked);
                if (refusal.isPresent()) {
                    answer.addDenied(Denied.newBuilder().setSubject(asked).setReason(refusal.get()));
                } else {
                    answer.addAllowed(asked);
                }
            }
        }
        return answer.build();
    }

    private Optional<String> refusal(Target target, packhorse.core.message.v1.Subject asked) {
        try {
            return ruling.refusal(target, StateCodec.read(asked));
        } catch (IllegalArgumentException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    @Override
    public boolean mayHave(EndpointId endpoint, Optional<String> site, Sha256 pack) {
        synchronized (lock) {
            note(endpoint, site);
            return ruling.mayHave(ruling.target(endpoint, site), pack);
        }
    }

    @Override
    public boolean siteMayHave(String site, Sha256 pack) {
        synchronized (lock) {
            return carried.computeIfAbsent(new SitePack(site, pack), key -> anybodyMayHave(site, pack));
        }
    }

    private boolean anybodyMayHave(String site, Sha256 pack) {
        if (ruling.mayHave(Target.anybodyOf(site), pack)) {
            return true;
        }
        for (EndpointId member : members.getOrDefault(site, Set.of())) {
            if (ruling.mayHave(ruling.target(member, Optional.of(site)), pack)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public CompletableFuture<ReportsStored> store(EndpointId endpoint, StatusReports message) {
        return reports.answer(endpoint, message)
                .thenApply(answer -> ReportsStored.newBuilder()
                        .setJournal(message.getJournal())
                        .setSequence(answer.upTo())
                        .setHad(answer.recollection().last())
                        .addAllHadChecks(answer.recollection().checks())
                        .build());
    }

    @Override
    public CompletableFuture<InventoryNeeded> inventory(EndpointId endpoint, InventoryDelta delta) {
        return CompletableFuture.completedFuture(InventoryNeeded.newBuilder()
                .setHave(inventories.take(endpoint, delta))
                .build());
    }

    @Override
    public Optional<InventoryNeeded> inventoryKnown(EndpointId endpoint) {
        return Optional.of(InventoryNeeded.newBuilder()
                .setHave(inventories.revision(endpoint))
                .build());
    }

    @Override
    public void onChange(Runnable changed) {
        listeners.add(changed);
    }

    /** How governing goes, for people. */
    public GovernanceOverview overview() {
        synchronized (lock) {
            List<Refused> refused = new ArrayList<>(said);
            refused.addAll(conflicts);
            return new GovernanceOverview(
                    config.desired().map(Object::toString).orElse(""),
                    edition(),
                    ruling.stock().version(),
                    ruling.acting(),
                    ruling.sheet().entitlements().size(),
                    List.copyOf(refused),
                    trouble(),
                    whereabouts.size(),
                    reports.counts());
        }
    }

    /** Why the file as it is now is not in force, or why reports cannot be stored; empty when all is well. */
    public Optional<String> trouble() {
        return Optional.of(trouble)
                .filter(line -> !line.isEmpty())
                .map(line -> "the desired states before stay in force: " + line)
                .or(() -> reports.trouble().map(line -> "reports cannot be stored: " + line));
    }

    @Override
    public void close() {
        closing.countDown();
        try {
            watcher.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        reports.close();
        synchronized (lock) {
            revisions.close();
        }
    }
}
