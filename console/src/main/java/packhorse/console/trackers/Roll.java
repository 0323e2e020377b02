package packhorse.console.trackers;

import java.util.List;
import packhorse.core.topology.EndpointId;
import packhorse.core.topology.HostPort;

/**
 * What a tracker says of who is there. An endpoint that moves may be named by the next tracker before the last one says that it is
 * gone: who is gone is gone from that tracker only.
 *
 * @param tracker its address
 * @param full whether whom it named before is forgotten first
 * @param here came, is at another site or knows another desired state
 * @param gone have no session with it any more
 */
public record Roll(HostPort tracker, boolean full, List<Sighting> here, List<EndpointId> gone) {
    public Roll {
        here = List.copyOf(here);
        gone = List.copyOf(gone);
    }
}
