/** What tests of package adapters share: small packages built by the system's own tools, and a line's life in a scratch root. */
@NullMarked
package packhorse.peer.adapter.packages;

import org.jspecify.annotations.NullMarked;
