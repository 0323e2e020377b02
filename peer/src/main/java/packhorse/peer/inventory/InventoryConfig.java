package packhorse.peer.inventory;

import java.time.Duration;

/**
 * How often a machine looks at itself.
 *
 * @param interval between two looks; the packages are listed anew only when the package tool's database changed
 * @param settle after the agent's start, before the first look: machines start together and have better things to do
 */
public record InventoryConfig(Duration interval, Duration settle) {
    /** A look costs some milliseconds; an inventory that is ten minutes old is current. */
    public static final InventoryConfig DEFAULT = new InventoryConfig(Duration.ofMinutes(10), Duration.ofSeconds(5));

    public InventoryConfig {
        if (interval.toMillis() < 1 || settle.isNegative()) {
            throw new IllegalArgumentException("a look each " + interval + ", the first after " + settle);
        }
    }
}
