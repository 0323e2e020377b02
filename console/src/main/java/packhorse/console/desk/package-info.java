/**
 * The console's answers to trackers, which bring the ledger's clerks, the fleet and the sessions together: reports and leases go to the
 * scheduler's clerks, who is there and what it is made of into the fleet, and what an endpoint should have comes from the ledger.
 *
 * <p>Whoever constructs the console may enter; the others see it as {@link packhorse.console.trackers.ConsoleDesk} and
 * {@link packhorse.console.scheduler.Surroundings}. Invariants: what is acknowledged is stored; who is in which site is what the tracker says,
 * not the endpoint; a desired state that is said has a revision above any that its endpoint acts on for another one.
 */
@NullMarked
package packhorse.console.desk;

import org.jspecify.annotations.NullMarked;
