package packhorse.console.rest;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import packhorse.console.change.Actor;
import packhorse.console.json.Records;
import packhorse.console.ledger.Answers;
import packhorse.console.ledger.Books;
import packhorse.console.ledger.Pages;
import packhorse.console.ledger.Refusal;
import packhorse.console.ledger.Stored;
import packhorse.core.content.Sha256;

/**
 * Does what comes twice once: whoever's answer was lost asks again with the same {@code Idempotency-Key} and gets the answer that was
 * kept in the transaction that did it. A refusal is not kept: nothing was done, so asking again is asking anew.
 */
final class Replays {
    /** Nobody tries for longer. */
    private static final Duration MEMORY = Duration.ofHours(24);

    private final Books books;

    Replays(Books books) {
        this.books = books;
    }

    /** What of an answer is kept. */
    record Memory(Optional<String> json, OptionalLong version, Optional<String> place) {}

    /** @throws Turned where the key stands for something else */
    Answer once(Actor.Person who, String key, Route route, String path, byte[] body, Supplier<Answer> act) {
        Sha256 asked = digest(route, path, body);
        Optional<Answer> before = before(who, key, asked);
        if (before.isPresent()) {
            return before.get();
        }
        try {
            return books.alongside((result, pages) -> keep(pages, who, key, asked, route, result), act);
        } catch (Refusal refusal) {
            // The same may have come twice at once; then the other's answer is this one's.
            return refusal.why() == Refusal.Why.EXISTS
                    ? before(who, key, asked).orElseThrow(() -> refusal)
                    : rethrow(refusal);
        }
    }

    private static Answer rethrow(Refusal refusal) {
        throw refusal;
    }

    private static Sha256 digest(Route route, String path, byte[] body) {
        MessageDigest digest = Sha256.newDigest();
        digest.update((route.verb() + " " + path + "\n").getBytes(StandardCharsets.UTF_8));
        return Sha256.ofDigest(digest.digest(body));
    }

    private Optional<Answer> before(Actor.Person who, String key, Sha256 asked) {
        return books.read(pages -> pages.answers().find(who.name(), key)).map(kept -> {
            if (!kept.request().equals(asked)) {
                throw new Turned(
                        Problem.Kind.TWICE,
                        "the Idempotency-Key was used at " + kept.at() + " for another request; take a new one");
            }
            Memory memory = Records.read(Memory.class, kept.body(), "what was answered");
            return new Answer.Kept(kept.status(), memory.json(), memory.version(), memory.place());
        });
    }

    private static void keep(
            Pages pages, Actor.Person who, String key, Sha256 asked, Route route, @Nullable Object result) {
        Optional<Stored<?>> stored = result instanceof Stored<?> one ? Optional.of(one) : Optional.empty();
        Memory memory = new Memory(
                stored.filter(one -> !route.secret()).map(one -> Records.write(Versioned.of(one))),
                stored.map(one -> OptionalLong.of(one.version())).orElseGet(OptionalLong::empty),
                stored.flatMap(one -> route.placeOf(one.id())));
        pages.answers()
                .keep(
                        who.name(),
                        key,
                        new Answers.Answer(
                                asked,
                                pages.now(),
                                memory.json().isPresent() ? route.result().status() : 204,
                                Records.write(memory)));
        pages.answers().forget(pages.now().minus(MEMORY));
    }
}
