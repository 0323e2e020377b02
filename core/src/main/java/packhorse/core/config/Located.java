package packhorse.core.config;

/**
 * A value with the place it was read from.
 *
 * @param value the value
 * @param place its file, line and column
 */
public record Located<T>(T value, Place place) {}
