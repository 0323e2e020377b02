package packhorse.console.rest;

import java.util.function.Supplier;

/**
 * A number that a part of the console counts, as it is shown beside those of the interface.
 *
 * @param name as Prometheus has it, with its unit last; of one that grows, {@code _total} is added
 * @param meaning what it says, for people
 * @param grows whether it only ever grows while the console runs
 * @param value asked each time
 */
public record Metric(String name, String meaning, boolean grows, Supplier<? extends Number> value) {}
