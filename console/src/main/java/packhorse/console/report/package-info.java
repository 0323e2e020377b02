/**
 * What was done, for people, for other programs and for an auditor: status report, evaluation report, distribution log, savings,
 * measurements, compliance and the record of an order. Whoever has the story of an order enters with an
 * {@link packhorse.console.report.OrderStory}; what comes out is a {@link packhorse.console.report.Report}, a document of facts, tables
 * and bars, which {@link packhorse.console.report.Html}, {@link packhorse.console.report.Csv} and
 * {@link packhorse.console.report.ReportJson} write.
 *
 * <p>Invariants: the same story makes the same bytes; every share stands with its count and its whole; what does not balance or was
 * never recorded is said and never rounded away or left out; no text of a person or an endpoint is ever markup, a formula or a second
 * line of a table.
 */
@Pure
@NullMarked
package packhorse.console.report;

import org.jspecify.annotations.NullMarked;
import packhorse.core.Pure;
