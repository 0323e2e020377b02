/**
 * The installer: a process of its own with the rights to change the machine and without a network, which believes nobody, and
 * the agent's end of it.
 *
 * <p>The agent enters by {@link packhorse.peer.installer.Installer} and what that speaks of; the peer's main by {@link
 * packhorse.peer.installer.ProcessInstaller} and the two configurations; the doctor by {@link
 * packhorse.peer.installer.InstallReadiness}. Inside the process {@code packhorse.peer.installer.engine} goes through the tasks; this
 * package gives it a thread, proven releases, and ears and mouth. The engine knows nothing of it.
 *
 * <p>Invariants: what the agent says is a wish and a place to look, never a proof; every manifest is proven against the
 * installer's own trusted catalogue, every content is hashed while it is copied to where only the installer writes.
 */
@NullMarked
package packhorse.peer.installer;

import org.jspecify.annotations.NullMarked;
