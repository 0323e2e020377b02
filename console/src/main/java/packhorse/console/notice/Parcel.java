package packhorse.console.notice;

import java.util.List;

/**
 * What one recipient is told in one message.
 *
 * @param id of the message, the same at every try: whoever gets it twice can see it
 * @param entries at least one, all to the same address by the same means
 * @param tries that failed so far
 */
public record Parcel(String id, List<OutboxEntry> entries, int tries) {
    public Parcel {
        entries = List.copyOf(entries);
        if (entries.isEmpty()) {
            throw new IllegalArgumentException("a parcel holds one entry at least");
        }
    }

    /** The first of them, which says where it goes. */
    public OutboxEntry first() {
        return entries.getFirst();
    }

    /** The words of all of them. */
    public Message message() {
        if (entries.size() == 1) {
            return first().message();
        }
        StringBuilder text = new StringBuilder();
        for (OutboxEntry entry : entries) {
            text.append(text.isEmpty() ? "" : "\n\n----\n\n")
                    .append(entry.message().subject())
                    .append("\n\n")
                    .append(entry.message().text());
        }
        return new Message(
                first().about() + ": " + entries.size() + " messages, the last of them \""
                        + entries.getLast().message().subject() + "\"",
                text.toString());
    }
}
