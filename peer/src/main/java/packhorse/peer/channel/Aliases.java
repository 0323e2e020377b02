package packhorse.peer.channel;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import packhorse.core.topology.EndpointId;
import packhorse.core.topology.IpAddress;

/**
 * The loopback addresses by which libtorrent knows remote peers: one per endpoint and link, given out in order and never to a second
 * endpoint, so that what libtorrent remembers of an address (a ban, above all) it remembers of an identity. The two links
 * have ranges of their own, because libtorrent tells neighbours from strangers by prefix.
 */
final class Aliases {
    /** 127.64.0.0/11 for peers of the own site. */
    private static final int LAN_BASE = 127 << 24 | 64 << 16;
    /** 127.96.0.0/11 for all others. */
    private static final int WAN_BASE = 127 << 24 | 96 << 16;

    private static final int RANGE = 1 << 21;
    /** Peers remembered by link: more than any one agent meets; whoever was not named for longest is forgotten first. */
    static final int REMEMBERED_MAX = 1 << 16;

    private final Range lan = new Range(LAN_BASE);
    private final Range wan = new Range(WAN_BASE);

    synchronized IpAddress of(EndpointId peer, boolean overWan) {
        return (overWan ? wan : lan).of(peer);
    }

    synchronized Optional<EndpointId> remote(IpAddress alias) {
        return Optional.ofNullable(lan.remotes.get(alias)).or(() -> Optional.ofNullable(wan.remotes.get(alias)));
    }

    private static final class Range {
        private final int base;
        private final Map<IpAddress, EndpointId> remotes = new LinkedHashMap<>();
        private final Map<EndpointId, IpAddress> aliases = new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1;

            @Override
            protected boolean removeEldestEntry(Map.Entry<EndpointId, IpAddress> eldest) {
                boolean tooMany = size() > REMEMBERED_MAX;
                if (tooMany) {
                    remotes.remove(eldest.getValue());
                }
                return tooMany;
            }
        };
        private int given;

        Range(int base) {
            this.base = base;
        }

        IpAddress of(EndpointId peer) {
            @Nullable IpAddress known = aliases.get(peer);
            if (known != null) {
                return known;
            }
            IpAddress alias = nextFree();
            remotes.put(alias, peer);
            aliases.put(peer, alias);
            return alias;
        }

        /** The range is far larger than what is remembered, so a free one is near. */
        private IpAddress nextFree() {
            IpAddress next;
            do {
                given = given % (RANGE - 2) + 1;
                int address = base + given;
                next = IpAddress.ofBytes(new byte[] {
                    (byte) (address >> 24), (byte) (address >> 16), (byte) (address >> 8), (byte) address
                });
            } while (remotes.containsKey(next));
            return next;
        }
    }
}
