/**
 * What comes into an order from the building and test stages: build reports, what a virus scanner says, test results and measured times, and the
 * step from the test stage to production. Whoever reports a build or a test enters.
 *
 * <p>Invariants: what was not scanned is never said to be clean, and why it was not is kept; nothing is rebuilt on the way to production, so
 * what is promoted has the digest that was tested; every file and every answer comes from somebody else: bounded, and refused in one line with its place.
 */
@NullMarked
package packhorse.console.intake;

import org.jspecify.annotations.NullMarked;
