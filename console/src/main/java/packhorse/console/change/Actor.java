package packhorse.console.change;

import java.util.EnumSet;
import java.util.Set;

/** Who wants something done: a person with roles, or the product by itself. */
public sealed interface Actor {
    /**
     * Somebody with an account.
     *
     * @param roles all that the person holds
     */
    record Person(PersonId id, Set<Role> roles) implements Actor {
        public Person {
            roles = Set.copyOf(roles);
        }

        @Override
        public String name() {
            return id.name();
        }

        @Override
        public boolean isOneOf(Set<Role> wanted) {
            return roles.stream().anyMatch(wanted::contains);
        }
    }

    /** The product, where nobody has to decide anything. */
    record Product() implements Actor {
        @Override
        public String name() {
            return "packhorse";
        }

        @Override
        public boolean isOneOf(Set<Role> wanted) {
            return false;
        }
    }

    /** The product by itself. */
    static Actor product() {
        return new Product();
    }

    /** For the history. */
    String name();

    /** Whether one of these roles is held. */
    boolean isOneOf(Set<Role> wanted);

    /** Whether this is the person {@code id}. */
    default boolean is(PersonId id) {
        return this instanceof Person person && person.id().equals(id);
    }

    /** A person with the given roles. */
    static Person person(String name, Role first, Role... others) {
        return new Person(new PersonId(name), EnumSet.of(first, others));
    }
}
