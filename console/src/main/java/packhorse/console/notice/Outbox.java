package packhorse.console.notice;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** Where entries wait; what it answered survives a crash. */
public interface Outbox {
    /**
     * Takes what is due, for a while: no other holder gets it meanwhile, and after that anybody does.
     *
     * @param holder this process, by a name that no other has, nor this one after its next start
     * @param now decides what is due
     * @param lease longer than any try lasts
     * @param limit of entries
     */
    List<Parcel> claim(String holder, Instant now, Duration lease, int limit);

    /**
     * Writes down what follows a try.
     *
     * @return whether {@code holder} still had the parcel; if not, nothing is written
     */
    boolean settle(String holder, Parcel parcel, Tries.Next next, Instant now);
}
