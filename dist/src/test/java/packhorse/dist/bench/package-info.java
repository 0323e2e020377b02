/**
 * The bare library that our agent is measured against, and tests of the measuring itself. The harness stands among the tests since
 * {@code packhorse.peer.swarm} is the only home of libtorrent in the product.
 */
@NullMarked
package packhorse.dist.bench;

import org.jspecify.annotations.NullMarked;
