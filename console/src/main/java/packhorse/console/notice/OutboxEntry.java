package packhorse.console.notice;

import java.time.Instant;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import packhorse.console.change.CommunicationsPlan.Means;

/**
 * What one recipient is to be told of one happening.
 *
 * @param id follows from the happening and the recipient, so that the same is never in the outbox twice
 * @param about the order's, request's or problem's id
 * @param stakeholder who is told
 * @param address where: a mail address, or the configured name of a chat or webhook
 * @param gather entries of the same are told in one message where they are due together; empty: alone
 * @param facts what other systems read, by name
 * @param due not before
 */
public record OutboxEntry(
        String id,
        NoticeKind kind,
        String about,
        Means means,
        String stakeholder,
        String address,
        String gather,
        Message message,
        SortedMap<String, String> facts,
        Instant created,
        Instant due) {
    public OutboxEntry {
        facts = Collections.unmodifiableSortedMap(new TreeMap<>(facts));
        created = Instant.ofEpochMilli(created.toEpochMilli());
        due = Instant.ofEpochMilli(due.toEpochMilli());
    }
}
