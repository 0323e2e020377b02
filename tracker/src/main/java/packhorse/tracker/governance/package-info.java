/**
 * What governs endpoints until a console does: the file of desired states and entitlements, read again when it changes; the revisions that are handed
 * out; the stores of reports and inventories. {@link packhorse.tracker.governance.GovernanceDesk} is what the sessions ask.
 * Invariants: a file that cannot be read changes nothing; a revision says one state and never an older one; what was
 * acknowledged is on the disk.
 */
@NullMarked
package packhorse.tracker.governance;

import org.jspecify.annotations.NullMarked;
