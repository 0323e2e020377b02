/**
 * The console's HTTP interface, {@code /api/v1}: what people and programs ask becomes a call of the console's offices, and what comes
 * of it an answer. Who serves it enters with {@link packhorse.console.rest.RestDoor}.
 *
 * <p>The routing table is data ({@link packhorse.console.rest.Route}): the server's routes are made of it, a test holds the OpenAPI
 * document to it, and the tests of bad input are drawn from it, so that a new route cannot miss them.
 *
 * <p>Invariants: nothing is decided here, neither about changes nor about separation of duties; no request makes the console read or
 * keep more than a bound said here; whoever changes a record says which version he saw; every refusal is one line in one form
 * (RFC 9457).
 */
@NullMarked
package packhorse.console.rest;

import org.jspecify.annotations.NullMarked;
