/**
 * The tracker's HTTP doors: agents' reports, the BitTorrent tracker over HTTP, the repository mirror, and what people and
 * counters ask. Everything that decides lives elsewhere; here bytes become values and values bytes. Invariant: no request
 * makes the tracker read more than a bound said here.
 */
@NullMarked
package packhorse.tracker.http;

import org.jspecify.annotations.NullMarked;
