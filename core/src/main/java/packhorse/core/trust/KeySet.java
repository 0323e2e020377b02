package packhorse.core.trust;

import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The keys of a role and how many of them must sign.
 *
 * @param keys by key id as the metadata names them
 * @param threshold how many different public keys must have signed, at least 1
 */
public record KeySet(Map<String, VerifyingKey> keys, int threshold) {
    public KeySet {
        keys = Map.copyOf(keys);
        if (threshold < 1) {
            throw new IllegalArgumentException("a threshold is at least 1, not " + threshold);
        }
    }

    /** Keys under their own ids. */
    public static KeySet of(List<VerifyingKey> keys, int threshold) {
        Map<String, VerifyingKey> byId = new LinkedHashMap<>();
        keys.forEach(key -> byId.put(key.keyId().hex(), key));
        return new KeySet(byId, threshold);
    }

    /** The public keys, each once. */
    public Set<VerifyingKey> publicKeys() {
        return Set.copyOf(new HashSet<>(keys.values()));
    }

    /** Whether one of these public keys is {@code key}. */
    public boolean contains(VerifyingKey key) {
        return keys.containsValue(key);
    }

    /** Whether keys came or went between the two (§5.3.11). */
    boolean rotatedFrom(KeySet before) {
        return !publicKeys().equals(before.publicKeys());
    }

    /** How many of the different public keys in {@code candidates} are of this set. */
    int count(Collection<VerifyingKey> candidates) {
        Set<VerifyingKey> counted = new HashSet<>(candidates);
        counted.retainAll(publicKeys());
        return counted.size();
    }
}
