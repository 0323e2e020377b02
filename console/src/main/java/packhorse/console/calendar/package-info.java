/**
 * When something may run at a site: weekly and dated windows on the site's own wall clock, blackouts that close them, and the openings
 * that follow from both as instants. Whoever plans, dispatches or leases enters; it knows nothing of orders, waves or clocks.
 *
 * <p>The rule for days on which clocks change: a site is inside a window at exactly those instants at which the clock on its wall shows
 * a time inside it. A time that the clock skips opens nothing; one that it shows twice opens twice. A blackout is closed from the first instant at which the
 * wall clock may show its beginning to the last at which it may show its end, and all the time in between.
 *
 * <p>Invariants: zones are IANA zones; an opening never overlaps or touches the next one; no instant of an opening is outside all
 * windows or inside a blackout; the same windows, blackouts, zone and beginning give the same openings.
 */
@Pure
@NullMarked
package packhorse.console.calendar;

import org.jspecify.annotations.NullMarked;
import packhorse.core.Pure;
