package packhorse.console.notify;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import packhorse.console.change.CommunicationsPlan.Means;
import packhorse.console.notice.Message;
import packhorse.console.notice.NoticeKind;
import packhorse.console.notice.OutboxEntry;
import packhorse.console.notice.Parcel;

/** Messages for tests. */
final class Parcels {
    static final Instant NOON = Instant.parse("2026-03-02T12:00:00Z");

    private Parcels() {}

    static Parcel parcel(Means means, String address, String... texts) {
        List<OutboxEntry> entries = new ArrayList<>();
        for (String text : texts) {
            entries.add(new OutboxEntry(
                    "id" + entries.size(),
                    NoticeKind.HELD,
                    "CO-2026-0001",
                    means,
                    "sales",
                    address,
                    "",
                    new Message("CO-2026-0001: held", text),
                    new TreeMap<>(Map.of("about", "CO-2026-0001", "reason", text)),
                    NOON,
                    NOON));
        }
        return new Parcel("0123456789abcdef", entries, 0);
    }
}
