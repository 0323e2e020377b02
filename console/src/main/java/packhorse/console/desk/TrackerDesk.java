package packhorse.console.desk;

import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.console.change.Actor;
import packhorse.console.fleet.EndpointFacts;
import packhorse.console.fleet.Roster;
import packhorse.console.ledger.Books;
import packhorse.console.ledger.Fleet;
import packhorse.console.ledger.StatusBook;
import packhorse.console.office.FleetFacts;
import packhorse.console.scheduler.DesiredClerk;
import packhorse.console.scheduler.LeaseClerk;
import packhorse.console.scheduler.ReportClerk;
import packhorse.console.trackers.ConsoleDesk;
import packhorse.console.trackers.LeaseQuestion;
import packhorse.console.trackers.Roll;
import packhorse.console.trackers.Sighting;
import packhorse.console.trackers.Standing;
import packhorse.console.trackers.Word;
import packhorse.console.wave.LeaseDesk;
import packhorse.core.message.InventoryCodec;
import packhorse.core.message.StateCodec;
import packhorse.core.message.v1.InventoryDelta;
import packhorse.core.message.v1.InventoryNeeded;
import packhorse.core.message.v1.IssuedToken;
import packhorse.core.message.v1.LinkCounts;
import packhorse.core.message.v1.Machine;
import packhorse.core.message.v1.ReportsStored;
import packhorse.core.message.v1.StatusReports;
import packhorse.core.state.DesiredState;
import packhorse.core.state.Inventory;
import packhorse.core.topology.EndpointId;
import packhorse.core.topology.HostPort;

/**
 * What the console says to trackers, and does with what they say: reports and leases go to the scheduler's clerks, who is there and what it is
 * made of to the register, and what an endpoint should have comes from the ledger.
 */
public final class TrackerDesk implements ConsoleDesk, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TrackerDesk.class);

    /** Endpoints that are in the middle of an inventory of several frames; the one that waited longest begins anew. */
    private static final int UNDER_WAY_MAX = 1_000;

    /** A transaction of these takes some tens of milliseconds. */
    private static final int REPORTS_TOGETHER_MAX = 500;

    private final Books books;
    private final Together<StatusBook.Arrival, StatusBook.Answer> reports;
    private final Together<LeaseClerk.Ask, Optional<LeaseDesk.Ruling>> leases;
    private final DesiredClerk desired;
    private final FleetFacts facts;
    private final FleetWord fleet;
    private final InstantSource clock;

    /** Revisions that endpoints act on, as their trackers say; what is said next is numbered above. */
    private final Map<EndpointId, Long> heard = new ConcurrentHashMap<>();

    private final Object lock = new Object();

    /** Guarded by {@link #lock}. */
    private final Map<EndpointId, UnderWay> underWay = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<EndpointId, UnderWay> eldest) {
            return size() > UNDER_WAY_MAX;
        }
    };

    private record UnderWay(long base, long revision, Inventory so) {}

    public TrackerDesk(
            Books books,
            ReportClerk reports,
            LeaseClerk leases,
            DesiredClerk desired,
            FleetFacts facts,
            FleetWord fleet,
            InstantSource clock) {
        this.books = books;
        this.reports = new Together<>("reports", REPORTS_TOGETHER_MAX, reports::store);
        this.leases = new Together<>(
                "leases",
                LeaseClerk.ASKS_MAX,
                asks -> leases.rule(asks)
                        .map(rulings -> rulings.stream().map(Optional::of).toList())
                        .orElseGet(() -> Collections.nCopies(asks.size(), Optional.empty())));
        this.desired = desired;
        this.facts = facts;
        this.fleet = fleet;
        this.clock = clock;
    }

    // ---- reports and leases

    @Override
    public CompletableFuture<ReportsStored> store(EndpointId endpoint, StatusReports message) {
        return reports.ask(new StatusBook.Arrival(endpoint, message, clock.instant()))
                .thenApply(answer -> ReportsStored.newBuilder()
                        .setJournal(message.getJournal())
                        .setSequence(answer.upTo())
                        .setHad(answer.recollection().last())
                        .addAllHadChecks(answer.recollection().checks())
                        .build());
    }

    @Override
    public CompletableFuture<Optional<LeaseDesk.Ruling>> lease(LeaseQuestion question) {
        return leases.ask(new LeaseClerk.Ask(question.endpoint(), question.site(), question.action()));
    }

    // ---- inventories

    @Override
    public InventoryNeeded inventory(EndpointId endpoint, InventoryDelta delta) {
        Optional<UnderWay> before = begun(endpoint, delta);
        if (before.isEmpty() || delta.getRevision() == 0) {
            return needed(endpoint);
        }
        Inventory next;
        try {
            next = before.get().so().with(InventoryCodec.read(delta));
        } catch (IllegalArgumentException e) {
            LOG.warn("the inventory of {} is not taken: {}", endpoint, e.getMessage());
            forget(endpoint);
            return needed(endpoint);
        }
        if (delta.getMore()) {
            synchronized (lock) {
                underWay.put(endpoint, new UnderWay(delta.getBase(), delta.getRevision(), next));
            }
            return InventoryNeeded.newBuilder().setHave(delta.getBase()).build();
        }
        forget(endpoint);
        books.write(Actor.product(), pages -> {
            pages.fleet()
                    .keep(
                            endpoint,
                            delta.getRevision(),
                            next,
                            facts.roster(pages).selectors());
            return 0;
        });
        return InventoryNeeded.newBuilder().setHave(delta.getRevision()).build();
    }

    /** What the frame is put on: what came before of the same revision, or what is stored; nothing where it belongs to neither. */
    private Optional<UnderWay> begun(EndpointId endpoint, InventoryDelta delta) {
        synchronized (lock) {
            UnderWay before = underWay.get(endpoint);
            if (before != null && before.base() == delta.getBase() && before.revision() == delta.getRevision()) {
                return Optional.of(before);
            }
        }
        if (delta.getBase() == 0) {
            return Optional.of(new UnderWay(0, delta.getRevision(), Inventory.EMPTY));
        }
        return books.read(pages -> pages.fleet().inventory(endpoint))
                .filter(known -> known.revision() == delta.getBase())
                .map(known -> new UnderWay(delta.getBase(), delta.getRevision(), known.inventory()));
    }

    private void forget(EndpointId endpoint) {
        synchronized (lock) {
            underWay.remove(endpoint);
        }
    }

    private InventoryNeeded needed(EndpointId endpoint) {
        return InventoryNeeded.newBuilder()
                .setHave(books.read(pages -> pages.fleet().revision(endpoint)))
                .build();
    }

    // ---- who is there

    @Override
    public void present(Roll roll) {
        String tracker = roll.tracker().toString();
        List<Fleet.Here> here = roll.here().stream()
                .map(one -> new Fleet.Here(one.endpoint(), one.site().orElse(""), one.since()))
                .toList();
        books.write(Actor.product(), pages -> {
            if (roll.full() || !here.isEmpty()) {
                pages.fleet().here(tracker, here, roll.full());
            }
            if (!roll.gone().isEmpty()) {
                pages.fleet().away(tracker, roll.gone(), pages.now());
            }
            return 0;
        });
        for (Sighting one : roll.here()) {
            long revision = one.desiredRevision();
            if (revision >= 0 && revision <= DesiredState.REVISION_MAX) {
                heard.merge(one.endpoint(), revision, Math::max);
            } else {
                LOG.warn(
                        "{} says that it acts on the desired state {}, which nobody ever ordered; look at the machine",
                        one.endpoint(),
                        Long.toUnsignedString(revision));
            }
        }
    }

    @Override
    public void lost(HostPort tracker, String why) {
        LOG.info("no session with the tracker {}: {}", tracker, why);
    }

    // ---- what is said of them

    @Override
    public Map<EndpointId, Word> words(Collection<EndpointId> endpoints) {
        Map<EndpointId, DesiredState> wanted = desired.above(endpoints, heard);
        return books.read(pages -> {
            Roster roster = facts.roster(pages);
            Map<EndpointId, Word> words = new HashMap<>();
            Map<EndpointId, Fleet.Row> rows = pages.fleet().find(endpoints);
            Map<EndpointId, Long> revisions = pages.fleet().revisions(endpoints);
            for (EndpointId endpoint : endpoints) {
                Optional<EndpointFacts> known =
                        Optional.ofNullable(rows.get(endpoint)).map(Fleet.Row::facts);
                words.put(
                        endpoint,
                        new Word(
                                StateCodec.write(wanted.getOrDefault(endpoint, DesiredState.NONE)),
                                known.map(one -> groups(roster, one, pages.now()))
                                        .orElse(Set.of()),
                                known.<Map<String, String>>map(EndpointFacts::labels)
                                        .orElse(Map.of()),
                                revisions.getOrDefault(endpoint, 0L)));
            }
            return words;
        });
    }

    private static Set<String> groups(Roster roster, EndpointFacts facts, Instant now) {
        Set<String> names = new TreeSet<>();
        roster.groupsOf(facts, now).forEach(name -> names.add(name.word()));
        return names;
    }

    @Override
    public Standing standing() {
        return fleet.standing();
    }

    @Override
    public Optional<IssuedToken> token(String id) {
        return fleet.token(id);
    }

    @Override
    public void certified(List<Machine> machines) {
        fleet.certified(machines);
    }

    @Override
    public void counted(HostPort tracker, LinkCounts counts) {
        fleet.counted(tracker, counts);
    }

    /** Arrivals that wait for the ledger. */
    public int waiting() {
        return reports.waiting();
    }

    @Override
    public void close() {
        leases.close();
        reports.close();
    }
}
