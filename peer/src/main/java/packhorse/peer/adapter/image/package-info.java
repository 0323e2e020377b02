/**
 * The adapter {@code image}: writes a disk image to a device or file, or to the slot of two that is not running, and switches the boot
 * loader to it. Only {@link packhorse.peer.adapter.image.ImageAdapter} may be used from outside.
 *
 * <p>Invariants: nothing is written to what is mounted, in use or running. With slots, the switch leads to the new one only after every
 * byte of it was read back and hashed, and it is changed by one rename. Without, every range is copied away before it is written over,
 * unless the release says that it is irreversible. A range that is as it should be already is not written.
 */
@NullMarked
package packhorse.peer.adapter.image;

import org.jspecify.annotations.NullMarked;
