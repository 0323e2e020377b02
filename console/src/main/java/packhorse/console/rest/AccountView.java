package packhorse.console.rest;

import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import packhorse.console.change.PersonId;
import packhorse.console.change.Role;
import packhorse.console.office.Account;

/**
 * An account as it is shown.
 *
 * @param name for people
 * @param password whether it has one; what it is checked against is shown to nobody
 * @param open whether it may be used
 * @param awayUntil when they are back, where they are away
 */
public record AccountView(
        PersonId id,
        String name,
        Set<Role> roles,
        boolean password,
        boolean open,
        Optional<Instant> awayUntil,
        Instant created) {
    public AccountView {
        roles = Set.copyOf(roles);
    }

    static AccountView of(Account account) {
        return new AccountView(
                account.id(),
                account.name(),
                account.roles(),
                account.password().isPresent(),
                account.open(),
                account.awayUntil(),
                account.created());
    }
}
