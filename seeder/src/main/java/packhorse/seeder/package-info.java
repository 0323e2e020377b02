/**
 * The publisher's side: build, sign, publish, and the origin that serves what was published.
 */
@NullMarked
package packhorse.seeder;

import org.jspecify.annotations.NullMarked;
