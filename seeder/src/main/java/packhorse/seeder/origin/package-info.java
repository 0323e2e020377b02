/**
 * The authoritative source: one data directory with catalogue and content, an HTTP door that serves both and takes uploads
 * from publishers, the online signatures kept fresh, and a peer that starts full and seeds every pack. Who may enter: the
 * commands, and publish for a publication on the same machine. Invariants: a stranger can store nothing; nothing is
 * published that the origin did not hash itself.
 */
@NullMarked
package packhorse.seeder.origin;

import org.jspecify.annotations.NullMarked;
