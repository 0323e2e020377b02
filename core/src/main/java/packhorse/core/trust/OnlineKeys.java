package packhorse.core.trust;

import java.util.List;

/**
 * The private keys that sign without a person. They say what is newest; they can add nothing.
 *
 * @param snapshot at least the role's threshold
 * @param timestamp at least the role's threshold
 */
public record OnlineKeys(List<SigningKey> snapshot, List<SigningKey> timestamp) {
    public OnlineKeys {
        snapshot = List.copyOf(snapshot);
        timestamp = List.copyOf(timestamp);
    }
}
