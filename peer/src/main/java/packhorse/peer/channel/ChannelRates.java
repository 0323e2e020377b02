package packhorse.peer.channel;

import java.util.Optional;
import packhorse.core.unit.ByteRate;

/**
 * How fast bytes may cross the site's border, all peers and swarms together; the own site is never slowed.
 *
 * @param wanDown into this machine; absent: unlimited
 * @param wanUp out of this machine; absent: unlimited
 */
public record ChannelRates(Optional<ByteRate> wanDown, Optional<ByteRate> wanUp) {
    public static final ChannelRates UNLIMITED = new ChannelRates(Optional.empty(), Optional.empty());
}
