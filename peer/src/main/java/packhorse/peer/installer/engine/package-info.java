/**
 * Does what {@code packhorse.peer.install} decides: goes through the tasks, writes each step into its journal before and after it is
 * done, and looks at what is in place. It knows nothing of the process that it runs in, of the agent, or of frames on a pipe.
 *
 * <p>The installer's process enters by {@link packhorse.peer.installer.engine.InstallEngine}, which {@link
 * packhorse.peer.installer.engine.Transactions} is with the {@link packhorse.peer.installer.engine.Tools} of a machine; it is told by
 * tasks and tells by {@link packhorse.peer.installer.engine.InstallerReport} and {@link
 * packhorse.peer.installer.engine.InstallProgress}, which the agent hears of. The {@link
 * packhorse.peer.installer.engine.ContentDesk} is what it needs of others: the only door for releases and their bytes. Journal and
 * messages write tasks and lines in the same words, {@link packhorse.peer.installer.engine.InstallFields}.
 *
 * <p>Invariants: one thread owns the journal and all state, one step runs at a time; what a transaction does is on the disk as an
 * entry before it is begun. All that is known after a crash stands in the installer's own directory.
 */
@NullMarked
package packhorse.peer.installer.engine;

import org.jspecify.annotations.NullMarked;
