package packhorse.console.rest;

import java.time.Instant;
import java.util.SortedMap;
import packhorse.console.audit.AuditEntry;
import packhorse.console.audit.AuditLink;
import packhorse.console.office.AuditOffice;
import packhorse.core.content.Sha256;

/**
 * A link of the audit trail, as people read it.
 *
 * @param number of the link; the id of its event
 * @param role in which he did it; "system" for a process
 * @param what the act: {@code order.approve}
 * @param subject the record's id
 * @param details what else is worth knowing, by name
 * @param digest binds it to all before
 */
public record AuditLine(
        long number,
        Instant at,
        String who,
        String role,
        String what,
        String subject,
        SortedMap<String, String> details,
        Sha256 digest) {
    static AuditLine of(AuditLink link, AuditEntry entry) {
        return new AuditLine(
                link.number(),
                entry.at(),
                entry.who(),
                entry.role(),
                entry.what(),
                entry.subject(),
                entry.details(),
                link.digest());
    }

    static AuditLine of(AuditOffice.Line line) {
        return new AuditLine(
                line.number(),
                line.entry().at(),
                line.entry().who(),
                line.entry().role(),
                line.entry().what(),
                line.entry().subject(),
                line.entry().details(),
                Sha256.parse(line.digest()));
    }
}
