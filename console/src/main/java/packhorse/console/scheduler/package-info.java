/**
 * Carries out what was decided: reads the ledger, asks the pure packages what is to be done, writes what comes of it.
 *
 * <p>{@link packhorse.console.scheduler.Scheduler} moves deployments and their waves, {@link packhorse.console.scheduler.LeaseClerk}
 * answers endpoints that ask whether they may begin, {@link packhorse.console.scheduler.ReportClerk} takes in what they say,
 * {@link packhorse.console.scheduler.DesiredClerk} knows what each of them should have, and
 * {@link packhorse.console.scheduler.LawMonitor} looks whether anything happened that must not. Only {@code ConsoleMain} and the
 * trackers' desk come in here.
 *
 * <p>Invariants: nothing is remembered between two steps that the ledger does not hold, so whoever goes on after a crash, or takes over,
 * decides the same; each step is one transaction, looks again at what it depends on, and does nothing where that has changed; what moves
 * a deployment or gives a lease is written under the fence of the one scheduler that has it; a report is acknowledged only after it is
 * stored together with everything that follows from it.
 */
@NullMarked
package packhorse.console.scheduler;

import org.jspecify.annotations.NullMarked;
