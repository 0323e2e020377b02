/** Consoles and trackers with each other, on real sockets and with real certificates: neither module knows the other. */
@NullMarked
package packhorse.dist.console;

import org.jspecify.annotations.NullMarked;
