package packhorse.tracker.session;

import java.time.Duration;
import packhorse.tracker.selection.Rules;
import packhorse.tracker.swarm.Directory;

/**
 * How the tracker answers agents.
 *
 * @param rules of selection
 * @param probeAfter an agent in a swarm where somebody still fetches is asked whether it is there when it said nothing for
 *     this long; a session's own heartbeats are much slower
 * @param decideGap least time between two decisions, so that a thousand reports at once cost one
 * @param settle after a start, while agents come back with transfers under way, nobody is told anything for this long: an
 *     assignment made from half the agents would cut those transfers. Longer than an agent's longest pause between attempts
 */
public record SessionConfig(Rules rules, Duration probeAfter, Duration decideGap, Duration settle) {
    public static final SessionConfig DEFAULT =
            new SessionConfig(Rules.DEFAULT, Duration.ofSeconds(2), Duration.ofMillis(100), Duration.ofSeconds(6));

    public SessionConfig {
        if (decideGap.isNegative() || settle.isNegative() || probeAfter.isNegative() || probeAfter.isZero()) {
            throw new IllegalArgumentException("an agent is asked after a while, not after " + probeAfter);
        }
        if (probeAfter.compareTo(Directory.SILENCE_MAX) >= 0) {
            throw new IllegalArgumentException("an agent is asked before it is given up after " + Directory.SILENCE_MAX
                    + ", not after " + probeAfter);
        }
    }
}
