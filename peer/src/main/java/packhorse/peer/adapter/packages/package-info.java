/**
 * What the adapters of package systems have in common: a placement whose steps are the same for dpkg and rpm, and the parts it is
 * made of. {@link packhorse.peer.adapter.packages.PackageSystem} is what a package system has to know; the adapters deb and rpm
 * each bring one, nobody else enters.
 *
 * <p>Invariants: a package system's program changes the machine in apply, remove and, as a courtesy to maintainer scripts, at
 * the beginning of undo. What undo promises rests on none of its doings: files and database entries were copied before, and are put
 * back byte for byte by this program itself.
 */
@NullMarked
package packhorse.peer.adapter.packages;

import org.jspecify.annotations.NullMarked;
