package packhorse.peer.agent;

import java.io.IOException;
import java.nio.file.Files;
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
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.core.OperationException;
import packhorse.core.content.ReleaseId;
import packhorse.core.content.Sha256;
import packhorse.core.durable.Durably;
import packhorse.core.message.FrameCodec;
import packhorse.core.message.StateCodec;
import packhorse.core.message.v1.DesiredStateUpdate;
import packhorse.core.message.v1.Envelope;
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
import packhorse.peer.desired.Resolution;
import packhorse.peer.desired.Situation;
import packhorse.peer.install.InstallTask;
import packhorse.peer.journal.Draft;
import packhorse.peer.journal.ReportJournal;
import packhorse.peer.site.Books;

/**
 * Brings this machine to its desired state. What to do is decided by {@link Course}; this keeps what the decision needs and
 * does what it says.
 *
 * <p>The newest desired state stands in a file before it is acted on, so a machine that starts without any tracker goes on with
 * it; one with a lower number is yesterday's and is not listened to. After every change the course is asked again. States go to
 * the report journal first, and nothing else happens until they stand there; then come the effects, each of which may be
 * repeated: looking a subject up, beginning a fetch, taking a release off the disk, giving a fetch up, telling the installer.
 *
 * <p>Owns the desired state, what its subjects turned out to be, and what is under way for it. Only the owner thread enters.
 */
final class Steward {
    /** A subject that could not be looked up is asked about again after this long. */
    private static final Duration ASK_AGAIN = Duration.ofSeconds(5);
    /** A fetch that could not begin (the torrent is not had, say) is tried again after this long. */
    private static final Duration TRY_AGAIN = Duration.ofSeconds(5);
    /** A fetch that could not begin this often is reported as failed. */
    private static final int TRIES_MAX = 12;

    private static final Logger LOG = LoggerFactory.getLogger(Steward.class);

    private final Path file;
    private final Duration unknownGrace;
    private final ReportJournal reports;
    private final Outbox outbox;
    private final Catalogued catalogued;
    private final Adapters adapters = Adapters.standard();
    private final Packs packs;
    private final Intake intake;
    private final Swarms swarms;
    private final Shelf shelf;
    private final WantedJournal journal;
    private final Sources sources;
    private final Reporter reporter;
    private final Installations installations;
    private final LocalOrders local;
    private final Errands errands;
    private final InstantSource clock;
    private final LongSupplier nanoTime;

    private DesiredState desired;
    /** What actions wait for, one line each. */
    private Map<String, String> waits = Map.of();
    /** When the machine is started again, by the actions that wait for it. */
    private Map<String, Instant> restarts = Map.of();

    private boolean storing;
    private Optional<DesiredState> toStore = Optional.empty();
    private Optional<Instant> storeAt = Optional.empty();
    private boolean ready;
    private boolean writing;
    private boolean planning;
    /** Manifests are being written beside content that came as another release's. */
    private boolean naming;
    /** Digests of manifests that could not be; forgotten when other items count. */
    private final Set<Sha256> unnamable = new HashSet<>();

    private boolean again;
    private final Map<Subject, Resolution> resolutions = new HashMap<>();
    private final Map<Subject, Instant> unknownSince = new HashMap<>();
    private final Set<Subject> resolving = new HashSet<>();
    private final Map<Subject, Instant> askAt = new HashMap<>();
    private final Map<String, String> failures = new HashMap<>();
    private final Map<Sha256, Integer> tries = new HashMap<>();
    private final Map<Sha256, Instant> tryAt = new HashMap<>();
    private final Set<Sha256> beginning = new HashSet<>();
    private final Set<Sha256> waitingFor = new HashSet<>();
    private final Set<ReleaseId> deleting = new HashSet<>();
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
        this.file = file;
        this.unknownGrace = unknownGrace;
        this.reports = reports;
        this.outbox = outbox;
        this.catalogued = catalogued;
        this.packs = packs;
        this.intake = intake;
        this.swarms = swarms;
        this.shelf = shelf;
        this.journal = journal;
        this.sources = sources;
        this.reporter = reporter;
        this.installations = installations;
        this.local = local;
        this.errands = errands;
        this.clock = clock;
        this.nanoTime = nanoTime;
        this.desired = read(file);
        swarms.whenGone(this::plan);
    }

    private static DesiredState read(Path file) {
        if (!Files.exists(file)) {
            return DesiredState.NONE;
        }
        try {
            return StateCodec.read(FrameCodec.decode(Files.readAllBytes(file)).getDesiredState());
        } catch (IOException | IllegalArgumentException e) {
            LOG.error("the desired state in {} cannot be read ({}); a tracker will say it again", file, e.getMessage());
            return DesiredState.NONE;
        }
    }

    /** The number of the desired state that is acted on. */
    long revision() {
        return desired.revision();
    }

    /** What trackers order, then what the user of this machine did. */
    DesiredState desired() {
        Set<String> ordered = desired.items().stream().map(DesiredItem::action).collect(Collectors.toSet());
        List<DesiredItem> items = new ArrayList<>(desired.items());
        local.items().stream()
                .filter(item -> !ordered.contains(item.action()) && items.size() < DesiredState.ITEMS_MAX)
                .forEach(items::add);
        return new DesiredState(desired.revision(), items, desired.variables());
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
        return desired.items().stream()
                .filter(item -> item.operation().needsContent())
                .anyMatch(item -> item.subject().bundle()
                        ? isPartOf(id, resolutions.get(item.subject()))
                        : item.subject().id().equals(id));
    }

    private static boolean isPartOf(ReleaseId id, @Nullable Resolution bundle) {
        return bundle instanceof Resolution.Known(List<Resolution.Part> parts)
                && parts.stream().anyMatch(part -> part.release().equals(id));
    }

    /** The same for a bundle. */
    boolean bringsBundle(ReleaseId id) {
        return desired.items().stream()
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
        DesiredState said;
        try {
            said = StateCodec.read(update);
        } catch (IllegalArgumentException e) {
            LOG.error(
                    "the desired state {} cannot be read and changes nothing: {}; update this agent, or mend what was"
                            + " ordered",
                    update.getRevision(),
                    e.getMessage());
            return;
        }
        long newest = toStore.map(DesiredState::revision).orElse(desired.revision());
        if (said.revision() > newest) {
            toStore = Optional.of(said);
            store();
        } else {
            LOG.debug("the desired state {} is not newer than {}", said.revision(), newest);
        }
    }

    private void store() {
        if (storing || toStore.isEmpty()) {
            return;
        }
        DesiredState next = toStore.get();
        storing = true;
        storeAt = Optional.empty();
        errands.run(
                () -> {
                    Durably.replace(
                            file,
                            FrameCodec.encode(Envelope.newBuilder()
                                    .setVersion(FrameCodec.VERSION)
                                    .setDesiredState(StateCodec.write(next))
                                    .build()));
                    return next;
                },
                stored -> {
                    storing = false;
                    toStore = toStore.filter(other -> other.revision() > stored.revision());
                    adopt(stored);
                    store();
                },
                refused -> {
                    // Sessions last for days, so nobody would say it again soon; until it stands the last one holds.
                    storing = false;
                    storeAt = Optional.of(clock.instant().plus(TRY_AGAIN));
                    LOG.error(
                            "the desired state {} cannot be kept and changes nothing: {}",
                            next.revision(),
                            refused.reason());
                });
    }

    private void adopt(DesiredState now) {
        LOG.info(
                "the desired state is now {}, with {} items",
                now.revision(),
                now.items().size());
        desired = now;
        itemsChanged();
    }

    /** Another set of items is wanted: what is known of others is forgotten. */
    void itemsChanged() {
        List<DesiredItem> items = desired().items();
        Set<String> actions = items.stream().map(DesiredItem::action).collect(Collectors.toSet());
        Set<Subject> subjects = items.stream().map(DesiredItem::subject).collect(Collectors.toSet());
        failures.keySet().retainAll(actions);
        resolutions.keySet().retainAll(subjects);
        unknownSince.keySet().retainAll(subjects);
        unnamable.clear();
        askAt.keySet().retainAll(subjects);
        reports.current(actions);
        reporter.press();
        plan();
    }

    /** Time passes: what waited for it is looked at. */
    void tick() {
        Instant now = clock.instant();
        if (storeAt.filter(time -> !now.isBefore(time)).isPresent()) {
            store();
        }
        boolean due = wake.filter(time -> !now.isBefore(time)).isPresent();
        due |= askAt.values().removeIf(time -> !now.isBefore(time));
        due |= tryAt.values().removeIf(time -> !now.isBefore(time));
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
        course.resolve().forEach(this::resolve);
        course.delete().forEach(this::delete);
        course.end().forEach(this::end);
        course.fetch().forEach(this::fetch);
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
        Set<Sha256> ordered = new HashSet<>(journal.wantedBy(Whom.ORDERED));
        ordered.removeAll(whole);
        Map<String, ActionRecord> reported = new HashMap<>();
        reports.last()
                .forEach((action, entry) -> reported.put(
                        action, new ActionRecord(action, entry.subject(), entry.operation(), entry.state())));
        return new Situation(
                desired(),
                clock.instant(),
                FetchLimits.DEFAULT,
                resolutions,
                whole,
                held,
                ordered,
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
                    desired.revision()));
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
        return resolutions.get(subject) instanceof Resolution.Known(List<Resolution.Part> parts)
                ? parts.stream().map(part -> sources.received(part.pack())).reduce(Books.ZERO, Books::plus)
                : Books.ZERO;
    }

    private void resolve(Subject subject) {
        boolean known = resolutions.get(subject) instanceof Resolution.Wrong;
        if (known || askAt.containsKey(subject) || !resolving.add(subject)) {
            return;
        }
        errands.run(
                () -> catalogued.resolve(subject, false),
                resolution -> {
                    resolving.remove(subject);
                    resolved(subject, resolution);
                },
                refused -> {
                    resolving.remove(subject);
                    resolved(subject, new Resolution.Unavailable(refused.reason()));
                });
    }

    /** What the catalogue does not list may have been published a moment ago and not be mirrored yet. */
    private void resolved(Subject subject, Resolution resolution) {
        Instant now = clock.instant();
        Resolution taken = resolution;
        if (resolution instanceof Resolution.Wrong(String reason)) {
            Instant since = unknownSince.computeIfAbsent(subject, first -> now);
            if (now.isBefore(since.plus(unknownGrace))) {
                taken = new Resolution.Unavailable(reason);
            }
        }
        if (taken instanceof Resolution.Unavailable(String reason)) {
            LOG.debug("{}: {}", subject, reason);
            Instant graceEnds = unknownSince.getOrDefault(subject, now).plus(unknownGrace);
            Instant usual = now.plus(ASK_AGAIN);
            askAt.put(subject, graceEnds.isAfter(now) && graceEnds.isBefore(usual) ? graceEnds : usual);
        }
        resolutions.put(subject, taken);
        plan();
    }

    private void fetch(Sha256 pack, Course.Fetch fetch) {
        PackState state = packs.get(pack);
        if (state != null && state.phase != PackState.Phase.LEAVING) {
            await(state);
            if (!state.releases.contains(fetch.part().release())) {
                begin(pack, fetch);
            }
            return;
        }
        begin(pack, fetch);
    }

    private void begin(Sha256 pack, Course.Fetch fetch) {
        Instant now = clock.instant();
        Optional<VerifiedManifest> manifest = catalogued.manifest(fetch.part().manifest());
        if (manifest.isEmpty() || tryAt.containsKey(pack) || !beginning.add(pack)) {
            return;
        }
        intake.acquire(
                manifest.get(),
                Whom.ORDERED,
                state -> {
                    beginning.remove(pack);
                    tries.remove(pack);
                    state.ordered = Optional.of(fetch.priority());
                    if (state.phase == PackState.Phase.WHOLE) {
                        // Should the engine refuse what stands on the disk, this is not repeated without a pause.
                        tryAt.put(pack, clock.instant().plus(TRY_AGAIN));
                    }
                    await(state);
                    plan();
                },
                refused -> {
                    beginning.remove(pack);
                    int count = tries.merge(pack, 1, Integer::sum);
                    if (count >= TRIES_MAX) {
                        tries.remove(pack);
                        failed(pack, refused.reason());
                    } else {
                        LOG.warn("{} cannot be fetched yet: {}", fetch.part().release(), refused.reason());
                        tryAt.put(pack, now.plus(TRY_AGAIN));
                    }
                });
    }

    private void await(PackState state) {
        if (state.phase == PackState.Phase.WHOLE || !waitingFor.add(state.id())) {
            return;
        }
        state.waiters.add(new PackWaiter() {
            @Override
            public boolean isPerson() {
                return false;
            }

            @Override
            public void proving() {
                LOG.debug("{} is proven", state.id());
            }

            @Override
            public void whole(PackState pack) {
                waitingFor.remove(pack.id());
                plan();
            }

            @Override
            public void lost(Refused why) {
                waitingFor.remove(state.id());
                if (state.phase != PackState.Phase.LEAVING) {
                    failed(state.id(), why.reason());
                }
            }
        });
    }

    /** A pack will not come: so say the actions that wait for it. */
    private void failed(Sha256 pack, String reason) {
        for (DesiredItem item : desired().items()) {
            if (resolutions.get(item.subject()) instanceof Resolution.Known(List<Resolution.Part> parts)
                    && parts.stream().anyMatch(part -> part.pack().equals(pack))) {
                failures.put(item.action(), reason);
            }
        }
        plan();
    }

    private void delete(ReleaseId id) {
        Optional<PackState> holder = packs.all().stream()
                .filter(state -> state.phase == PackState.Phase.WHOLE && state.releases.contains(id))
                .findFirst();
        if (holder.isEmpty() || !deleting.add(id)) {
            return;
        }
        PackState state = holder.get();
        if (state.releases.size() > 1) {
            errands.run(
                    () -> {
                        shelf.forget(state.id(), id);
                        return id;
                    },
                    forgotten -> {
                        deleting.remove(id);
                        state.releases.remove(id);
                        plan();
                    },
                    refused -> notDeleted(id, refused));
        } else {
            swarms.remove(
                    state,
                    state.manifest.id() + " was deleted from this machine by an order",
                    () -> {
                        deleting.remove(id);
                        plan();
                    },
                    refused -> notDeleted(id, refused));
        }
    }

    private void notDeleted(ReleaseId id, Refused why) {
        deleting.remove(id);
        wake = Optional.of(clock.instant().plus(TRY_AGAIN));
        LOG.error("{} is not deleted: {}", id, why.reason());
    }

    private void end(Sha256 pack) {
        PackState state = packs.get(pack);
        boolean others = journal.wantedBy(Whom.PEOPLE).contains(pack)
                || (state != null && state.waiters.stream().anyMatch(PackWaiter::isPerson));
        if (beginning.contains(pack)) {
            return;
        }
        if (state != null && state.phase == PackState.Phase.FETCHING && !others) {
            LOG.info("{} is no longer desired; what came of it is dropped", state.manifest.id());
            waitingFor.remove(pack);
            swarms.remove(
                    state,
                    state.manifest.id() + " is no longer desired here",
                    this::plan,
                    refused -> LOG.warn("{}: {}", pack, refused.reason()));
        } else if (state == null || state.phase != PackState.Phase.LEAVING) {
            errands.quietly("forget that " + pack + " was ordered", () -> journal.remove(pack, Whom.ORDERED));
        }
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
        return waiting.isEmpty() && resolutions.get(item.subject()) instanceof Resolution.Unavailable(String reason)
                ? reason
                : waiting;
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
        return resolutions.get(subject) instanceof Resolution.Known(List<Resolution.Part> parts)
                ? parts.stream().map(Resolution.Part::pack).toList()
                : List.of();
    }

    /** Whether a release of it declares no way back, as far as that is known. */
    boolean isIrreversible(Subject subject) {
        return resolutions.get(subject) instanceof Resolution.Known(List<Resolution.Part> parts)
                && parts.stream()
                        .flatMap(part -> catalogued.manifest(part.manifest()).stream())
                        .anyMatch(known -> !Irreversible.reasons(known.manifest(), adapters)
                                .isEmpty());
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
