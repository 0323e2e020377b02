package packhorse.peer.install;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import packhorse.core.content.ReleaseId;
import packhorse.core.content.Version;
import packhorse.core.state.ActionState;
import packhorse.core.state.Operation;

/**
 * Holds a task against what is in place and what is under way. At most one transaction is open for a release line (law 3), so a task
 * waits for whatever moves at one of its lines; what stands open there is committed, activated or taken back as the whole that it was
 * begun as; and only what is not so yet becomes a transaction's members. O(members × open transactions).
 */
final class Admitting {
    private final Ledger ledger;
    private final Function<InstallTask.Member, Traits> traits;

    Admitting(Ledger ledger, Function<InstallTask.Member, Traits> traits) {
        this.ledger = ledger;
        this.traits = traits;
    }

    Admission of(InstallTask task) {
        if (task.members().isEmpty()) {
            return new Admission.Settle(ActionState.REFUSED, "it names no release");
        }
        Set<Line.Name> wanted = new HashSet<>();
        for (InstallTask.Member member : task.members()) {
            if (!wanted.add(Line.Name.of(member.release()))) {
                return new Admission.Settle(
                        ActionState.REFUSED, "it names two releases of the line " + Line.Name.of(member.release()));
            }
        }
        List<Progress> touching = ledger.open().stream()
                .filter(progress -> !Collections.disjoint(progress.lines(), wanted))
                .toList();
        for (Progress other : touching) {
            if (other.ended().isEmpty()) {
                return new Admission.Later(
                        "its turn comes after " + other.task().action());
            }
        }
        return switch (task.operation()) {
            case INSTALL, UPDATE, REMOVE -> {
                if (!touching.isEmpty()) {
                    Progress other = touching.getFirst();
                    if (other.committable()
                            && task.operation() != Operation.REMOVE
                            && other.operation() != Operation.REMOVE
                            && releases(other.members()).equals(releases(task.members()))) {
                        yield new Admission.Settle(ActionState.ALREADY_AT_TARGET, "in place, not committed");
                    }
                    yield new Admission.Later(
                            other.committable()
                                    ? other.task().subject() + " is not committed yet; commit it or roll it back"
                                    : other.task().subject() + " could not be taken back; order a rollback");
                }
                yield task.operation() == Operation.REMOVE ? removal(task) : installation(task);
            }
            case ACTIVATE, COMMIT -> takeUp(task, touching, wanted);
            case ROLLBACK -> touching.isEmpty() ? goBack(task) : rollback(task, touching, wanted);
            case DISTRIBUTE, DELETE ->
                new Admission.Settle(ActionState.REFUSED, task.operation() + " is nothing for an installer");
        };
    }

    private static Set<ReleaseId> releases(List<InstallTask.Member> members) {
        Set<ReleaseId> releases = new HashSet<>();
        members.forEach(member -> releases.add(member.release()));
        return releases;
    }

    private Admission installation(InstallTask task) {
        List<InstallTask.Member> todo = new ArrayList<>();
        for (InstallTask.Member member : task.members()) {
            Line line = ledger.line(Line.Name.of(member.release())).orElse(null);
            boolean there = line != null
                    && line.trouble().isEmpty()
                    && line.current().member().release().equals(member.release());
            if (line == null
                    && task.operation() == Operation.UPDATE
                    && !task.subject().bundle()) {
                return new Admission.Settle(
                        ActionState.NOT_APPLICABLE,
                        "nothing of " + member.release().name() + " is in place that could be updated; install it");
            }
            Version here = line == null
                    ? member.release().version()
                    : line.current().member().release().version();
            if (member.release().version().compareTo(here) < 0 && !task.policy().mayDowngrade()) {
                return new Admission.Settle(
                        ActionState.REFUSED,
                        member.release() + " is older than " + here
                                + ", which is in place; say mayDowngrade in the policy if that is meant");
            }
            if (!there) {
                todo.add(member);
            }
        }
        return todo.isEmpty()
                ? new Admission.Settle(ActionState.ALREADY_AT_TARGET, "in place and committed")
                : new Admission.Begin(task.of(todo));
    }

    private Admission removal(InstallTask task) {
        List<InstallTask.Member> todo = new ArrayList<>();
        for (InstallTask.Member member : task.members()) {
            Line line = ledger.line(Line.Name.of(member.release())).orElse(null);
            if (line != null) {
                todo.add(line.current().member());
            }
        }
        return todo.isEmpty()
                ? new Admission.Settle(ActionState.ALREADY_AT_TARGET, "nothing of it is in place")
                : new Admission.Begin(task.of(todo));
    }

    private Admission takeUp(InstallTask task, List<Progress> touching, Set<Line.Name> wanted) {
        String what = task.operation() == Operation.COMMIT ? "committed" : "activated";
        if (touching.isEmpty()) {
            boolean there = task.members().stream()
                    .allMatch(member -> ledger.line(Line.Name.of(member.release()))
                            .filter(line -> line.current().member().release().equals(member.release()))
                            .isPresent());
            return there
                    ? new Admission.Settle(ActionState.ALREADY_AT_TARGET, "in use and committed")
                    : new Admission.Settle(ActionState.REFUSED, "it does not wait to be " + what + "; install it");
        }
        Optional<Admission> refused = refuse(task, touching, wanted);
        if (refused.isPresent()) {
            return refused.get();
        }
        Progress progress = touching.getFirst();
        if (progress.stranded()) {
            return new Admission.Settle(
                    ActionState.REFUSED,
                    progress.task().subject() + " could not be taken back and cannot be " + what
                            + "; order a rollback");
        }
        for (InstallTask.Member member : task.members()) {
            if (wanted.size() == progress.members().size()
                    && progress.members().stream()
                            .noneMatch(one -> one.release().equals(member.release()))) {
                return new Admission.Settle(
                        ActionState.REFUSED,
                        member.release() + " is not what waits to be " + what + ": "
                                + progress.members().getFirst().release() + " is");
            }
        }
        if (task.operation() == Operation.ACTIVATE && progress.active()) {
            return new Admission.Settle(ActionState.ALREADY_AT_TARGET, "in use");
        }
        if (task.operation() == Operation.COMMIT && (!progress.verified() || !progress.active())) {
            return new Admission.Settle(
                    ActionState.REFUSED,
                    progress.task().subject()
                            + (progress.active() ? " was not verified" : " is not in use yet; activate it first"));
        }
        return new Admission.TakeUp(progress.transaction(), task);
    }

    private Admission rollback(InstallTask task, List<Progress> touching, Set<Line.Name> wanted) {
        Optional<Admission> refused = refuse(task, touching, wanted);
        if (refused.isPresent()) {
            return refused.get();
        }
        Progress progress = touching.getFirst();
        for (InstallTask.Member member : progress.members()) {
            if (!traits.apply(member).undoable()) {
                return new Admission.Settle(
                        ActionState.REFUSED, member.release() + " has no way back; install another version over it");
            }
        }
        return new Admission.TakeUp(progress.transaction(), task);
    }

    private static Optional<Admission> refuse(InstallTask task, List<Progress> touching, Set<Line.Name> wanted) {
        if (touching.size() > 1) {
            return Optional.of(new Admission.Settle(
                    ActionState.REFUSED, "its releases were put in place one by one; give an order for each of them"));
        }
        Progress only = touching.getFirst();
        return wanted.containsAll(only.lines())
                ? Optional.empty()
                : Optional.of(new Admission.Settle(
                        ActionState.REFUSED,
                        task.subject() + " was put in place together with others, as "
                                + only.task().subject() + "; give the order for all of them"));
    }

    /** To an older release of what is committed. */
    private Admission goBack(InstallTask task) {
        List<InstallTask.Member> todo = new ArrayList<>();
        for (InstallTask.Member member : task.members()) {
            Line line = ledger.line(Line.Name.of(member.release())).orElse(null);
            if (line == null) {
                return new Admission.Settle(
                        ActionState.REFUSED,
                        "nothing of " + member.release().name() + " is in place that could be rolled back");
            }
            boolean names = !member.release().equals(line.current().member().release());
            Optional<InstallTask.Member> older = line.previous()
                    .map(Line.InPlace::member)
                    .filter(one -> !names || one.release().equals(member.release()));
            if (older.isEmpty()) {
                return new Admission.Settle(
                        ActionState.REFUSED,
                        names
                                ? member.release() + " is not kept here; install it"
                                : "no release before " + member.release() + " is kept here; install the one you want");
            }
            todo.add(older.get());
        }
        return new Admission.Begin(task.of(todo));
    }
}
