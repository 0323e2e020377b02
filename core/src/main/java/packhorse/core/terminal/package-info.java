/**
 * The person at the terminal: whether one watches, and the secrets that only a person knows. The {@code cli} packages enter, nobody
 * else, since whoever has to run without a person may not come to depend on one.
 *
 * <p>Invariants: a console that is no terminal counts as nobody; what is typed as a secret is not shown.
 */
@NullMarked
package packhorse.core.terminal;

import org.jspecify.annotations.NullMarked;
