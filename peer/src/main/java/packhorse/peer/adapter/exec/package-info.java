/**
 * Releases that install themselves: {@link packhorse.peer.adapter.exec.ExecAdapter} lays the published tree or program out in a
 * private place and runs the scripts that the settings name, one to install, and one each to take back, to remove and to verify.
 *
 * <p>Invariants: nothing runs that was not hashed against the signed file list when it was laid out. No script that installs or removes is
 * begun twice in one attempt; one that takes back may be, and after anything. What was laid out is private to root and readable to
 * the scripts. Scripts are confined unless the release says that they need the machine's root, and then policy may refuse it.
 */
@NullMarked
package packhorse.peer.adapter.exec;

import org.jspecify.annotations.NullMarked;
