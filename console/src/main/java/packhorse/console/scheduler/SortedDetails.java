package packhorse.console.scheduler;

import java.util.SortedMap;
import java.util.TreeMap;
import packhorse.console.audit.AuditEntry;

/** Details for the audit, in their order, each cut where it is longer than is kept. */
final class SortedDetails {
    private final SortedMap<String, String> details = new TreeMap<>();

    SortedDetails with(String name, String text) {
        details.put(name, cut(text));
        return this;
    }

    /** The map itself: what is put into it later is in it. */
    SortedMap<String, String> map() {
        return details;
    }

    private static String cut(String text) {
        return text.length() <= AuditEntry.TEXT_LENGTH_MAX
                ? text
                : text.substring(0, text.offsetByCodePoints(0, AuditEntry.TEXT_LENGTH_MAX / 2));
    }
}
