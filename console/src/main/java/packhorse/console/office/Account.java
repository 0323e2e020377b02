package packhorse.console.office;

import java.time.Instant;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import packhorse.console.change.Actor;
import packhorse.console.change.PersonId;
import packhorse.console.change.Role;
import packhorse.core.PlainText;

/**
 * Somebody who may ask. An account is never deleted, since records point at it; one that is shut opens nothing.
 *
 * @param name for people
 * @param roles all that the person holds
 * @param password what the password is checked against; absent: no login by password
 * @param open whether it may be used
 * @param awayUntil when they are back, where they are away; flags at go and no-go say so
 */
public record Account(
        PersonId id,
        String name,
        Set<Role> roles,
        Optional<String> password,
        boolean open,
        Optional<Instant> awayUntil,
        Instant created) {
    private static final int NAME_CHARS_MAX = 200;

    public Account {
        name = PlainText.line(name).strip();
        if (name.isEmpty() || name.length() > NAME_CHARS_MAX) {
            throw new IllegalArgumentException("an account needs a name of 1 to " + NAME_CHARS_MAX + " characters");
        }
        EnumSet<Role> ordered = EnumSet.noneOf(Role.class);
        ordered.addAll(roles);
        roles = Collections.unmodifiableSet(ordered);
    }

    /** As who they ask. */
    public Actor.Person person() {
        return new Actor.Person(id, roles);
    }

    /** Says nothing of the password. */
    @Override
    public String toString() {
        return "account " + id + " (" + name + ") " + roles + (open ? "" : ", shut");
    }

    Account with(Set<Role> other) {
        return new Account(id, name, other, password, open, awayUntil, created);
    }

    Account withPassword(String hash) {
        return new Account(id, name, roles, Optional.of(hash), open, awayUntil, created);
    }

    Account opened(boolean now) {
        return new Account(id, name, roles, password, now, awayUntil, created);
    }

    Account away(Optional<Instant> until) {
        return new Account(id, name, roles, password, open, until, created);
    }
}
