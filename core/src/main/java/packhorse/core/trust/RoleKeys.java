package packhorse.core.trust;

import java.util.List;

/**
 * The private keys of a role, at its making.
 *
 * @param keys whose public halves the root will name
 * @param threshold how many must sign, at most as many as there are
 */
public record RoleKeys(List<SigningKey> keys, int threshold) {
    public RoleKeys {
        keys = List.copyOf(keys);
        if (threshold < 1 || threshold > keys.size()) {
            throw new IllegalArgumentException(
                    "a threshold of " + threshold + " does not fit " + keys.size() + " keys");
        }
    }

    /** One key, which signs alone. */
    public static RoleKeys of(SigningKey key) {
        return new RoleKeys(List.of(key), 1);
    }

    /** The public half. */
    public KeySet keySet() {
        return KeySet.of(keys.stream().map(SigningKey::publicKey).toList(), threshold);
    }
}
