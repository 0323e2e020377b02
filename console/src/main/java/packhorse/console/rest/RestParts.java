package packhorse.console.rest;

import java.time.InstantSource;
import java.util.List;
import java.util.function.Supplier;
import packhorse.console.fleet.QueryReader;
import packhorse.console.ledger.AuditBook;
import packhorse.console.ledger.Books;

/**
 * What the interface stands on.
 *
 * @param offices what people may ask for
 * @param doorkeeper who is who
 * @param books for what was answered before
 * @param callbacks other systems that may answer
 * @param audit the trail, for whoever reads it or listens
 * @param queries reads filters of lists
 * @param health asked each time
 * @param reads looks that take long
 * @param metrics what other parts count
 */
public record RestParts(
        Offices offices,
        Doorkeeper doorkeeper,
        Books books,
        Callbacks callbacks,
        AuditBook audit,
        QueryReader queries,
        Supplier<Health> health,
        LongReads reads,
        List<Metric> metrics,
        InstantSource clock) {
    Replays replays() {
        return new Replays(books);
    }
}
