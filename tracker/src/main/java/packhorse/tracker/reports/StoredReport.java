package packhorse.tracker.reports;

import java.time.Instant;
import packhorse.core.message.v1.StatusReport;
import packhorse.core.state.ReportId;

/**
 * A report as it is kept.
 *
 * @param id names it; stands here once
 * @param received by the tracker's clock
 * @param report as the endpoint wrote it, also what this version does not understand
 */
public record StoredReport(ReportId id, Instant received, StatusReport report) {}
