package packhorse.console.rest;

import java.time.Instant;
import java.util.Optional;
import packhorse.console.change.Actor;

/** Knows people by what they show; what the door needs of the accounts. */
public interface Doorkeeper {
    /**
     * What somebody got for a name and a password.
     *
     * @param token to be shown from now on; nobody can read it again
     * @param until when it counts
     */
    record Session(String token, String person, Instant until) {}

    /** Whose token this is, with the roles that he has now; empty: nobody's, or nobody's any more. */
    Optional<Actor.Person> whoShows(String token);

    /**
     * Lets somebody in by name and password.
     *
     * @throws packhorse.console.ledger.Refusal where one of them is wrong, without saying which, or it is too soon
     */
    Session signIn(String name, String password);

    /** Ends a session before its time. */
    void signOut(Actor.Person who, String token);
}
