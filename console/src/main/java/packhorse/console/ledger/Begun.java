package packhorse.console.ledger;

import java.time.Instant;
import packhorse.console.wave.ActionId;
import packhorse.core.topology.EndpointId;

/**
 * An endpoint has begun to change something.
 *
 * @param at by the endpoint's clock
 */
public record Begun(ActionId action, EndpointId endpoint, Instant at) {}
