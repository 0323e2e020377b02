package packhorse.console.rest;

import java.util.List;
import java.util.OptionalLong;
import packhorse.console.change.Role;
import packhorse.console.ledger.AuditBook;
import packhorse.console.office.AuditOffice;
import packhorse.core.UsageException;

/** What happened, and what happens: the audit trail as a list and as a stream. */
final class EventRoutes {
    private EventRoutes() {}

    static List<Route> of(RestParts parts, EventFeed events) {
        AuditOffice audit = parts.offices().audit();
        return List.of(
                Route.get("/events", "followEvents", "Tells what happens, as it happens (server-sent events).")
                        .asking("subject", Parameter.Type.TEXT, "Only events of this record and what belongs to it.")
                        .asking("after", Parameter.Type.COUNT, "The last event seen; Last-Event-ID wins over it.")
                        .events()
                        .does(call -> {
                            Credentials shown = call.credentials();
                            return new Answer.Events(events.listener(
                                    last(call),
                                    call.query("subject"),
                                    () -> shown instanceof Credentials.Bearer(String token)
                                            && parts.doorkeeper()
                                                    .whoShows(token)
                                                    .isPresent()));
                        }),
                Route.get("/audit", "listAudit", "Lists the audit trail from its beginning.")
                        .asking(
                                "subject",
                                Parameter.Type.TEXT,
                                "Only what is about this record and what belongs to it.")
                        .page(AuditLine.class)
                        .does(call -> {
                            int limit = call.limit();
                            long after = number(call.after());
                            List<AuditOffice.Line> lines = call.query("subject")
                                    .map(subject -> audit.about(subject, after, limit + 1))
                                    .orElseGet(() -> audit.after(after, limit + 1));
                            return Answer.page(
                                    lines.stream().map(AuditLine::of).toList(),
                                    limit,
                                    line -> String.valueOf(line.number()));
                        }),
                Route.post(
                                "/audit/verification",
                                "verifyAudit",
                                "Walks the whole audit trail and says whether it fits.")
                        .access(Access.to(
                                Role.APPROVER,
                                Role.CHANGE_COORDINATOR,
                                Role.INSTALLATION_COORDINATOR,
                                Role.ADMINISTRATOR))
                        .one(AuditBook.Finding.class)
                        .does(call -> Answer.of(parts.reads().read(audit::verify))));
    }

    private static OptionalLong last(Call call) {
        return call.header("Last-Event-ID")
                .map(text -> OptionalLong.of(number(text)))
                .orElseGet(() -> call.count("after"));
    }

    private static long number(String text) {
        if (text.isEmpty()) {
            return 0;
        }
        if (!text.matches("[0-9]{1,18}")) {
            throw new UsageException("\"" + text + "\" is no event's number");
        }
        return Long.parseLong(text);
    }
}
