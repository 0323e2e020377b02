package packhorse.peer.installer.engine;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;
import packhorse.core.content.CodeClass;
import packhorse.core.content.InstallSection.HookMoment;
import packhorse.core.state.Operation;
import packhorse.peer.adapter.AdapterException;
import packhorse.peer.adapter.Outcome;
import packhorse.peer.adapter.Placement;
import packhorse.peer.adapter.Workplace;
import packhorse.peer.hook.HookCall;
import packhorse.peer.install.InstallTask;
import packhorse.peer.install.Line;
import packhorse.peer.install.Step;

/** Does the steps of transactions, through adapters and hooks; on a worker's thread. It knows nothing of journals. */
final class Steps {
    private final Tools tools;
    private final Rooms rooms;
    private final ContentDesk desk;
    private final Members members;
    private final Prechecks prechecks;
    private final Peace peace;
    private final Path root;

    Steps(Tools tools, Rooms rooms, ContentDesk desk, Members members, Path root) {
        this.tools = tools;
        this.rooms = rooms;
        this.desk = desk;
        this.members = members;
        this.root = root;
        this.peace = new Peace(members, rooms, root, (inPlace, read) -> look(inPlace, read, false));
        this.prechecks = new Prechecks(tools, peace, rooms);
    }

    /**
     * What a step is about, as it is now.
     *
     * @param lines what is in place for good of each member's line
     * @param standing all that is in place, and what open transactions bring, for the precheck
     */
    record Job(
            long transaction,
            Operation operation,
            InstallTask task,
            List<InstallTask.Member> members,
            java.util.SortedMap<String, String> variables,
            Step step,
            List<Optional<Line>> lines,
            Standing standing) {
        InstallTask.Member member() {
            return members.get(step.member());
        }

        Optional<Line> line() {
            return lines.get(step.member());
        }

        Job at(int member) {
            return new Job(
                    transaction, operation, task, members, variables, new Step(step.kind(), member), lines, standing);
        }
    }

    /** Releases that are in place, or are coming, with their homes. */
    record Standing(List<Line.InPlace> committed, List<Line.InPlace> coming) {}

    /**
     * Does a step.
     *
     * @throws Refusal only from PRECHECK and PREPARE
     * @throws AdapterException when it cannot be done
     */
    Outcome run(Job job, LongConsumer progress) throws IOException, InterruptedException, Refusal {
        return switch (job.step().kind()) {
            case PRECHECK -> precheck(job, progress);
            case CLEAR -> clear(job);
            case PREPARE -> prepare(job, progress);
            case CAPTURE ->
                placed(job, progress, (placement, here) -> {
                    placement.capture(here);
                    return Outcome.DONE;
                });
            case APPLY -> placed(job, progress, Placement::apply);
            case ACTIVATE -> placed(job, progress, Placement::activate);
            case VERIFY ->
                placed(
                        job,
                        progress,
                        (placement, here) -> same(job.member(), placement.verify(here), "is not as it was put there"));
            case REMOVE -> placed(job, progress, Placement::remove);
            case VERIFY_REMOVED ->
                placed(
                        job,
                        progress,
                        (placement, here) -> same(job.member(), placement.verifyRemoved(here), "is not gone"));
            case COMMIT ->
                placed(job, progress, (placement, here) -> {
                    placement.commit(here);
                    return Outcome.DONE;
                });
            case UNDO -> placed(job, progress, Placement::undo);
            case HOOK_PRE -> hook(job, HookMoment.PRE, false, progress);
            case HOOK_HEALTH -> hook(job, HookMoment.HEALTH, false, progress);
            case HOOK_POST -> hook(job, HookMoment.POST, false, progress);
            case HOOK_PRE_REMOVE -> hook(job, HookMoment.PRE_REMOVE, false, progress);
            case UNDO_PRE -> hook(job, HookMoment.PRE, true, progress);
            case UNDO_POST -> hook(job, HookMoment.POST, true, progress);
            case UNDO_PRE_REMOVE -> hook(job, HookMoment.PRE_REMOVE, true, progress);
        };
    }

    /** What a step asks of an adapter. */
    private interface Deed {
        Outcome of(Placement placement, Workplace here) throws IOException, InterruptedException;
    }

    private Outcome placed(Job job, LongConsumer progress, Deed deed) throws IOException, InterruptedException {
        Members.Read read = members.kept(job.member());
        return deed.of(read.placement(), workplace(job, read, progress));
    }

    /** Bytes that a step goes through; 0 where their number says nothing of how far it is. */
    long bytes(Job job) {
        return switch (job.step().kind()) {
            case PREPARE, APPLY, VERIFY ->
                members.isReadable(job.member())
                        ? members.kept(job.member()).manifest().content().length()
                        : 0;
            case PRECHECK,
                    CAPTURE,
                    HOOK_PRE,
                    ACTIVATE,
                    HOOK_HEALTH,
                    HOOK_POST,
                    HOOK_PRE_REMOVE,
                    REMOVE,
                    VERIFY_REMOVED,
                    COMMIT,
                    UNDO_POST,
                    UNDO,
                    UNDO_PRE,
                    UNDO_PRE_REMOVE,
                    CLEAR -> 0;
        };
    }

    private static Outcome same(InstallTask.Member member, List<String> differences, String what) {
        if (differences.isEmpty()) {
            return Outcome.DONE;
        }
        throw new AdapterException(
                CodeClass.ENVIRONMENT, member.release() + " " + what + ": " + shortened(differences));
    }

    /** The first difference, and how many more there are. */
    static String shortened(List<String> differences) {
        return differences.getFirst() + (differences.size() == 1 ? "" : " (and " + (differences.size() - 1) + " more)");
    }

    private Outcome hook(Job job, HookMoment moment, boolean back, LongConsumer progress)
            throws IOException, InterruptedException {
        Members.Read read = members.kept(job.member());
        return tools.hooks()
                .run(
                        new HookCall(
                                moment,
                                back,
                                job.task().operation(),
                                job.task().action(),
                                job.task().policy().sandbox()),
                        workplace(job, read, progress),
                        read.placement());
    }

    // ---- before and after ----

    private Outcome precheck(Job job, LongConsumer progress) throws IOException, Refusal {
        boolean removal = job.operation() == Operation.REMOVE;
        for (int member = 0; member < job.members().size(); member++) {
            Job at = job.at(member);
            if (!removal) {
                prechecks.requirePlatform(at.member().release());
            }
            // What is in place, or was, is known; what is new has to be proven.
            Members.Read read = job.operation() == Operation.INSTALL || job.operation() == Operation.UPDATE
                    ? members.proven(at.member())
                    : members.kept(at.member());
            if (removal) {
                prechecks.requireUnneeded(read, job);
            } else {
                prechecks.requireFitting(read, at);
            }
        }
        for (int member = 0; member < job.members().size(); member++) {
            Job at = job.at(member);
            Members.Read read = members.kept(at.member());
            prechecks.requirePossible(read, at, workplace(at, read, progress));
        }
        return Outcome.DONE;
    }

    /** What it lays is known by now, and nothing was changed yet. */
    private Outcome prepare(Job job, LongConsumer progress) throws IOException, Refusal {
        Members.Read read = members.kept(job.member());
        Workplace here = workplace(job, read, progress);
        read.placement().prepare(here);
        peace.requireNamesApart(read, job, here);
        tools.hooks().keep(here, read.placement());
        return Outcome.DONE;
    }

    private Outcome clear(Job job) throws IOException {
        rooms.clear(job.transaction());
        for (InstallTask.Member member : job.members()) {
            desk.release(member);
        }
        for (Optional<Line> line : job.lines()) {
            line.ifPresent(one -> desk.release(one.current().member()));
        }
        return Outcome.DONE;
    }

    // ---- places ----

    private Workplace workplace(Job job, Members.Read read, LongConsumer progress) throws IOException {
        long transaction = job.transaction();
        int member = job.step().member();
        boolean removal = job.operation() == Operation.REMOVE;
        boolean back = job.step().kind().back();
        String home = removal
                ? job.line().orElseThrow().current().home()
                : packhorse.peer.install.Ledger.home(transaction, member);
        Optional<ContentDesk.Content> content = wantsContent(job, read)
                ? back ? atHand(job.member()) : Optional.of(desk.content(job.member(), progress))
                : Optional.empty();
        return new Workplace(
                read.manifest(),
                read.section(),
                content.map(ContentDesk.Content::pack),
                content.flatMap(ContentDesk.Content::fileList),
                rooms.made(rooms.staging(transaction, member)),
                rooms.made(rooms.undo(transaction, member)),
                rooms.made(rooms.home(home)),
                removal ? Optional.empty() : former(job, read),
                root,
                tools.disk(),
                tools.programs(),
                removal ? job.line().orElseThrow().current().variables() : job.variables(),
                progress);
    }

    private static boolean wantsContent(Job job, Members.Read read) {
        return switch (job.step().kind()) {
            case PRECHECK, PREPARE, CAPTURE, APPLY, ACTIVATE, VERIFY -> job.operation() != Operation.REMOVE;
            case UNDO -> job.operation() == Operation.REMOVE && read.placement().wantsFormer();
            case HOOK_PRE,
                    HOOK_HEALTH,
                    HOOK_POST,
                    HOOK_PRE_REMOVE,
                    REMOVE,
                    VERIFY_REMOVED,
                    COMMIT,
                    UNDO_POST,
                    UNDO_PRE,
                    UNDO_PRE_REMOVE,
                    CLEAR -> false;
        };
    }

    private Optional<Workplace.Previous> former(Job job, Members.Read read) {
        return job.line().map(line -> {
            Members.Read before = members.kept(line.current().member());
            Optional<Path> content = read.placement().wantsFormer()
                    ? atHand(before.member()).map(ContentDesk.Content::pack)
                    : Optional.empty();
            return new Workplace.Previous(
                    before.manifest(),
                    before.section(),
                    rooms.home(line.current().home()),
                    content);
        });
    }

    /** The content of what is, or was, in place, where the agent still has it. */
    private Optional<ContentDesk.Content> atHand(InstallTask.Member member) {
        try {
            return Optional.of(desk.content(member, done -> {}));
        } catch (AdapterException e) {
            return Optional.empty();
        }
    }

    /** A place to look at what is in place of a line. */
    Workplace look(Line.InPlace inPlace, Members.Read read, boolean withContent) throws IOException {
        Optional<ContentDesk.Content> content = withContent ? atHand(inPlace.member()) : Optional.empty();
        return new Workplace(
                read.manifest(),
                read.section(),
                content.map(ContentDesk.Content::pack),
                content.flatMap(ContentDesk.Content::fileList),
                rooms.made(rooms.look("staging")),
                rooms.made(rooms.look("undo")),
                rooms.home(inPlace.home()),
                Optional.empty(),
                root,
                tools.disk(),
                tools.programs(),
                inPlace.variables(),
                done -> {});
    }
}
