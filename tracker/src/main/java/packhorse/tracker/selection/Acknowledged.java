package packhorse.tracker.selection;

import packhorse.tracker.swarm.Member;

/** Knows what agents have confirmed to have received. */
@FunctionalInterface
public interface Acknowledged {
    /** Whether {@code host}'s allow list, as the host itself last confirmed it, has room for {@code caller} in this swarm. */
    boolean expects(Member host, Member caller);
}
