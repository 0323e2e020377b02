package packhorse.core.trust;

import java.time.Duration;

/**
 * How long each role's signature lasts.
 *
 * @param root 400 days: a yearly ceremony may be a month late
 * @param targets 400 days: a deployment nobody publishes to for a year goes on working
 * @param snapshot 7 days: an origin may be down over a long weekend
 * @param timestamp 1 day: what a freeze can hide
 */
public record Lifetimes(Duration root, Duration targets, Duration snapshot, Duration timestamp) {
    public static final Lifetimes DEFAULT =
            new Lifetimes(Duration.ofDays(400), Duration.ofDays(400), Duration.ofDays(7), Duration.ofDays(1));

    public Lifetimes {
        if (!root.isPositive() || !targets.isPositive() || !snapshot.isPositive() || !timestamp.isPositive()) {
            throw new IllegalArgumentException("every role lives longer than nothing");
        }
    }

    /** How long {@code role}'s signature lasts. */
    public Duration of(Role role) {
        return switch (role) {
            case ROOT -> root;
            case TARGETS -> targets;
            case SNAPSHOT -> snapshot;
            case TIMESTAMP -> timestamp;
        };
    }
}
