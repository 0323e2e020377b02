package packhorse.tracker.session;

import packhorse.core.content.Sha256;
import packhorse.tracker.swarm.Holding.Traffic;

/**
 * Payload bytes of one pack at one place, summed over the agents that are here, each since it started.
 *
 * @param site its name; empty: in no site, or an origin
 * @param origin whether these are the origins
 * @param pack which
 * @param bytes by kind of link
 */
public record SiteTraffic(String site, boolean origin, Sha256 pack, Traffic bytes) {}
