/**
 * Who is out there: what is known of each endpoint, queries over it, groups, whom an order's targets are, and which endpoints have not what
 * they should have. Whoever plans, selects, filters or reports enters; reading queries and tables of others is done by the packages below
 * this one ({@code rsql}, {@code csv}), which alone know the libraries for it.
 *
 * <p>Invariants: a query is read once, with every selector, operator and value checked, and then answers for any number of records without
 * failing; {@code !=} is always the opposite of {@code ==} and {@code =out=} of {@code =in=}, for what is unknown too; the same facts, query
 * and moment give the same answer.
 */
@Pure
@NullMarked
package packhorse.console.fleet;

import org.jspecify.annotations.NullMarked;
import packhorse.core.Pure;
