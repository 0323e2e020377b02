/**
 * The disk: packs that are whole, packs that are arriving, and trees unpacked from them. The only hub content passes through.
 *
 * <p>Layout under one root, format 1:
 *
 * <pre>
 *   format                       "packhorse store 1"
 *   lock                         held while a process has the store open
 *   packs/SHA/SHA                the content, named as its torrent names it
 *   packs/SHA/torrent            the hybrid .torrent
 *   packs/SHA/manifests/D.json   every signed manifest that names this content, by digest
 *   packs/SHA/files.ndjson       the file list, where it was kept
 *   partial/SHA/…                the same while the content is still arriving
 * </pre>
 *
 * <p>Invariants: a directory under {@code packs} appears by one rename and holds content whose SHA-256 was checked
 * ({@link packhorse.core.content.VerifiedContent} is the proof asked for); everything in it reached the disk before. A crash between
 * any two steps leaves the store as before or as after. Nothing here decides what to keep.
 */
@NullMarked
package packhorse.peer.store;

import org.jspecify.annotations.NullMarked;
