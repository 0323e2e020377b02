/**
 * The installer: a process of its own with the rights to change the machine and without a network, which believes nobody, and
 * the agent's end of it.
 *
 * <p>The agent enters by {@link packhorse.peer.installer.Installer}, what that speaks of, and the words it writes that in
 * ({@link packhorse.peer.installer.InstallFields}); the peer's main by {@link packhorse.peer.installer.ProcessInstaller} and the two
 * configurations; the doctor by {@link packhorse.peer.installer.InstallReadiness}. Inside the process an
 * {@link packhorse.peer.installer.InstallEngine} goes through what {@code packhorse.peer.install} decides, and the
 * {@link packhorse.peer.installer.ContentDesk} is the only door for releases and their bytes.
 *
 * <p>Invariants: what the agent says is a wish and a place to look, never a proof; every manifest is proven against the
 * installer's own trusted catalogue, every content is hashed while it is copied to where only the installer writes. All that is
 * known after a crash stands in the installer's own directory.
 */
@NullMarked
package packhorse.peer.installer;

import org.jspecify.annotations.NullMarked;
