package packhorse.console.change;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Who may make a move: holders of any of these roles, and where it says so the product by itself.
 *
 * @param roles may be empty, then it is the product's alone
 */
public record Who(Set<Role> roles, boolean product) {
    public Who {
        EnumSet<Role> ordered = EnumSet.noneOf(Role.class);
        ordered.addAll(roles);
        roles = Collections.unmodifiableSet(ordered);
    }

    /** Holders of any of these. */
    public static Who of(Role first, Role... others) {
        return new Who(EnumSet.of(first, others), false);
    }

    /** Holders of any of these, and the product by itself. */
    public static Who orProduct(Role first, Role... others) {
        return new Who(EnumSet.of(first, others), true);
    }

    /** Nobody but the product. */
    public static Who onlyProduct() {
        return new Who(Set.of(), true);
    }

    /** Whether {@code actor} is one of them. */
    public boolean includes(Actor actor) {
        return switch (actor) {
            case Actor.Person person -> person.isOneOf(roles);
            case Actor.Product unused -> product;
        };
    }

    /** As the tables write it. */
    @Override
    public String toString() {
        String named = roles.stream().map(Role::name).collect(Collectors.joining(", "));
        return !product ? named : named.isEmpty() ? "product" : named + ", product";
    }
}
