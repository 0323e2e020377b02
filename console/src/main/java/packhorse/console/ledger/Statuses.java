package packhorse.console.ledger;

import java.time.Instant;
import java.util.List;
import packhorse.core.message.v1.StatusReport;
import packhorse.core.topology.EndpointId;

/** Endpoints' reports inside a transaction: {@link StatusBook}. */
public interface Statuses {
    /** A report that was not stored before. */
    record Fresh(EndpointId endpoint, Instant received, StatusReport report) {}

    /**
     * What came of some arrivals.
     *
     * @param answers in the arrivals' order; the endpoints may be told once the transaction has ended
     * @param fresh in the order in which they were stored
     */
    record Kept(List<StatusBook.Answer> answers, List<Fresh> fresh) {}

    /** Stores what is new in all of them. */
    Kept store(List<StatusBook.Arrival> arrivals);
}
