package packhorse.peer.desired;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import packhorse.core.content.CodeClass;
import packhorse.core.content.ReleaseId;
import packhorse.core.content.Sha256;
import packhorse.core.state.ActionState;
import packhorse.core.state.Operation;
import packhorse.core.state.Priority;
import packhorse.core.state.Subject;
import packhorse.peer.desired.Resolution.Part;
import packhorse.peer.install.InstallTask;

/**
 * What to do about a desired state, here and now: desired − have = course.
 *
 * <p>It is a function of a level: the {@link Situation} holds the newest desired state, what is on the disk and what was
 * reported; no message is an order, so losing one, hearing it twice or in another order changes nothing. The agent asks for the
 * course after every change, writes the {@link Move}s into its journal, and asks again. <b>An effect follows only from a state
 * that stands in the journal</b>: a pack is fetched for an action that is reported as FETCHING, deleted for one that is ACCEPTED.
 * So a crash between any two lines repeats no report and loses none: after the restart the same situation gives the same course.
 *
 * <pre>
 * operation   state         when                                              next
 * any         (none)        first seen                                        ACCEPTED
 * any         not ended     its deadline passed                               TIMED_OUT
 * any         not ended     gone from the desired state                       CANCELLED, or SUPERSEDED where the release line
 *                                                                             has another action now
 * install …   any           see {@link InstallCourse}
 * distribute  ACCEPTED      catalogue or needs contradict it                  REFUSED
 * distribute  ACCEPTED      all is on the disk already                        ALREADY_AT_TARGET
 * distribute  ACCEPTED      fetchNotBefore passed, and a place is free        FETCHING
 * distribute  FETCHING      all is on the disk, proven                        STAGED (the end)
 * distribute  FETCHING      fetching gave up                                  FAILED
 * delete      (none)        nothing of it is on the disk                      ALREADY_AT_TARGET
 * delete      ACCEPTED      another item or a person wants it, or it is in    WAITING
 *                           place, or what a rollback brings back
 * delete      ACCEPTED, WAITING   gone from the disk                          DELETED
 * </pre>
 *
 * <p>What the installer is to do is said as a level too: {@link #tasks} is the whole list, and stands for the rest of what was told
 * before. A task follows only from a state in the journal as well.
 *
 * <p>Places are given by priority, then in the order of the desired state; an action keeps the place it has. What ended in
 * STAGED or ALREADY_AT_TARGET stays wanted while its item stands: content that the disk lost is fetched again, and nothing is
 * reported, for the end is final. A release is looked up before {@code fetchNotBefore}, so that a mistake is heard of early;
 * only content waits.
 *
 * <p>Cost: O(items × releases) for one course; an endpoint has dozens of each.
 *
 * @param moves what is to be reported, at most one per action
 * @param fetch packs to be brought here, with the highest priority anybody wants them at, most urgent first
 * @param delete releases to be taken off the disk, their content too where no other release has it
 * @param end packs on their way that no desired item wants any more
 * @param resolve subjects the catalogue has to be asked about
 * @param tasks all that the installer is to do, in order
 * @param leases actions that wait for the right to begin
 * @param waits what actions wait for, one line each, by action
 * @param restarts when the machine is started again, by the actions that wait for it
 * @param wake the next moment at which time alone changes the course
 */
public record Course(
        List<Move> moves,
        Map<Sha256, Fetch> fetch,
        Set<ReleaseId> delete,
        Set<Sha256> end,
        Set<Subject> resolve,
        List<InstallTask> tasks,
        Set<String> leases,
        Map<String, String> waits,
        Map<String, Instant> restarts,
        Optional<Instant> wake) {
    /**
     * An action comes to a state.
     *
     * @param detail one line for people
     * @param code a program's return code, 0 where none ran
     * @param codeClass of a failure
     */
    public record Move(
            String action,
            Subject subject,
            Operation operation,
            ActionState state,
            String detail,
            int code,
            Optional<CodeClass> codeClass) {
        Move(String action, Subject subject, Operation operation, ActionState state, String detail) {
            this(action, subject, operation, state, detail, 0, classOf(state));
        }
    }

    /** What this side refuses by itself would be refused again; what it could not bring may come another time. */
    static Optional<CodeClass> classOf(ActionState state) {
        return switch (state) {
            case REFUSED -> Optional.of(CodeClass.PERMANENT);
            case FAILED -> Optional.of(CodeClass.ENVIRONMENT);
            case QUEUED,
                    OFFERED,
                    ACCEPTED,
                    FETCHING,
                    STAGED,
                    WAITING,
                    PRECHECK,
                    PREPARED,
                    APPLYING,
                    APPLIED,
                    ACTIVATING,
                    VERIFYING,
                    COMMITTABLE,
                    COMMITTING,
                    COMMITTED,
                    UNDOING,
                    UNDONE,
                    UNDO_FAILED,
                    NOT_APPLICABLE,
                    ALREADY_AT_TARGET,
                    DECLINED,
                    TIMED_OUT,
                    UNREACHABLE,
                    CANCELLED,
                    SUPERSEDED,
                    DELETED -> Optional.empty();
        };
    }

    /** A pack to be brought here. */
    public record Fetch(Part part, Priority priority) {}

    public Course {
        moves = List.copyOf(moves);
        fetch = java.util.Collections.unmodifiableMap(fetch);
        delete = Set.copyOf(delete);
        end = Set.copyOf(end);
        resolve = java.util.Collections.unmodifiableSet(resolve);
        tasks = List.copyOf(tasks);
        leases = Set.copyOf(leases);
        waits = Map.copyOf(waits);
        restarts = Map.copyOf(restarts);
    }

    /** The course from {@code situation}. */
    public static Course of(Situation situation) {
        return new Plotter(situation).plot();
    }
}
