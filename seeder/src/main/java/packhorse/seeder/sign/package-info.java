/**
 * The publisher's signature: directories of keys, who holds which role, signing of targets and of upload requests. Who may
 * enter: publish, origin and the commands. Invariant: a private key is in memory only while it is used and on disk only
 * encrypted.
 */
@NullMarked
package packhorse.seeder.sign;

import org.jspecify.annotations.NullMarked;
