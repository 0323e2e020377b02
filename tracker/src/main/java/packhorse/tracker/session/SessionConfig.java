package packhorse.tracker.session;

import java.time.Duration;
import packhorse.tracker.selection.Rules;

/**
 * How the tracker answers agents.
 *
 * @param rules of selection
 * @param activeHoldMax how long an answer is held for an agent in a swarm where somebody still fetches; also how old the
 *     tracker's view of such a swarm gets
 * @param idleHoldMax the same for everybody else
 * @param decideGap least time between two decisions, so that a thousand reports at once cost one
 * @param settle after a start, while agents come back with transfers under way, nobody is told anything for this long: an
 *     assignment made from half the agents would cut those transfers. Longer than an agent's longest pause between attempts
 */
public record SessionConfig(
        Rules rules, Duration activeHoldMax, Duration idleHoldMax, Duration decideGap, Duration settle) {
    public static final SessionConfig DEFAULT = new SessionConfig(
            Rules.DEFAULT,
            Duration.ofSeconds(2),
            Duration.ofSeconds(30),
            Duration.ofMillis(100),
            Duration.ofSeconds(6));

    public SessionConfig {
        if (decideGap.isNegative() || activeHoldMax.isNegative() || idleHoldMax.compareTo(activeHoldMax) < 0) {
            throw new IllegalArgumentException("an idle agent's answer is held at least as long as an active one's");
        }
    }
}
