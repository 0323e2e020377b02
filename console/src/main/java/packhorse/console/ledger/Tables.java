package packhorse.console.ledger;

import java.util.List;

/** The schema's tables, each behind those it refers to; what a backup holds. A test compares them with the database's own list. */
final class Tables {
    /** It has a row from its making on. */
    static final String SEEDED = "audit_head";

    static final List<String> ALL = List.of(
            "lease",
            "audit",
            SEEDED,
            "status",
            "report_head",
            "action_now",
            "record",
            "counter",
            "answered",
            "outbox",
            "membership",
            "member",
            "crowd",
            "attempt",
            "permit",
            "beginning",
            "desired",
            "desired_head",
            "endpoint",
            "endpoint_trait",
            "inventory",
            "running_wave",
            "wave_site");

    private Tables() {}
}
