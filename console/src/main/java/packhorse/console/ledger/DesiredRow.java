package packhorse.console.ledger;

import packhorse.console.wave.Line;
import packhorse.core.state.DesiredItem;
import packhorse.core.topology.EndpointId;

/** What an endpoint should have of a release line from now on. */
public record DesiredRow(EndpointId endpoint, Line line, DesiredItem item) {}
