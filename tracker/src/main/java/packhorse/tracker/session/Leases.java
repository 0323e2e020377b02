package packhorse.tracker.session;

import java.time.InstantSource;
import java.util.Optional;
import packhorse.core.message.v1.DesiredItem;
import packhorse.core.message.v1.LeaseAnswer;
import packhorse.core.message.v1.LeaseRequest;
import packhorse.core.topology.EndpointId;

/**
 * Says whether a lease is held. Whoever decided the desired state decided the leases in it; nothing is granted here.
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
                return item.getLeaseUntilMillis() > wall.millis()
                        ? answer.setUntilMillis(item.getLeaseUntilMillis()).build()
                        : answer.setReason("no lease is held for it now").build();
            }
        }
        return answer.setReason("the desired state has no such action").build();
    }
}
