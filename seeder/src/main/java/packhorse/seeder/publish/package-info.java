/**
 * Brings a release into the catalogue: content to the origin first, then objects, then the signed targets. Each step may be
 * repeated, so a publish that died is taken up again. Who may enter: the commands. Invariant: an identity names one content
 * for ever; whatever fails, the catalogue is as it was or holds the whole release.
 */
@NullMarked
package packhorse.seeder.publish;

import org.jspecify.annotations.NullMarked;
