package packhorse.peer.desired;

import packhorse.core.state.Priority;

/**
 * How many distributions of each priority fetch at the same time. More at once only share the same line and finish later;
 * people who wait are few, and work ahead of time can wait.
 */
public record FetchLimits(int user, int normal, int background) {
    public static final FetchLimits DEFAULT = new FetchLimits(8, 4, 2);

    public FetchLimits {
        if (user < 1 || normal < 1 || background < 1) {
            throw new IllegalArgumentException(
                    "every priority fetches something: " + user + ", " + normal + ", " + background);
        }
    }

    int of(Priority priority) {
        return switch (priority) {
            case USER -> user;
            case NORMAL -> normal;
            case BACKGROUND -> background;
        };
    }
}
