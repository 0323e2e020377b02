/**
 * What knows how one kind of release is put in place: the interface that every adapter keeps, and what it is given to work with.
 *
 * <p>May enter: the installer, which does it; publishers and the agent, which read an install section
 * ({@link packhorse.peer.adapter.Adapters}) to refuse what contradicts itself and to say what cannot be taken back, and change nothing.
 *
 * <p>Invariants, for every adapter: each method may be cut off at any line and is then called again, by a process that knows
 * nothing but the disk; calling it again completes it. {@code precheck}, {@code prepare} and {@code verify} change nothing that
 * anybody else can see. Everything is on the disk, flushed, when a method returns, because the journal says so afterwards. Files
 * are changed through {@link packhorse.peer.adapter.InstallDisk} only.
 */
@NullMarked
package packhorse.peer.adapter;

import org.jspecify.annotations.NullMarked;
