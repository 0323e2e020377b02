package packhorse.console.rest;

import java.time.Instant;
import java.util.Map;
import packhorse.console.fleet.Compliance;
import packhorse.console.fleet.Deviation;

/**
 * How far a group has what it should have.
 *
 * @param text for people, with both counts
 * @param members how many are in the group
 * @param compliant how many of them have it
 * @param deviating how many have not, for each reason
 * @param at as of when
 */
public record ComplianceView(String text, int members, int compliant, Map<Deviation.Why, Long> deviating, Instant at) {
    static ComplianceView of(Compliance.Count count) {
        return new ComplianceView(
                count.line(),
                Math.toIntExact(count.members()),
                Math.toIntExact(count.compliant()),
                count.deviating(),
                count.at());
    }
}
