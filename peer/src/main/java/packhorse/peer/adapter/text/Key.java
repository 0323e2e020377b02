package packhorse.peer.adapter.text;

/**
 * What a value is called.
 *
 * @param section of an INI file; empty: before the first section, and always in properties
 */
public record Key(String section, String name) implements Comparable<Key> {
    /** Outside any section. */
    public static Key of(String name) {
        return new Key("", name);
    }

    @Override
    public int compareTo(Key other) {
        int bySection = section.compareTo(other.section);
        return bySection != 0 ? bySection : name.compareTo(other.name);
    }

    /** For people. */
    @Override
    public String toString() {
        return section.isEmpty() ? name : "[" + section + "] " + name;
    }
}
