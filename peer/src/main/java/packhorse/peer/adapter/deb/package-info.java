/**
 * Debian packages, put in place by the machine's dpkg. {@link packhorse.peer.adapter.deb.DebAdapter} is the door; what it does in which
 * order is {@link packhorse.peer.adapter.packages.PackagePlacement}'s, and here is what has to be known about dpkg: its files, its
 * words, its locks.
 *
 * <p>Invariants: a package is read whole, and refused where it is hostile, before dpkg sees it; dpkg's database is written by this
 * program in undo only, under dpkg's own locks.
 */
@NullMarked
package packhorse.peer.adapter.deb;

import org.jspecify.annotations.NullMarked;
