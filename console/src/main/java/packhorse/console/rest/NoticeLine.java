package packhorse.console.rest;

import java.time.Instant;
import java.util.Optional;
import packhorse.console.change.CommunicationsPlan.Means;
import packhorse.console.ledger.OutboxBook;

/**
 * What somebody is told, and what became of it.
 *
 * @param message the id of the message that it is, or is part of; absent while nobody tried
 * @param kind such as {@code order.announced}
 * @param about the order's, request's or problem's number
 * @param address a mail address, or the configured name of a chat or webhook
 * @param tries that failed
 * @param reason of the last failure; absent: there was none
 * @param by who told it: a console, or the person who did it
 */
public record NoticeLine(
        String id,
        Optional<String> message,
        String kind,
        String about,
        OutboxBook.State state,
        Means means,
        String stakeholder,
        String address,
        String subject,
        String text,
        Instant created,
        Instant due,
        int tries,
        Optional<String> reason,
        Optional<Instant> told,
        Optional<String> by) {
    static NoticeLine of(OutboxBook.Delivery line) {
        return new NoticeLine(
                line.entry().id(),
                some(line.batch()),
                line.entry().kind().word(),
                line.entry().about(),
                line.state(),
                line.entry().means(),
                line.entry().stakeholder(),
                line.entry().address(),
                line.entry().message().subject(),
                line.entry().message().text(),
                line.entry().created(),
                line.entry().due(),
                line.tries(),
                some(line.reason()),
                line.told(),
                some(line.by()));
    }

    private static Optional<String> some(String text) {
        return text.isEmpty() ? Optional.empty() : Optional.of(text);
    }
}
