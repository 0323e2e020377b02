package packhorse.console.rest;

import java.util.Optional;
import packhorse.console.change.Actor;
import packhorse.console.office.AccountOffice;

/** The doorkeeper that knows the ledger's accounts. */
public final class Accounts implements Doorkeeper {
    /** A token's own name stands between its prefix and its secret. */
    private static final String SEPARATOR = "_";

    private final AccountOffice office;

    /** @param office where accounts and tokens are kept */
    public Accounts(AccountOffice office) {
        this.office = office;
    }

    @Override
    public Optional<Actor.Person> whoShows(String token) {
        return office.authenticate(token);
    }

    @Override
    public Session signIn(String name, String password) {
        AccountOffice.Shown shown = office.login(name, password.toCharArray());
        return new Session(
                shown.token(),
                shown.stored().value().person().name(),
                shown.stored().value().expires());
    }

    @Override
    public void signOut(Actor.Person who, String token) {
        String[] parts = token.split(SEPARATOR, 3);
        if (parts.length == 3) {
            var unused = office.revoke(who, parts[1]);
        }
    }
}
