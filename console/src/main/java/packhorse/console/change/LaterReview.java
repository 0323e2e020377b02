package packhorse.console.change;

import java.time.Instant;

/** What the board says of an emergency when it is over: whether it was one, and what to do better. */
public record LaterReview(PersonId person, boolean justified, String remarks, Instant at) {
    public LaterReview {
        remarks = Words.said("the review", remarks);
    }
}
