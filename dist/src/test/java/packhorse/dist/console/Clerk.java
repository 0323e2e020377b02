package packhorse.dist.console;

import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import packhorse.console.trackers.ConsoleDesk;
import packhorse.console.trackers.LeaseQuestion;
import packhorse.console.trackers.Roll;
import packhorse.console.trackers.Sighting;
import packhorse.console.trackers.Standing;
import packhorse.console.trackers.Word;
import packhorse.console.wave.LeaseDesk;
import packhorse.core.message.v1.DesiredItem;
import packhorse.core.message.v1.DesiredStateUpdate;
import packhorse.core.message.v1.InventoryDelta;
import packhorse.core.message.v1.InventoryNeeded;
import packhorse.core.message.v1.ReportsStored;
import packhorse.core.message.v1.StatusReport;
import packhorse.core.message.v1.StatusReports;
import packhorse.core.topology.EndpointId;
import packhorse.core.topology.HostPort;

/** A console's desk that keeps everything in memory, and is slow, deaf or broken when the test says so. */
final class Clerk implements ConsoleDesk {
    /** What is stored: a sequence is there once, however often it came. */
    final Map<EndpointId, Map<Long, StatusReport>> stored = new ConcurrentHashMap<>();

    final Map<EndpointId, Word> words = new ConcurrentHashMap<>();
    final Map<EndpointId, Sighting> here = new ConcurrentHashMap<>();
    final Map<EndpointId, Long> inventories = new ConcurrentHashMap<>();
    final List<LeaseQuestion> questions = new CopyOnWriteArrayList<>();
    final List<HostPort> lost = new CopyOnWriteArrayList<>();
    final List<Set<EndpointId>> asked = new CopyOnWriteArrayList<>();

    /** What a store completes with; empty: at once. */
    volatile Optional<CompletableFuture<Void>> gate = Optional.empty();

    /** What finding words waits for; empty: nothing. */
    volatile Optional<CompletableFuture<Void>> wordsGate = Optional.empty();

    /** How often words were looked for behind that gate. */
    final AtomicInteger searching = new AtomicInteger();

    volatile Optional<LeaseDesk.Ruling> ruling = Optional.of(new LeaseDesk.Ruling.Refused("hold"));
    volatile Standing standing = Standing.NONE;

    /** Says that an endpoint should have something under that action. */
    void order(EndpointId endpoint, long revision, String action) {
        words.put(
                endpoint,
                new Word(
                        DesiredStateUpdate.newBuilder()
                                .setRevision(revision)
                                .addItems(DesiredItem.newBuilder().setAction(action))
                                .build(),
                        Set.of(),
                        Map.of(),
                        inventories.getOrDefault(endpoint, 0L)));
    }

    @Override
    public CompletableFuture<ReportsStored> store(EndpointId endpoint, StatusReports reports) {
        Map<Long, StatusReport> all = stored.computeIfAbsent(endpoint, each -> new ConcurrentHashMap<>());
        reports.getReportsList().forEach(report -> all.put(report.getSequence(), report));
        ReportsStored answer = ReportsStored.newBuilder()
                .setJournal(reports.getJournal())
                .setSequence(
                        all.keySet().stream().mapToLong(Long::longValue).max().orElse(0))
                .build();
        return gate.map(open -> open.thenApply(unused -> answer))
                .orElseGet(() -> CompletableFuture.completedFuture(answer));
    }

    @Override
    public CompletableFuture<Optional<LeaseDesk.Ruling>> lease(LeaseQuestion question) {
        questions.add(question);
        return CompletableFuture.completedFuture(ruling);
    }

    @Override
    public InventoryNeeded inventory(EndpointId endpoint, InventoryDelta delta) {
        inventories.put(endpoint, delta.getRevision());
        return InventoryNeeded.newBuilder().setHave(delta.getRevision()).build();
    }

    @Override
    public void present(Roll roll) {
        if (roll.full()) {
            here.clear();
        }
        roll.gone().forEach(here::remove);
        roll.here().forEach(sighting -> here.put(sighting.endpoint(), sighting));
    }

    @Override
    public Map<EndpointId, Word> words(Collection<EndpointId> endpoints) {
        asked.add(Set.copyOf(endpoints));
        wordsGate.ifPresent(gate -> {
            searching.incrementAndGet();
            gate.join();
        });
        Map<EndpointId, Word> known = new HashMap<>();
        endpoints.forEach(endpoint -> {
            Word word = words.get(endpoint);
            if (word != null) {
                known.put(endpoint, word);
            }
        });
        return known;
    }

    @Override
    public Standing standing() {
        return standing;
    }

    @Override
    public void lost(HostPort tracker, String why) {
        lost.add(tracker);
        here.clear();
    }

    /** Where an endpoint is; empty where it is nowhere. */
    Optional<String> site(EndpointId endpoint) {
        return Optional.ofNullable(here.get(endpoint)).flatMap(Sighting::site);
    }

    /** Sequences of an endpoint's reports that are stored. */
    Set<Long> stored(EndpointId endpoint) {
        return stored.getOrDefault(endpoint, Map.of()).keySet();
    }

    /** Grants every lease until then. */
    void grant(Instant until) {
        ruling = Optional.of(new LeaseDesk.Ruling.Granted(until));
    }
}
