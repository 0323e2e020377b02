/**
 * Carries the outbox out: mail, chats, signed webhooks, and the pair of webhooks with an outside change or problem system. A
 * {@link packhorse.console.notify.Courier} takes what is due, hands it to the {@link packhorse.console.notify.Channel} of its means, and
 * writes down what became of it; {@code console.notice} decides all of that.
 *
 * <p>Invariants: nothing is sent to an address that the configuration does not allow, whatever a plan says; servers are proved by TLS
 * and their names, redirects are not followed, answers are read to a bound and no try outlasts its lease; a message goes out at least
 * once, under an id that stays the same; what comes in from outside is believed only with a fresh signature, and approves nothing.
 * Jakarta Mail is known here and nowhere else.
 */
@NullMarked
package packhorse.console.notify;

import org.jspecify.annotations.NullMarked;
