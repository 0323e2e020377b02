package packhorse.console.rest;

import java.util.List;
import packhorse.console.change.YellowFlag;
import packhorse.console.office.DeploymentView;
import packhorse.console.wave.Deployment;

/**
 * A deployment with what stands against going on.
 *
 * @param signed whether its plan is the one that was signed
 * @param flags yellow ones, to be acknowledged by whoever goes on
 * @param notLookedAt what no flag can be raised from
 * @param blocking what was not ready when it was looked at last
 */
public record Standing(
        Versioned<Deployment> deployment,
        boolean signed,
        List<YellowFlag> flags,
        List<String> notLookedAt,
        List<String> blocking) {
    public Standing {
        flags = List.copyOf(flags);
        notLookedAt = List.copyOf(notLookedAt);
        blocking = List.copyOf(blocking);
    }

    static Standing of(DeploymentView.Standing standing) {
        return new Standing(
                Versioned.of(standing.deployment()),
                standing.signed(),
                standing.flags(),
                standing.notLookedAt(),
                standing.blocking());
    }
}
