package packhorse.console.rest;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;
import packhorse.console.change.Role;

/** Who may call a route at all. What somebody may do to one record depends on the record, and is the domain's to say. */
public sealed interface Access {
    /** Anybody, without signing in. */
    record Anybody() implements Access {}

    /** Whoever holds one of these roles. */
    record Holders(Set<Role> roles) implements Access {
        public Holders {
            if (roles.isEmpty()) {
                throw new IllegalArgumentException("somebody has to be allowed in");
            }
            EnumSet<Role> ordered = EnumSet.noneOf(Role.class);
            ordered.addAll(roles);
            roles = Collections.unmodifiableSet(ordered);
        }
    }

    /** Anybody, without signing in. */
    static Access anybody() {
        return new Anybody();
    }

    /** Whoever holds one of these roles. */
    static Access to(Role first, Role... others) {
        return new Holders(EnumSet.of(first, others));
    }

    /** Everybody who works with the console; who only sits at an endpoint does not read what is planned for others. */
    static Access staff() {
        return new Holders(EnumSet.complementOf(EnumSet.of(Role.ENDPOINT_USER)));
    }

    /** Everybody who works on changes; whose turn it is, the domain's tables say for each move. */
    static Access workers() {
        return new Holders(EnumSet.complementOf(EnumSet.of(Role.ENDPOINT_USER, Role.VIEWER)));
    }

    /** Everybody who signed in. */
    static Access signedIn() {
        return new Holders(EnumSet.allOf(Role.class));
    }
}
