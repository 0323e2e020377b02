package packhorse.tracker.selection;

import java.time.Duration;

/**
 * The numbers of the site rule.
 *
 * @param leadsMax pullers of a site where no site peer takes part. Two: the death of one costs half the rate for seconds, and
 *     the site's WAN is filled by two as by ten
 * @param sitePeerPatience how long a site waits for a listed site peer that is alive but not yet in the swarm, before leads
 *     are appointed; agents that were all told to fetch at once report within this time, and leads would fetch what the site
 *     peer fetches too
 * @param stalledMax how long an agent, and its whole site, may stand still before it is handed a source outside
 * @param rescueStep time between two rescues in one site: the first usually feeds the others
 * @param rescueLasts the least time a rescue lasts; shorter ones would stop and start
 * @param insideRings rings through a large site, each giving an agent two peers: 38 with the default
 * @param outsideRings rings through the site peers of all sites: 6 peers with the default
 * @param originsMax origins an agent gets
 * @param standbysMax sources outside that a rescued agent gets besides origins
 * @param roamersAtOriginMax agents in no site that get an origin; the others get it from these. Bounds an origin's allow list
 *     to about 300 kB
 * @param forgiveStalled how long an agent that refuses peers it was given stands still before its bans are dropped
 * @param forgiveOutvoted the same where most others do not refuse the same peer: the ban is likely wrong
 * @param forgiveInterval time between two such orders to one agent, so that a true liar costs little
 */
public record Rules(
        int leadsMax,
        Duration sitePeerPatience,
        Duration stalledMax,
        Duration rescueStep,
        Duration rescueLasts,
        int insideRings,
        int outsideRings,
        int originsMax,
        int standbysMax,
        int roamersAtOriginMax,
        Duration forgiveStalled,
        Duration forgiveOutvoted,
        Duration forgiveInterval) {
    /** What a deployment gets; with it an agent connects to at most {@link #connectMax} = 50 peers, libtorrent's own default. */
    public static final Rules DEFAULT = new Rules(
            2,
            Duration.ofSeconds(2),
            Duration.ofSeconds(30),
            Duration.ofSeconds(10),
            Duration.ofSeconds(60),
            19,
            3,
            4,
            2,
            10_000,
            Duration.ofSeconds(10),
            Duration.ofSeconds(3),
            Duration.ofSeconds(20));

    public Rules {
        if (leadsMax < 1 || insideRings < 1 || outsideRings < 0 || originsMax < 1 || standbysMax < 1) {
            throw new IllegalArgumentException("a site needs a lead, a ring, an origin and a standby at the least");
        }
    }

    /** The most peers one agent is told to connect to. */
    public int connectMax() {
        return 2 * insideRings + 2 * outsideRings + originsMax + standbysMax;
    }
}
