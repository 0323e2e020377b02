package packhorse.console.office;

import java.util.Collections;
import java.util.Set;
import java.util.TreeSet;
import packhorse.core.topology.IpAddress;

/**
 * Where the deployment's origins are.
 *
 * @param addresses sorted
 */
public record Origins(Set<IpAddress> addresses) {
    /** A deployment has a few. */
    private static final int ADDRESSES_MAX = 64;

    public Origins {
        if (addresses.size() > ADDRESSES_MAX) {
            throw new IllegalArgumentException(
                    addresses.size() + " addresses of origins; at most " + ADDRESSES_MAX + " are kept");
        }
        addresses = Collections.unmodifiableSet(new TreeSet<>(addresses));
    }
}
