package packhorse.console.wave;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import packhorse.core.content.Sha256;
import packhorse.core.topology.EndpointId;

/**
 * Who is in a wave, once and for all: sorted, each once, with a digest that shows every later change. The number of a member, from 1,
 * names its actions.
 *
 * @param digest SHA-256 over a word of its own and the ids
 */
public record FrozenMembership(List<EndpointId> members, Sha256 digest) {
    /** More endpoints than the largest fleet has. */
    public static final int MEMBERS_MAX = 10_000_000;

    private static final byte[] DOMAIN = "packhorse-membership-1\n".getBytes(StandardCharsets.US_ASCII);

    public FrozenMembership {
        members = List.copyOf(members);
        for (int i = 1; i < members.size(); i++) {
            if (members.get(i - 1).compareTo(members.get(i)) >= 0) {
                throw new IllegalArgumentException("a membership is sorted and names " + members.get(i) + " once");
            }
        }
        if (!digestOf(members).equals(digest)) {
            throw new IllegalArgumentException("the membership of " + members.size()
                    + " endpoints is not the one that was frozen: its digest is " + digestOf(members) + ", not "
                    + digest);
        }
    }

    /** Freezes whoever is named. */
    public static FrozenMembership of(Collection<EndpointId> endpoints) {
        if (endpoints.size() > MEMBERS_MAX) {
            throw new IllegalArgumentException(
                    "a wave of " + endpoints.size() + " endpoints; at most " + MEMBERS_MAX + " fit one");
        }
        List<EndpointId> sorted = endpoints.stream().sorted().distinct().toList();
        return new FrozenMembership(sorted, digestOf(sorted));
    }

    public int size() {
        return members.size();
    }

    public boolean contains(EndpointId endpoint) {
        return Collections.binarySearch(members, endpoint) >= 0;
    }

    /** The member's number in the wave, from 1. */
    public int numberOf(EndpointId endpoint) {
        int at = Collections.binarySearch(members, endpoint);
        if (at < 0) {
            throw new IllegalArgumentException("the endpoint " + endpoint + " is no member of the wave");
        }
        return at + 1;
    }

    private static Sha256 digestOf(List<EndpointId> sorted) {
        MessageDigest digest = Sha256.newDigest();
        digest.update(DOMAIN);
        for (EndpointId member : sorted) {
            digest.update(member.bytes());
        }
        return Sha256.ofDigest(digest.digest());
    }
}
