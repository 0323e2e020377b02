/**
 * What this machine is made of and what is installed on it, collected from the kernel's files and the system's own package tools, and
 * told to the tracker when it changed, as differences. {@link packhorse.peer.inventory.InventoryReporter} is the door for the
 * agent, {@link packhorse.peer.inventory.Collector} for the command line. Invariants: every file and program is somebody else's
 * text: bounded, cleaned, never a reason to fail; what cannot be read is left out; nothing is sent when nothing changed, restarts
 * included.
 */
@NullMarked
package packhorse.peer.inventory;

import org.jspecify.annotations.NullMarked;
