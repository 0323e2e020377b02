package packhorse.peer.site;

import java.util.Optional;
import java.util.stream.Stream;
import packhorse.core.unit.ByteRate;

/**
 * How much of the WAN link this agent takes. Two things bound it: what its own configuration says, and its part of the
 * site's line, which the site's pullers divide evenly; the stricter one holds. Where neither is known there is no limit.
 *
 * @param down into this agent from outside its site
 * @param up out of this agent to outside its site
 */
public record WanLimits(Optional<ByteRate> down, Optional<ByteRate> up) {
    public static final WanLimits NONE = new WanLimits(Optional.empty(), Optional.empty());

    /** The limits in force at {@code place} for an agent configured with {@code own}. */
    public static WanLimits inForce(WanLimits own, SitePlace place) {
        int pullers = place.pullers();
        return new WanLimits(
                strictest(own.down, place.wanDown().map(rate -> part(rate, pullers))),
                strictest(own.up, place.wanUp().map(rate -> part(rate, pullers))));
    }

    private static ByteRate part(ByteRate rate, int pullers) {
        return new ByteRate(Math.max(1, rate.bytesPerSecond() / pullers));
    }

    private static Optional<ByteRate> strictest(Optional<ByteRate> one, Optional<ByteRate> other) {
        return Stream.of(one, other).flatMap(Optional::stream).min(ByteRate::compareTo);
    }
}
