package packhorse.console;

import java.util.List;
import packhorse.console.desk.TrackerDesk;
import packhorse.console.notify.Courier;
import packhorse.console.rest.Metric;
import packhorse.console.scheduler.LawMonitor;
import packhorse.console.scheduler.LeaseClerk;
import packhorse.console.scheduler.ReportClerk;
import packhorse.console.scheduler.Scheduler;

/** What scheduler, clerks, desk and courier count, each number declared here once with its meaning. */
final class ConsoleMetrics {
    private static final double MILLIS_PER_SECOND = 1_000;

    private ConsoleMetrics() {}

    static List<Metric> of(
            Scheduler scheduler,
            LawMonitor laws,
            LeaseClerk leases,
            ReportClerk reports,
            TrackerDesk desk,
            Courier courier) {
        return List.of(
                now(
                        "scheduler_leader",
                        "1 where this console decides, 0 where another does",
                        () -> scheduler.counts().leader() ? 1 : 0),
                now(
                        "scheduler_look_seconds",
                        "how long the last look at all deployments took",
                        () -> scheduler.counts().lookLast().toMillis() / MILLIS_PER_SECOND),
                total(
                        "scheduler_looks",
                        "looks at all deployments",
                        () -> scheduler.counts().looks()),
                total(
                        "scheduler_decisions",
                        "decisions that were carried out",
                        () -> scheduler.counts().decisions()),
                total(
                        "scheduler_failures",
                        "steps that could not be done and are tried again",
                        () -> scheduler.counts().failures()),
                total(
                        "law_breaches",
                        "breaches of the thirteen laws that were found; each holds its deployment",
                        () -> laws.breaches()),
                total("leases_granted", "endpoints that were let begin", leases::granted),
                total("leases_refused", "endpoints that were told not to begin yet", leases::refused),
                total("leases_passed", "questions that were left to the console that decides", leases::passed),
                total("reports_stored", "reports that were stored for good", reports::stored),
                total("reports_late", "reports that came after their action's end", reports::late),
                now("reports_waiting", "arrivals that wait for the ledger", desk::waiting),
                total(
                        "messages_told",
                        "messages that came through",
                        () -> courier.counts().told()),
                total(
                        "messages_failed",
                        "tries that failed and come again",
                        () -> courier.counts().failed()),
                total(
                        "messages_dead",
                        "messages that were given up",
                        () -> courier.counts().dead()),
                now(
                        "messages_under_way",
                        "messages that are being handed over",
                        () -> courier.counts().underWay()));
    }

    private static Metric now(String name, String meaning, java.util.function.Supplier<? extends Number> value) {
        return new Metric("packhorse_console_" + name, meaning, false, value);
    }

    private static Metric total(String name, String meaning, java.util.function.Supplier<? extends Number> value) {
        return new Metric("packhorse_console_" + name, meaning, true, value);
    }
}
