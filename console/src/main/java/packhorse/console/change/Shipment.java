package packhorse.console.change;

import java.time.Instant;
import java.util.Optional;
import packhorse.core.content.ReleaseId;

/**
 * A release on its way on something that is carried.
 *
 * @param medium what it is on, and its label
 * @param carrier who carries it
 * @param arrived when somebody at the site had it in hand
 */
public record Shipment(
        ReleaseId release,
        String site,
        String medium,
        String carrier,
        PersonId sentBy,
        Instant sent,
        Optional<Instant> arrived,
        Optional<PersonId> receivedBy) {
    public Shipment {
        site = Words.named("the site", site);
        medium = Words.named("the medium", medium);
        carrier = Words.named("the carrier", carrier);
        if (arrived.isPresent() != receivedBy.isPresent()) {
            throw new IllegalArgumentException("a shipment that has arrived was received by somebody");
        }
        if (arrived.isPresent() && arrived.get().isBefore(sent)) {
            throw new IllegalArgumentException("a shipment sent at " + sent + " cannot arrive at " + arrived.get());
        }
    }

    /** The same, in hand at the site. */
    public Outcome<Shipment> receive(PersonId by, Instant now) {
        if (arrived.isPresent()) {
            return Outcome.rejected(medium + " was received at " + site + " already, at " + arrived.get());
        }
        return now.isBefore(sent)
                ? Outcome.rejected(medium + " was sent at " + sent + ": it cannot be received before")
                : Outcome.moved(
                        new Shipment(release, site, medium, carrier, sentBy, sent, Optional.of(now), Optional.of(by)));
    }
}
