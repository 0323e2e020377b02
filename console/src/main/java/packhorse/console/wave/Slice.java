package packhorse.console.wave;

import java.util.Collections;
import java.util.Set;
import java.util.TreeSet;

/** Which of those whom no earlier wave has taken a wave takes. */
public sealed interface Slice {
    /** For people. */
    String line();

    /** So many of a hundred of all whom the waves are for; at least one. */
    record Percent(int percent) implements Slice {
        public Percent {
            if (percent < 1 || percent > 100) {
                throw new IllegalArgumentException("a wave of " + percent + " % is none; write 1 to 100");
            }
        }

        @Override
        public String line() {
            return percent + " %";
        }
    }

    /** So many. */
    record Count(int count) implements Slice {
        public Count {
            if (count < 1) {
                throw new IllegalArgumentException("a wave of " + count + " endpoints is none; write 1 or more");
            }
        }

        @Override
        public String line() {
            return count + " endpoints";
        }
    }

    /** All at these sites. */
    record Sites(Set<String> names) implements Slice {
        public Sites {
            if (names.isEmpty()) {
                throw new IllegalArgumentException("a wave of no site; name one");
            }
            names = Collections.unmodifiableSet(new TreeSet<>(names));
        }

        @Override
        public String line() {
            return "sites " + String.join(", ", names);
        }
    }

    /** All with this attribute: a label, a kind of machine, whatever the inventory knows. */
    record Attribute(String key, String value) implements Slice {
        public Attribute {
            if (key.isBlank()) {
                throw new IllegalArgumentException("a wave by an attribute without a name; name one, such as ring");
            }
        }

        @Override
        public String line() {
            return key + "=" + value;
        }
    }

    /** All who are left, and who joined late. */
    record Rest() implements Slice {
        @Override
        public String line() {
            return "the rest";
        }
    }
}
