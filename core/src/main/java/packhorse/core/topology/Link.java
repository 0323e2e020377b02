package packhorse.core.topology;

import packhorse.core.unit.ByteRate;

/**
 * A site's line to everywhere else, seen from the site.
 *
 * @param down into the site
 * @param up out of the site
 */
public record Link(ByteRate down, ByteRate up) {}
