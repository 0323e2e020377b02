package packhorse.console.rest;

import java.util.Set;
import packhorse.console.change.PersonId;
import packhorse.console.change.Role;

/** Who is signed in, with which roles. */
public record Me(PersonId person, Set<Role> roles) {
    public Me {
        roles = Set.copyOf(roles);
    }
}
