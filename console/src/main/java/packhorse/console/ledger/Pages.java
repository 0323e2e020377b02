package packhorse.console.ledger;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import packhorse.console.change.Actor;
import packhorse.console.change.CommunicationsPlan;
import packhorse.console.notice.Notice;
import packhorse.console.notice.Notifier;

/**
 * What one transaction sees and does. All of it happens, or nothing; the audit links with it. Nobody keeps it beyond the transaction.
 *
 * <p>Ids have 1 to {@value #ID_LENGTH_MAX} characters and are plain text.
 */
public interface Pages {
    /** More than any id of ours has. */
    int ID_LENGTH_MAX = 200;

    /** A record, where it is there. */
    <T> Optional<Stored<T>> find(Kind<T> kind, String id);

    /** A record that has to be there; {@link Refusal.Why#NOT_THERE} otherwise. */
    <T> Stored<T> get(Kind<T> kind, String id);

    /**
     * A record that has to be there, and still as it was seen; {@link Refusal.Why#STALE} otherwise, naming who changed it.
     *
     * @param seen its version, where one is insisted on
     */
    <T> Stored<T> get(Kind<T> kind, String id, OptionalLong seen);

    /** A new record; {@link Refusal.Why#EXISTS} where its id is taken. */
    <T> Stored<T> add(Kind<T> kind, String id, T value);

    /** Another value in place of the one that was seen; {@link Refusal.Why#STALE} where it is not the newest any more. */
    <T> Stored<T> change(Stored<T> seen, T now);

    /** Takes it away; {@link Refusal.Why#STALE} where it is not the newest any more. */
    void remove(Stored<?> seen);

    /** Some records, by id. */
    <T> List<Stored<T>> list(Kind<T> kind, Look look);

    /** How many there are, whatever the look's limit. */
    long count(Kind<?> kind, Look look);

    /**
     * The next name of a row that has no gaps but those of transactions that were given up: {@code CO-2026-0001}.
     *
     * @param prefix two capital letters
     */
    String next(String prefix, int year);

    /**
     * Adds to the audit chain what is being done. Who and when are the transaction's.
     *
     * @param what the act: {@code order.approve}
     * @param subject the record's id
     * @param details what else is worth knowing, by name
     */
    void audit(String what, String subject, Map<String, String> details);

    /**
     * Tells of what is being done those who are to hear of it, by the outbox.
     *
     * @param plan who hears what, and how
     */
    void tell(Notifier notifier, Notice notice, CommunicationsPlan plan);

    /**
     * A page of what people and systems are told, the oldest first.
     *
     * @param after the last line of the page before; empty: from the beginning
     */
    List<OutboxBook.Delivery> told(
            Optional<OutboxBook.State> state,
            Optional<CommunicationsPlan.Means> means,
            Optional<OutboxBook.Delivery> after,
            int limit);

    /** One line of it. */
    Optional<OutboxBook.Delivery> told(String id);

    /** Sends a message that was given up again, under its old id; how many entries it holds, 0: it was not given up. */
    int sendAgain(String batch);

    /** Writes down that whoever does this told it in person; false: it is told already, or is not for a person. */
    boolean toldInPerson(String id);

    /**
     * Forgets what was told or given up before then, but for what is about a request, an order or a problem that is not over; how many
     * entries.
     */
    int forgetTold(Instant before);

    /** Who is in which wave, and what became of each. */
    Waves waves();

    /** What each endpoint should have. */
    Desired desired();

    /** What endpoints said. */
    Statuses statuses();

    /** All endpoints. */
    Fleet fleet();

    /** What became of orders. */
    Chronicle chronicle();

    /** What was answered to those who may ask twice. */
    Answers answers();

    /** The bytes of attachments. */
    Attachments attachments();

    /** What happened, as the laws look at it. */
    Traces traces();

    /** Who does it. */
    Actor who();

    /** When, the same for all of it. */
    Instant now();
}
