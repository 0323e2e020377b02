package packhorse.tracker.session;

import java.time.InstantSource;
import java.util.Optional;
import packhorse.core.message.v1.DesiredItem;
import packhorse.core.message.v1.LeaseAnswer;
import packhorse.core.message.v1.LeaseRequest;
import packhorse.core.topology.EndpointId;

/**
 * Gives the leases that whoever decided the desired state decided: until where the item says, or for so long from the asking. Of both
 * the later end holds. What is not decided is not given.
 *
 * <p>A lease ends at an instant that travels and that other machines compare with their clocks. So it is compared with the wall clock,
 * also when that was set while the tracker runs: the sessions' own clock knows how long agents are silent, not what time it is.
 */
final class Leases {
    private final Governance governance;
    private final InstantSource wall;

    Leases(Governance governance, InstantSource wall) {
        this.governance = governance;
        this.wall = wall;
    }

    /** @param site whose rights the endpoint has */
    LeaseAnswer answer(EndpointId endpoint, Optional<String> site, LeaseRequest request) {
        LeaseAnswer.Builder answer = LeaseAnswer.newBuilder().setAction(request.getAction());
        for (DesiredItem item : governance.desiredOf(endpoint, site).getItemsList()) {
            if (item.getAction().equals(request.getAction())) {
                long now = wall.millis();
                long until = governance
                        .leaseFor(endpoint, site, request.getAction())
                        .map(time -> Math.addExact(now, time.toMillis()))
                        .orElse(0L);
                until = Math.max(until, item.getLeaseUntilMillis());
                return until > now
                        ? answer.setUntilMillis(until).build()
                        : answer.setReason("no lease is given for it now; its order needs lease or leaseFor")
                                .build();
            }
        }
        return answer.setReason("the desired state has no such action").build();
    }
}
