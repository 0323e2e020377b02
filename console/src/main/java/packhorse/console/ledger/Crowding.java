package packhorse.console.ledger;

import packhorse.console.wave.Action;
import packhorse.console.wave.Footing;
import packhorse.console.wave.WaveId;
import packhorse.core.topology.EndpointId;

/** Who stands around some members of waves, and how many of those count against the blast radius: read once, kept up by whoever gives leases. */
public interface Crowding {
    /** Where the member was when its wave was frozen. */
    String site(WaveId wave, EndpointId member);

    /**
     * How many count against the blast radius around a member, without itself: of the deployment and at its site; of its pair and on its
     * host whatever the order.
     */
    Footing unverified(WaveId wave, EndpointId member);

    /** How many there are around a member: of the deployment, at its site, of its pair, on its host. */
    Footing population(WaveId wave, EndpointId member);

    /** This attempt of one of the members has a lease now, and counts from here on where it did not before. */
    void leased(Action action);
}
