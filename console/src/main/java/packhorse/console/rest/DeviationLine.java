package packhorse.console.rest;

import java.time.Instant;
import java.util.Optional;
import packhorse.console.fleet.Deviation;
import packhorse.core.content.Version;
import packhorse.core.topology.EndpointId;

/**
 * An endpoint that has not what it should have.
 *
 * @param why in classes
 * @param since when it has been so, at the latest
 * @param inPlace what it has of the line
 * @param text why, with what it rests on
 */
public record DeviationLine(
        EndpointId endpoint, Deviation.Why why, Instant since, Optional<Version> inPlace, String text) {
    static DeviationLine of(Deviation deviation) {
        return new DeviationLine(
                deviation.place().endpoint(),
                deviation.why(),
                deviation.since(),
                deviation.inPlace(),
                deviation.text());
    }
}
