package packhorse.tracker.console;

import java.math.BigInteger;
import java.util.HashSet;
import java.util.Set;
import packhorse.core.identity.DenyList;
import packhorse.core.topology.EndpointId;

/**
 * Whom the authority or a console throws out. Both revisions only grow, and so does their sum.
 *
 * @param authority the tracker's own or the one it follows
 * @param console what consoles said
 */
record JointDenials(DenyList authority, DenyList console) implements DenyList {
    @Override
    public boolean denied(EndpointId id, BigInteger serial) {
        return authority.denied(id, serial) || console.denied(id, serial);
    }

    @Override
    public Set<EndpointId> endpoints() {
        Set<EndpointId> both = new HashSet<>(authority.endpoints());
        both.addAll(console.endpoints());
        return both;
    }

    @Override
    public Set<BigInteger> serials() {
        Set<BigInteger> both = new HashSet<>(authority.serials());
        both.addAll(console.serials());
        return both;
    }

    @Override
    public long revision() {
        return authority.revision() + console.revision();
    }

    @Override
    public void onChange(Runnable listener) {
        authority.onChange(listener);
        console.onChange(listener);
    }
}
