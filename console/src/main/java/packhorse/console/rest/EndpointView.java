package packhorse.console.rest;

import packhorse.console.fleet.EndpointFacts;
import packhorse.console.ledger.Fleet;

/**
 * All that is known of an endpoint.
 *
 * @param tracker that has a session with it; empty: none
 * @param retired whether it was taken out of service
 * @param version one more with each change by people
 */
public record EndpointView(EndpointFacts facts, String tracker, boolean retired, long version) {
    static EndpointView of(Fleet.Row row) {
        return new EndpointView(row.facts(), row.tracker(), row.retired(), row.version());
    }
}
