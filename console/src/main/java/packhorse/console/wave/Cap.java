package packhorse.console.wave;

/** At most so many. */
public sealed interface Cap {
    /** How many that is of a population. */
    long of(long population);

    /** This number. */
    record Count(long most) implements Cap {
        public Count {
            if (most < 1) {
                throw new IllegalArgumentException("a limit of " + most + " lets nothing happen; write 1 or more");
            }
        }

        @Override
        public long of(long population) {
            return most;
        }
    }

    /** So many of a hundred, rounded down, but never below one: else a small site would never be done. */
    record Percent(int percent) implements Cap {
        public Percent {
            if (percent < 1 || percent > 100) {
                throw new IllegalArgumentException("a limit of " + percent + " % is none; write 1 to 100");
            }
        }

        @Override
        public long of(long population) {
            return Math.max(1, population * percent / 100);
        }
    }
}
