package packhorse.peer.agent;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import packhorse.core.content.Platform;
import packhorse.core.content.ReleaseId;
import packhorse.core.content.ReleaseName;
import packhorse.core.content.Version;
import packhorse.core.message.v1.ActionStatus;
import packhorse.core.message.v1.Defer;
import packhorse.core.message.v1.Install;
import packhorse.core.message.v1.LineList;
import packhorse.core.message.v1.LocalReply;
import packhorse.core.message.v1.Progress;
import packhorse.core.message.v1.Rollback;
import packhorse.core.state.ActionState;
import packhorse.core.state.DesiredItem;
import packhorse.core.state.InstallPolicy;
import packhorse.core.state.LineState;
import packhorse.core.state.Operation;
import packhorse.core.state.StatusEntry;
import packhorse.core.state.Subject;
import packhorse.peer.desired.Listing;
import packhorse.peer.desired.Listing.Choice;
import packhorse.peer.installer.engine.InstallFields;

/**
 * What the user of this machine asks for where something is put in place: an installation or a rollback becomes an order of his
 * own, which goes the way of all orders; he is shown how far it is until it ended, and it goes on when he goes away. He may put off what
 * an order lets him put off, also the start of the machine that it comes to in the end.
 *
 * <p>Owns who watches. Only the owner thread enters.
 */
final class LocalInstalls {
    /** A week and a bit; nobody means more by some hours. */
    private static final Duration DEFER_MAX = Duration.ofDays(10);

    /** Who names a version means it, also an older one than is in place. */
    private static final InstallPolicy NAMED = new InstallPolicy(Optional.empty(), false, false, true, false, false);

    private static final int EXIT_FAILED = 3;

    private record Watch(String action, ReplySink sink, boolean quiet) {}

    private final Chooser chooser;
    private final Permission permission;
    private final LocalOrders orders;
    private final Steward steward;
    private final Installations installations;
    private final ActionWriter writer;
    private final Packs packs;
    private final InstantSource clock;
    private final Set<Watch> watches = new HashSet<>();

    LocalInstalls(
            Chooser chooser,
            Permission permission,
            LocalOrders orders,
            Steward steward,
            Installations installations,
            ActionWriter writer,
            Packs packs,
            InstantSource clock) {
        this.chooser = chooser;
        this.permission = permission;
        this.orders = orders;
        this.steward = steward;
        this.installations = installations;
        this.writer = writer;
        this.packs = packs;
        this.clock = clock;
    }

    /** Whether somebody watches. */
    boolean any() {
        return !watches.isEmpty();
    }

    void install(Install asked, ReplySink sink) {
        ContentWish.Release wish;
        boolean bundle = asked.getPlatform().equals("bundle");
        try {
            wish = new ContentWish.Release(
                    ReleaseName.parse(asked.getName()),
                    asked.getVersion().isEmpty() ? Optional.empty() : Optional.of(Version.parse(asked.getVersion())),
                    asked.getPlatform().isEmpty() || bundle
                            ? Optional.empty()
                            : Optional.of(new Platform(asked.getPlatform())));
        } catch (IllegalArgumentException e) {
            sink.send(LocalDoor.failure(Refused.EXIT_USAGE, String.valueOf(e.getMessage())));
            return;
        }
        if (!installations.isThere()) {
            refuse(sink, Refused.failed(installations.trouble()));
            return;
        }
        chooser.choose(
                wish,
                bundle,
                choice -> {
                    switch (choice) {
                        case Choice.OneRelease(ReleaseId id) -> permitted(Subject.release(id), asked, sink);
                        case Choice.OneBundle(Listing.BundleId id) -> permitted(Permission.subject(id), asked, sink);
                        case Choice.NotFound(String reason) -> refuse(sink, Refused.usage(reason));
                    }
                },
                refused -> refuse(sink, refused));
    }

    private void permitted(Subject subject, Install asked, ReplySink sink) {
        // The page names a version with every wish; an older one is not for its user to bring.
        InstallPolicy policy = asked.getVersion().isEmpty() || !sink.isOwner() ? InstallPolicy.DEFAULT : NAMED;
        permission.ask(
                subject,
                () -> {
                    Runnable install =
                            () -> order(subject, Operation.INSTALL, policy, asked.getQuiet(), asked.getDetach(), sink);
                    ownUncommitted(subject)
                            .ifPresentOrElse(
                                    before -> orders.order(
                                            before,
                                            Operation.COMMIT,
                                            InstallPolicy.DEFAULT,
                                            this::isEnded,
                                            committed -> install.run(),
                                            refused -> refuse(sink, refused)),
                                    install);
                },
                refused -> refuse(sink, refused));
    }

    /**
     * Another version of the same line that this user put in place and that can still be taken back. He has no other way to say
     * that he is content with it than to want the next one; what others ordered is theirs to commit.
     */
    private Optional<Subject> ownUncommitted(Subject wanted) {
        return installations.lines().stream()
                .filter(line -> line.transaction() == LineState.TransactionState.UNDOABLE
                        && line.name().equals(wanted.id().name())
                        && line.platform().equals(wanted.id().platform())
                        && line.version()
                                .filter(there -> !there.equals(wanted.id().version()))
                                .isPresent())
                .map(line -> Subject.release(
                        new ReleaseId(line.name(), line.version().orElseThrow(), line.platform())))
                .filter(there -> orders.items().stream()
                        .anyMatch(item -> item.operation() == Operation.INSTALL
                                && item.subject().equals(there)))
                .findFirst();
    }

    /** Whether it is in place by an order of this machine's user, and by nobody else's. */
    private boolean isTheUsers(Subject there) {
        List<String> orders = steward.desired().items().stream()
                .filter(item -> item.operation() != Operation.ROLLBACK
                        && item.operation() != Operation.DISTRIBUTE
                        && item.subject().equals(there))
                .map(DesiredItem::action)
                .toList();
        return !orders.isEmpty() && orders.stream().allMatch(LocalOrders::isLocal);
    }

    private boolean isEnded(DesiredItem item) {
        return steward.last(item.action())
                .filter(entry -> entry.state().ends(entry.operation()))
                .isPresent();
    }

    void rollback(Rollback asked, ReplySink sink) {
        if (!installations.isThere()) {
            refuse(sink, Refused.failed(installations.trouble()));
            return;
        }
        List<LineState> there = installations.lines().stream()
                .filter(line -> line.name().toString().equals(asked.getName()))
                .filter(line ->
                        asked.getPlatform().isEmpty() || line.platform().word().equals(asked.getPlatform()))
                .filter(line -> line.version().isPresent())
                .toList();
        if (there.isEmpty()) {
            refuse(
                    sink,
                    Refused.usage("nothing of " + asked.getName()
                            + " is in place on this machine; see what is with: packhorse status"));
        } else if (there.size() > 1) {
            refuse(
                    sink,
                    Refused.usage(asked.getName() + " is in place for "
                            + there.stream()
                                    .map(line -> line.platform().word())
                                    .collect(Collectors.joining(" and for "))
                            + "; say which with --platform"));
        } else {
            LineState line = there.getFirst();
            ReleaseId release = new ReleaseId(line.name(), line.version().orElseThrow(), line.platform());
            if (!sink.isOwner() && !isTheUsers(Subject.release(release))) {
                refuse(
                        sink,
                        Refused.usage(release.name() + "@" + release.version()
                                + " was not installed from here, and is for whoever runs this machine to take back:"
                                + " packhorse rollback " + release.name()));
                return;
            }
            if (!line.undoable() && line.previous().isEmpty()) {
                refuse(
                        sink,
                        Refused.failed("nothing is kept that " + line.name() + "@"
                                + line.version().orElseThrow() + " could be rolled back to"));
                return;
            }
            order(
                    Subject.release(release),
                    Operation.ROLLBACK,
                    InstallPolicy.DEFAULT,
                    asked.getQuiet(),
                    asked.getDetach(),
                    sink);
        }
    }

    private void order(
            Subject subject, Operation operation, InstallPolicy policy, boolean quiet, boolean detach, ReplySink sink) {
        orders.order(
                subject,
                operation,
                policy,
                this::isEnded,
                item -> {
                    sink.send(LocalReply.newBuilder()
                            .setOrdered(writer.status(item))
                            .build());
                    if (detach) {
                        sink.send(LocalDoor.done());
                    } else {
                        watches.add(new Watch(item.action(), sink, quiet));
                        tick();
                    }
                },
                refused -> refuse(sink, refused));
    }

    void defer(Defer asked, ReplySink sink) {
        Optional<DesiredItem> found = steward.item(asked.getAction());
        if (found.isEmpty()) {
            refuse(
                    sink,
                    Refused.usage("no action is called " + asked.getAction()
                            + " on this machine; see which there are with: packhorse status"));
            return;
        }
        DesiredItem item = found.get();
        Optional<StatusEntry> last = steward.last(item.action());
        Instant now = clock.instant();
        Optional<Instant> most = writer.latest(item);
        boolean underWay =
                last.map(StatusEntry::state).filter(ActionState::changes).isPresent();
        Duration length = Duration.ofMillis(Math.clamp(asked.getMillis(), 0, DEFER_MAX.toMillis()));
        if (last.filter(entry -> entry.state().ends(entry.operation())).isPresent()) {
            refuse(
                    sink,
                    Refused.usage(item.action() + " has ended: " + last.get().state()));
        } else if (underWay && !writer.awaitsWord(item)) {
            refuse(sink, Refused.usage(item.action() + " is under way and cannot be put off any more"));
        } else if (most.isEmpty()) {
            refuse(sink, Refused.usage(item.action() + " may not be put off; whoever ordered it can allow it"));
        } else if (!length.isZero() && !now.isBefore(most.get())) {
            refuse(
                    sink,
                    Refused.usage(
                            item.action() + " may not be put off any longer: its order allows it until " + most.get()));
        } else {
            Instant until = now.plus(length);
            Set<String> actions =
                    steward.going().stream().map(DesiredItem::action).collect(Collectors.toSet());
            installations.defer(
                    item.action(),
                    until.isAfter(most.get()) ? most.get() : until,
                    actions,
                    () -> {
                        sink.send(LocalReply.newBuilder()
                                .setAction(writer.status(item))
                                .build());
                        sink.send(LocalDoor.done());
                    },
                    refused -> refuse(sink, refused));
        }
    }

    void lines(ReplySink sink) {
        LineList.Builder lines = LineList.newBuilder();
        installations.lines().forEach(line -> lines.addLines(InstallFields.write(line)));
        sink.send(LocalReply.newBuilder().setLines(lines).build());
        sink.send(LocalDoor.done());
    }

    private static void refuse(ReplySink sink, Refused refused) {
        sink.send(LocalDoor.failure(refused.exitCode(), refused.reason()));
    }

    /** Shows those who watch how far it is; whoever went away is forgotten, and his order stands. */
    void tick() {
        watches.removeIf(watch -> watch.sink().gone());
        for (Watch watch : new ArrayList<>(watches)) {
            Optional<DesiredItem> item = steward.item(watch.action());
            if (item.isEmpty()) {
                watches.remove(watch);
                refuse(watch.sink(), Refused.failed("the order " + watch.action() + " is gone"));
                continue;
            }
            ActionStatus status = writer.status(item.get());
            if (status.getEnded()) {
                watches.remove(watch);
                end(watch, item.get(), status);
            } else if (!watch.quiet()) {
                watch.sink()
                        .send(LocalReply.newBuilder()
                                .setProgress(progress(item.get(), status))
                                .build());
            }
        }
    }

    private static void end(Watch watch, DesiredItem item, ActionStatus status) {
        watch.sink().send(LocalReply.newBuilder().setAction(status).build());
        if (status.getSucceeded()) {
            watch.sink().send(LocalDoor.done());
        } else {
            ActionState state = ActionState.of(status.getState());
            watch.sink()
                    .send(LocalDoor.failure(
                            EXIT_FAILED,
                            item.subject() + " ended " + state
                                    + (status.getDetail().isEmpty() ? "" : ": " + status.getDetail())));
        }
    }

    private Progress progress(DesiredItem item, ActionStatus status) {
        Progress.Builder progress = Progress.newBuilder().setAction(status);
        progress.setPhase(
                status.getState() == 0
                        ? "ordered"
                        : ActionState.of(status.getState()).name().toLowerCase(java.util.Locale.ROOT));
        installations
                .progress(item.action())
                .ifPresent(step -> progress.setRelease(step.release())
                        .setStep(step.step())
                        .setBytesHave(step.doneBytes())
                        .setBytesTotal(step.totalBytes()));
        if (status.getState() == ActionState.FETCHING.number()) {
            List<PackState> coming = steward.packsOf(item.subject()).stream()
                    .flatMap(pack -> Optional.ofNullable(packs.get(pack)).stream())
                    .toList();
            progress.setBytesHave(
                            coming.stream().mapToLong(PackState::bytesHave).sum())
                    .setBytesTotal(coming.stream()
                            .mapToLong(pack -> pack.pack.data().length())
                            .sum())
                    .setBytesPerSecond(coming.stream()
                            .filter(PackState::wants)
                            .mapToLong(pack -> pack.rate.bytesPerSecond())
                            .sum())
                    .setPeers(coming.stream().mapToInt(pack -> pack.connected).sum());
        }
        return progress.build();
    }
}
