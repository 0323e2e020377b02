/**
 * The append-only store of what endpoints reported. {@link packhorse.tracker.reports.ReportStore} is the door for the
 * sessions, {@link packhorse.tracker.reports.ReportReader} for whoever reads. Invariants: nothing is acknowledged before it is on
 * the disk for good; a report stands here once, however often it came; what is stored is never changed; whatever a crash left half
 * written is cut off at the next start and was never acknowledged.
 */
@NullMarked
package packhorse.tracker.reports;

import org.jspecify.annotations.NullMarked;
