package packhorse.console.rest;

import java.net.InetAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import packhorse.console.change.Actor;
import packhorse.console.ledger.Refusal;
import packhorse.core.OperationException;
import packhorse.core.identity.WrongSecrets;

/**
 * Finds out who asks, and makes an address wait that shows what is wrong; an account that is guessed at from everywhere waits in its own
 * office. A good token is never kept waiting: whoever has one does not guess, and a hold must go through however many others knock.
 */
final class Gate {
    /** Passwords looked at at once: each takes 64 MiB and a fifth of a second, by intent. */
    static final int ATTEMPTS_MAX = 4;

    /** An administrator is known and guesses nothing: he waits for those who sign in, and is not sent away at once. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final Doorkeeper doorkeeper;
    private final InstantSource clock;
    private final WrongSecrets addresses = new WrongSecrets();
    private final Semaphore attempts = new Semaphore(ATTEMPTS_MAX);
    private final Duration patience;

    Gate(Doorkeeper doorkeeper, InstantSource clock) {
        this(doorkeeper, clock, PATIENCE);
    }

    Gate(Doorkeeper doorkeeper, InstantSource clock, Duration patience) {
        this.doorkeeper = doorkeeper;
        this.clock = clock;
        this.patience = patience;
    }

    /** @throws Turned where nobody is known by this */
    Actor.Person who(Credentials shown, InetAddress from) {
        return switch (shown) {
            case Credentials.None none ->
                throw new Turned(
                        Problem.Kind.NOT_SIGNED_IN,
                        "no token came along; sign in with POST " + Route.BASE + "/sessions and send"
                                + " \"Authorization: Bearer TOKEN\"");
            case Credentials.Basic basic ->
                throw new Turned(
                        Problem.Kind.NOT_SIGNED_IN,
                        "a password is taken by POST " + Route.BASE + "/sessions only; send the token that it answers");
            case Credentials.Bearer(String token) -> {
                Optional<Actor.Person> person = doorkeeper.whoShows(token);
                if (person.isEmpty()) {
                    turn(addresses.wait(from, clock.instant()), "wrong tokens from this address");
                    addresses.wrong(from, clock.instant());
                    throw new Turned(
                            Problem.Kind.NOT_SIGNED_IN,
                            "this token is not known, was revoked or has expired; sign in again");
                }
                yield person.get();
            }
        };
    }

    /**
     * Lets somebody show a name and a password, or the first secret.
     *
     * @throws Turned where it is wrong or too soon
     */
    <T> T shown(InetAddress from, Supplier<T> attempt) {
        try {
            return guarded(from, attempt);
        } catch (Refusal refusal) {
            if (refusal.why() != Refusal.Why.FORBIDDEN) {
                throw refusal;
            }
            throw new Turned(Problem.Kind.NOT_SIGNED_IN, refusal.line());
        }
    }

    /**
     * Lets somebody who is known show a password.
     *
     * @throws Turned where it is too soon
     */
    <T> T guarded(InetAddress from, Supplier<T> attempt) {
        turn(addresses.wait(from, clock.instant()), "wrong passwords from this address");
        if (!attempts.tryAcquire()) {
            throw many();
        }
        try {
            T result = attempt.get();
            addresses.right(from);
            return result;
        } catch (Refusal refusal) {
            if (refusal.why() == Refusal.Why.FORBIDDEN) {
                addresses.wrong(from, clock.instant());
            }
            throw refusal;
        } finally {
            attempts.release();
        }
    }

    /**
     * Lets an administrator set somebody's password: no guess of anybody's, but as long as one to make.
     *
     * @throws Turned where so many sign in that it does not come to it
     */
    <T> T set(Supplier<T> act) {
        try {
            if (!attempts.tryAcquire(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                throw many();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new OperationException("the console is closing", e);
        }
        try {
            return act.get();
        } finally {
            attempts.release();
        }
    }

    private static Turned many() {
        return new Turned(
                Problem.Kind.WAIT, "many sign in at this moment; try again", Optional.of(Duration.ofSeconds(1)));
    }

    /** Gives a token for a name and a password. */
    Doorkeeper.Session signIn(String name, String password, InetAddress from) {
        return shown(from, () -> doorkeeper.signIn(name, password));
    }

    /** Ends the session that the credentials show. */
    void signOut(Actor.Person who, Credentials shown) {
        if (shown instanceof Credentials.Bearer(String token)) {
            doorkeeper.signOut(who, token);
        }
    }

    private static void turn(Duration wait, String what) {
        if (wait.isPositive()) {
            throw new Turned(
                    Problem.Kind.WAIT,
                    "too many " + what + "; wait " + (wait.toSeconds() + 1) + " s",
                    Optional.of(wait));
        }
    }
}
