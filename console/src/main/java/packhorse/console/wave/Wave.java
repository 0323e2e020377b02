package packhorse.console.wave;

import java.time.Instant;
import java.util.Optional;
import packhorse.console.gate.Verdict;
import packhorse.core.content.Sha256;

/**
 * A wave as it stands.
 *
 * @param since when it came to its state
 * @param membership the digest of who is in it, from FROZEN on
 * @param members how many those are
 * @param verdict what the gate, or a person, said, from JUDGED on
 * @param evidence the verdict's line, with its denominators
 * @param waiver who let what follows begin although the verdict is no PASS, or who left the wave out
 * @param extensions how often it was watched longer
 */
public record Wave(
        WaveId id,
        WaveState state,
        Instant since,
        Optional<Sha256> membership,
        int members,
        Optional<Verdict> verdict,
        String evidence,
        Optional<Waiver> waiver,
        int extensions) {
    public Wave {
        if (membership.isEmpty() && members != 0) {
            throw new IllegalArgumentException(id + " has " + members + " members, but none were frozen");
        }
    }

    /** As it is planned. */
    public static Wave planned(WaveId id, Instant now) {
        return new Wave(id, WaveState.DEFINED, now, Optional.empty(), 0, Optional.empty(), "", Optional.empty(), 0);
    }

    /** Whether what follows may begin, as far as this wave says. */
    public boolean letsPass() {
        return switch (state) {
            case JUDGED, CLOSED -> verdict.filter(Verdict.PASS::equals).isPresent() || waiver.isPresent();
            // Nobody was in it, or a person left it out.
            case SKIPPED -> waiver.isPresent() || (membership.isPresent() && members == 0);
            case DEFINED, FROZEN, PREPOSITIONING, PREPOSITIONED, ARMED, ACTIVE, DRAINING -> false;
        };
    }

    /** Whether it was judged too bad, and nobody said to go on all the same. */
    public boolean failed() {
        return verdict.filter(Verdict.FAIL::equals).isPresent() && waiver.isEmpty();
    }

    Wave at(WaveState to, Instant now) {
        return new Wave(id, to, now, membership, members, verdict, evidence, waiver, extensions);
    }

    Wave frozen(FrozenMembership frozen) {
        return new Wave(
                id, state, since, Optional.of(frozen.digest()), frozen.size(), verdict, evidence, waiver, extensions);
    }

    Wave judged(Verdict said, String line) {
        return new Wave(id, state, since, membership, members, Optional.of(said), line, waiver, extensions);
    }

    Wave waived(Waiver by) {
        return new Wave(id, state, since, membership, members, verdict, evidence, Optional.of(by), extensions);
    }

    Wave extended() {
        return new Wave(id, state, since, membership, members, Optional.empty(), evidence, waiver, extensions + 1);
    }
}
