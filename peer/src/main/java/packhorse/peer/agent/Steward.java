package packhorse.peer.agent;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.core.OperationException;
import packhorse.core.content.ReleaseId;
import packhorse.core.content.Sha256;
import packhorse.core.message.v1.DesiredStateUpdate;
import packhorse.core.state.ActionState;
import packhorse.core.state.DesiredItem;
import packhorse.core.state.DesiredState;
import packhorse.core.state.Priority;
import packhorse.core.state.StatusEntry;
import packhorse.core.state.Subject;
import packhorse.core.trust.VerifiedManifest;
import packhorse.peer.adapter.Adapters;
import packhorse.peer.adapter.Irreversible;
import packhorse.peer.agent.WantedJournal.Whom;
import packhorse.peer.desired.ActionRecord;
import packhorse.peer.desired.Course;
import packhorse.peer.desired.FetchLimits;
import packhorse.peer.desired.Situation;
import packhorse.peer.install.InstallTask;
import packhorse.peer.journal.Draft;
import packhorse.peer.journal.ReportJournal;
import packhorse.peer.site.Books;

/**
 * Brings this machine to its desired state. What to do is decided by {@link Course}; this keeps what the decision needs and
 * does what it says.
 *
 * <p>After every change the course is asked again. States go to the report journal first, and nothing else happens until they stand
 * there; then come the effects, each of which may be repeated: looking a subject up ({@link Lookups}), beginning a fetch, taking a release off the
 * disk, giving a fetch up ({@link OrderedContent}), telling the installer ({@link Installations}).
 *
 * <p>Owns the course. Only the owner thread enters.
 */
final class Steward {
    /** Reports that could not be written are tried again after this long. */
    private static final Duration TRY_AGAIN = Duration.ofSeconds(5);

    private static final Logger LOG = LoggerFactory.getLogger(Steward.class);

    private final OrderedState ordered;
    private final Lookups lookups;
    private final OrderedContent content;
    private final ReportJournal reports;
    private final Outbox outbox;
    private final Catalogued catalogued;
    private final Adapters adapters = Adapters.standard();
    private final Packs packs;
    private final Shelf shelf;
    private final WantedJournal journal;
    private final Sources sources;
    private final Reporter reporter;
    private final Installations installations;
    private final LocalOrders local;
    private final Errands errands;
    private final InstantSource clock;
    private final LongSupplier nanoTime;

    /** What actions wait for, one line each. */
    private Map<String, String> waits = Map.of();
    /** When the machine is started again, by the actions that wait for it. */
    private Map<String, Instant> restarts = Map.of();

    private boolean ready;
    private boolean writing;
    private boolean planning;
    /** Manifests are being written beside content that came as another release's. */
    private boolean naming;
    /** Digests of manifests that could not be; forgotten when other items count. */
    private final Set<Sha256> unnamable = new HashSet<>();

    private boolean again;
    private final Map<String, String> failures = new HashMap<>();
    private Optional<Instant> wake = Optional.empty();

    /**
     * Reads the last desired state back.
     *
     * @param unknownGrace how long a release may be missing from the catalogue before its order is refused
     */
    Steward(
            Path file,
            Duration unknownGrace,
            ReportJournal reports,
            Outbox outbox,
            Catalogued catalogued,
            Packs packs,
            Intake intake,
            Swarms swarms,
            Shelf shelf,
            WantedJournal journal,
            Sources sources,
            Reporter reporter,
            Installations installations,
            LocalOrders local,
            Errands errands,
            InstantSource clock,
            LongSupplier nanoTime) {
        this.ordered = new OrderedState(file, errands, clock, this::adopted);
        this.lookups = new Lookups(catalogued, unknownGrace, errands, clock, this::plan);
        this.content = new OrderedContent(
                catalogued, packs, intake, swarms, shelf, journal, errands, clock, this::plan, this::failed);
        this.reports = reports;
        this.outbox = outbox;
        this.catalogued = catalogued;
        this.packs = packs;
        this.shelf = shelf;
        this.journal = journal;
        this.sources = sources;
        this.reporter = reporter;
        this.installations = installations;
        this.local = local;
        this.errands = errands;
        this.clock = clock;
        this.nanoTime = nanoTime;
        swarms.whenGone(this::plan);
    }

    /** The number of the desired state that is acted on. */
    long revision() {
        return ordered.now().revision();
    }

    /** What trackers order, then what the user of this machine did. */
    DesiredState desired() {
        DesiredState said = ordered.now();
        Set<String> actions = said.items().stream().map(DesiredItem::action).collect(Collectors.toSet());
        List<DesiredItem> items = new ArrayList<>(said.items());
        local.items().stream()
                .filter(item -> !actions.contains(item.action()) && items.size() < DesiredState.ITEMS_MAX)
                .forEach(items::add);
        return new DesiredState(said.revision(), items, said.variables());
    }

    /** All that is to be done on this machine, and what nobody orders any more and is being ended or taken back. */
    List<DesiredItem> going() {
        List<DesiredItem> going = new ArrayList<>(desired().items());
        Set<String> ordered = going.stream().map(DesiredItem::action).collect(Collectors.toSet());
        installations.told().stream()
                .filter(task -> !ordered.contains(task.action()))
                .filter(task -> last(task.action())
                        .filter(entry -> !entry.state().ends(entry.operation()))
                        .isPresent())
                .map(task -> new DesiredItem(
                        task.action(),
                        task.subject(),
                        task.operation(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Priority.NORMAL,
                        Optional.empty(),
                        task.policy()))
                .forEach(going::add);
        return going;
    }

    /** One of them. */
    Optional<DesiredItem> item(String action) {
        return going().stream().filter(item -> item.action().equals(action)).findFirst();
    }

    /** Whether the desired state brings a release here, so that nobody has to be asked whether it may be had. */
    boolean brings(ReleaseId id) {
        return ordered.now().items().stream()
                .filter(item -> item.operation().needsContent())
                .anyMatch(item -> item.subject().bundle()
                        ? lookups.parts(item.subject()).stream()
                                .anyMatch(part -> part.release().equals(id))
                        : item.subject().id().equals(id));
    }

    /** The same for a bundle. */
    boolean bringsBundle(ReleaseId id) {
        return ordered.now().items().stream()
                .filter(item ->
                        item.operation().needsContent() && item.subject().bundle())
                .anyMatch(item -> item.subject().id().equals(id));
    }

    /** What is in the store is known: the course can be taken. */
    void begin() {
        ready = true;
        plan();
    }

    /** A tracker says what this endpoint should have. */
    void take(DesiredStateUpdate update) {
        ordered.take(update);
    }

    private void adopted() {
        LOG.info(
                "the desired state is now {}, with {} items",
                ordered.now().revision(),
                ordered.now().items().size());
        itemsChanged();
    }

    /** Another set of items is wanted: what is known of others is forgotten. */
    void itemsChanged() {
        List<DesiredItem> items = desired().items();
        Set<String> actions = items.stream().map(DesiredItem::action).collect(Collectors.toSet());
        Set<Subject> subjects = items.stream().map(DesiredItem::subject).collect(Collectors.toSet());
        failures.keySet().retainAll(actions);
        lookups.retain(subjects);
        unnamable.clear();
        reports.current(actions);
        reporter.press();
        plan();
    }

    /** Time passes: what waited for it is looked at. */
    void tick() {
        ordered.tick();
        Instant now = clock.instant();
        boolean due = wake.filter(time -> !now.isBefore(time)).isPresent();
        due |= lookups.tick();
        due |= content.tick();
        if (due) {
            plan();
        }
    }

    /** Asks for the course and follows it. */
    void plan() {
        if (!ready) {
            return;
        }
        again = true;
        if (planning) {
            return;
        }
        planning = true;
        try {
            while (again && !writing) {
                again = false;
                follow(Course.of(situation()));
            }
        } finally {
            planning = false;
        }
    }

    private void follow(Course course) {
        wake = course.wake();
        if (!course.moves().isEmpty()) {
            write(course.moves());
            return;
        }
        waits = course.waits();
        announce(course.restarts());
        if (naming || name(course.tasks())) {
            return;
        }
        installations.tell(course.tasks());
        installations.want(course.leases());
        course.resolve().forEach(lookups::ask);
        course.delete().forEach(content::delete);
        course.end().forEach(content::end);
        course.fetch().forEach(content::fetch);
        for (PackState state : packs.all()) {
            Course.Fetch fetch = course.fetch().get(state.id());
            state.ordered = Optional.ofNullable(fetch).map(Course.Fetch::priority);
        }
    }

    private void announce(Map<String, Instant> now) {
        now.forEach((action, at) -> {
            if (!at.equals(restarts.get(action))) {
                LOG.info("the machine starts again at {}, because the action {} needs it", at, action);
            }
        });
        restarts = now;
    }

    /**
     * Keeps the manifests of what is to be put in place with its content, where that came as another release's: the installer
     * believes only what lies there.
     *
     * @return whether one has to be written first; the course is asked for again then
     */
    private boolean name(List<InstallTask> tasks) {
        Map<VerifiedManifest, PackState> nameless = new LinkedHashMap<>();
        for (InstallTask task : tasks) {
            for (InstallTask.Member member : task.members()) {
                member.pack()
                        .map(packs::get)
                        .filter(state -> state.phase == PackState.Phase.WHOLE)
                        .filter(state -> !state.releases.contains(member.release()))
                        .ifPresent(state -> catalogued
                                .manifest(member.manifest())
                                .filter(manifest -> !unnamable.contains(manifest.digest()))
                                .ifPresent(manifest -> nameless.put(manifest, state)));
            }
        }
        if (nameless.isEmpty()) {
            return false;
        }
        naming = true;
        errands.run(
                () -> {
                    nameless.keySet().forEach(shelf::keep);
                    return nameless;
                },
                kept -> {
                    naming = false;
                    kept.forEach((manifest, state) ->
                            state.releases.add(manifest.manifest().id()));
                    plan();
                },
                refused -> {
                    // The installer will say that it is not there; nothing else waits for it.
                    naming = false;
                    nameless.keySet().forEach(manifest -> unnamable.add(manifest.digest()));
                    LOG.error("{}; what is to be put in place cannot be handed over", refused.reason());
                    plan();
                });
        return true;
    }

    private Situation situation() {
        Set<Sha256> whole = new HashSet<>();
        Map<ReleaseId, Sha256> held = new HashMap<>();
        Set<Sha256> asked = new HashSet<>();
        for (PackState state : packs.all()) {
            if (state.phase == PackState.Phase.WHOLE) {
                whole.add(state.id());
            }
            if (state.phase == PackState.Phase.WHOLE || state.phase == PackState.Phase.LEAVING) {
                state.releases.forEach(id -> held.put(id, state.id()));
            }
            if (state.waiters.stream().anyMatch(PackWaiter::isPerson)) {
                asked.add(state.id());
            }
        }
        Set<Sha256> onTheirWay = new HashSet<>(journal.wantedBy(Whom.ORDERED));
        onTheirWay.removeAll(whole);
        Map<String, ActionRecord> reported = new HashMap<>();
        reports.last()
                .forEach((action, entry) -> reported.put(
                        action, new ActionRecord(action, entry.subject(), entry.operation(), entry.state())));
        return new Situation(
                desired(),
                clock.instant(),
                FetchLimits.DEFAULT,
                lookups.all(),
                whole,
                held,
                onTheirWay,
                asked,
                failures,
                reported,
                installations.now());
    }

    private void write(List<Course.Move> moves) {
        Instant now = clock.instant();
        sources.count();
        List<Draft> drafts = new ArrayList<>();
        for (Course.Move move : moves) {
            Books books = bytes(move.subject());
            drafts.add(new Draft(
                    now,
                    move.action(),
                    move.subject(),
                    move.operation(),
                    move.state(),
                    move.detail(),
                    move.code(),
                    move.codeClass(),
                    books.wanIn(),
                    books.lanIn(),
                    revision()));
            if (move.state() == ActionState.FAILED
                    || move.state() == ActionState.REFUSED
                    || move.state() == ActionState.UNDO_FAILED) {
                LOG.error("the action {} is {}: {}", move.action(), move.state(), move.detail());
            } else {
                LOG.info("the action {} is {} {}", move.action(), move.state(), move.detail());
            }
        }
        writing = true;
        errands.run(
                () -> reports.append(drafts),
                written -> {
                    writing = false;
                    outbox.pump(nanoTime.getAsLong());
                    plan();
                },
                refused -> {
                    // What cannot be written down does not happen; the next tick tries again.
                    writing = false;
                    wake = Optional.of(clock.instant().plus(TRY_AGAIN));
                    LOG.error("{}", refused.reason());
                });
    }

    private Books bytes(Subject subject) {
        return lookups.packs(subject).stream().map(sources::received).reduce(Books.ZERO, Books::plus);
    }

    /** A pack will not come: so say the actions that wait for it. */
    private void failed(Sha256 pack, String reason) {
        for (DesiredItem item : desired().items()) {
            if (lookups.packs(item.subject()).contains(pack)) {
                failures.put(item.action(), reason);
            }
        }
        plan();
    }

    /** What was last reported of an action. */
    Optional<StatusEntry> last(String action) {
        return reports.last(action);
    }

    /** Why an action does not go on, where something is in its way. */
    String hindrance(DesiredItem item) {
        String refusal = installations.refusal(item.action());
        String waiting = waits.getOrDefault(item.action(), "");
        if (!refusal.isEmpty()) {
            return waiting + ": " + refusal;
        }
        return waiting.isEmpty() ? lookups.trouble(item.subject()) : waiting;
    }

    /** When the machine is started again, and for which action. */
    record Restart(Instant at, String action) {}

    /** The start that an action waits for, where the agent begins it: the first that any asks for. */
    Optional<Restart> restart(String action) {
        return restarts.containsKey(action)
                ? restarts.entrySet().stream()
                        .map(entry -> new Restart(entry.getValue(), entry.getKey()))
                        .min(Comparator.comparing(Restart::at).thenComparing(Restart::action))
                : Optional.empty();
    }

    /** The content of what a subject turned out to be. */
    List<Sha256> packsOf(Subject subject) {
        return lookups.packs(subject);
    }

    /** Whether a release of it declares no way back, as far as that is known. */
    boolean isIrreversible(Subject subject) {
        return lookups.parts(subject).stream()
                .flatMap(part -> catalogued.manifest(part.manifest()).stream())
                .anyMatch(known ->
                        !Irreversible.reasons(known.manifest(), adapters).isEmpty());
    }

    /** How many reports are not known to be stored. */
    int reportsWaiting() {
        return outbox.waiting();
    }

    /** Ends; reports that wait are sent by the next start. */
    void close() {
        try {
            reports.close();
        } catch (OperationException e) {
            LOG.warn("{}", e.getMessage());
        }
    }
}
