/**
 * The tracker's end of its sessions with consoles, and what sessions with agents are governed by where there are any.
 *
 * <p>The ledger is the only truth; what is here is what a console said last, in memory. What no console said yet is not known, and
 * nothing is decided about it: an agent keeps what it has, is never told an empty desired state, and its reports stay on its disk
 * until a console stored them. Two consoles may be connected: of what both say the highest revision holds, either may store, and the
 * one that rules on leases answers. The protocol is in docs/protocols/console.md.
 *
 * <p>Only {@link packhorse.tracker.console.ConsoleGovernance} is used from outside.
 */
@NullMarked
package packhorse.tracker.console;

import org.jspecify.annotations.NullMarked;
