/**
 * What an endpoint should have, and what it says of it: the words that console, tracker and agent share.
 *
 * <p>Invariants: a desired state is a level, not an edge: the newest revision replaces all before it, and hearing it twice is
 * hearing it once. A report is named by endpoint, journal and sequence, and is counted once, however often it arrives.
 */
@Pure
@NullMarked
package packhorse.core.state;

import org.jspecify.annotations.NullMarked;
import packhorse.core.Pure;
