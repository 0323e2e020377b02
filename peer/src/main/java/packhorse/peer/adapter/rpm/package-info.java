/**
 * RPM packages, put in place by the machine's rpm where it has one. {@link packhorse.peer.adapter.rpm.RpmAdapter} is the door; what it
 * does in which order is {@link packhorse.peer.adapter.packages.PackagePlacement}'s, and here is what has to be known about rpm.
 *
 * <p>Invariants: a package's header is read, and refused where it is hostile, before rpm sees it; rpm's database is written by this
 * program in undo only, whole, under rpm's own lock, and only while no other package was changed since the copy.
 */
@NullMarked
package packhorse.peer.adapter.rpm;

import org.jspecify.annotations.NullMarked;
