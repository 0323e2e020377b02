package packhorse.console.ledger;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import packhorse.console.wave.Action;
import packhorse.console.wave.ActionId;
import packhorse.console.wave.FrozenMembership;
import packhorse.console.wave.Line;
import packhorse.console.wave.Plan;
import packhorse.console.wave.Purpose;
import packhorse.console.wave.RetryPolicy;
import packhorse.console.wave.WaveId;
import packhorse.console.wave.WaveTally;
import packhorse.core.topology.EndpointId;

/**
 * Who is in which wave, and what became of each: up to 100,000 in one. Written in bulk, counted where it stands.
 *
 * <p>A member's latest attempt is the newest of those that go forward; attempts to take something back stand beside it. A member counts
 * as unverified while one of its attempts does and it was not taken back.
 */
public interface Waves {
    // ---- who

    /**
     * Writes down who is in a wave, in the members' order; nobody was before.
     *
     * @param steps of the order: each member has so many jobs of each purpose
     */
    void freeze(WaveId wave, FrozenMembership membership, List<MemberRow> rows, int steps);

    /** Forgets who is in a wave of which no attempt was ever dispatched. */
    void thaw(WaveId wave);

    /** Who is in a wave; empty where nobody was written down. */
    Optional<FrozenMembership> membership(WaveId wave);

    /**
     * A member with all that was dispatched to it.
     *
     * @param number in the wave, from 1
     */
    record Tried(int number, EndpointId endpoint, String site, boolean gone, boolean recalled, List<Action> actions) {}

    /** Which members; whoever asks for few has few read. Each may hold some more than it says, never fewer. */
    enum Who {
        ALL,
        /** To whom nothing was dispatched that goes forward, and who are not gone. */
        WITHOUT_ATTEMPT,
        /** Of whose attempts one has ended badly. */
        FAILED,
        /** Who have done a step and wait for the next. */
        AWAITING_STEP,
        /** With something in place that is to be taken back, and that no rollback is at work on. */
        TO_TAKE_BACK
    }

    /** Members in their order, behind the number {@code after}; 0: from the first on. */
    List<Tried> tried(WaveId wave, Who who, int after, int limit);

    /** All members in their order, behind the number {@code after}. */
    default List<Tried> tried(WaveId wave, int after, int limit) {
        return tried(wave, Who.ALL, after, limit);
    }

    /** Everything that was dispatched to these, as far as they are members. */
    List<Action> attempts(WaveId wave, Collection<EndpointId> members);

    /** Where its members are, each site once. */
    List<String> sites(WaveId wave);

    /** Where a member was when its wave was frozen. */
    String site(WaveId wave, EndpointId member);

    // ---- numbers

    /** The same as {@link packhorse.console.wave.Tally#of} over all its members. */
    WaveTally tally(WaveId wave, Plan plan, Instant now);

    /** How many are to be taken back whose next rollback is to be dispatched, in a backout that began then. */
    long toTakeBack(WaveId wave, Instant began);

    /** How many are being taken back. */
    long takingBack(WaveId wave);

    // ---- attempts

    /** New attempts; those are left out, and answered, whose endpoint another attempt in their release line is at work on. */
    Set<ActionId> dispatch(Purpose purpose, List<Action> actions);

    /** Whether an attempt of the wave has not ended. */
    boolean hasUnfinished(WaveId wave);

    /** An attempt, where there is one of this name. */
    Optional<Action> action(ActionId id);

    /** Attempts, held until the transaction ends: nobody else changes them meanwhile. Those that are not there are left out. */
    List<Action> locked(Collection<ActionId> ids);

    /** Attempts as they are now. */
    void put(List<Action> actions);

    /** Whether a member that is not gone has no attempt, and no other wave's attempt in this release line is at work on it. */
    boolean hasLeftOut(WaveId wave, Line line);

    /**
     * Content sent ahead to members that are not gone, as its last attempt ended where that was badly and the plan may have it tried again;
     * those that ended first come first.
     */
    List<Action> failedAhead(WaveId wave, RetryPolicy policy, int limit);

    /** How many attempts to send content ahead of a wave were not the first. */
    long sentAgain(WaveId wave);

    // ---- marks

    /** What was done to every member is to be taken back; how many were not marked yet. */
    long recall(WaveId wave);

    /** Looks anew at where the members stand that these attempts are of: which content they have, at which step they are, what was taken back. */
    void sum(Collection<ActionId> ended);

    // ---- leases

    /** Writes leases into their attempts. */
    void lease(List<Leased> leases);

    /** These have begun. */
    void begun(List<Begun> begun);

    /** A member of a wave. */
    record Seat(WaveId wave, EndpointId member) {}

    /** What stands around these members; whoever is a member of no such wave is left out. */
    Crowding crowding(Collection<Seat> seats);
}
