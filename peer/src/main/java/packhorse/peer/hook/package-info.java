/**
 * Runs programs for an installation, the system's and those that a release brings: {@link packhorse.peer.hook.MachinePrograms} in a
 * sandbox (bubblewrap) and in a control group of their own, {@link packhorse.peer.hook.HookRunner} decides what of a release runs
 * when, with what around it, and what its end means.
 *
 * <p>Invariants: no shell reads what a release says; nothing that a program started lives longer than its run; a confined program has
 * no network, no privilege, nobody's user, and sees and changes only the directories that were named; what is kept of its words,
 * its processes and its memory are bounded.
 */
@NullMarked
package packhorse.peer.hook;

import org.jspecify.annotations.NullMarked;
