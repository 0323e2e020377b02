package packhorse.seeder.build;

/** Hears how far a long work has come. */
public interface Progress {
    /** @param done bytes so far, of {@code total} */
    void advanced(long done, long total);

    /** Tells nobody. */
    static Progress none() {
        return (done, total) -> {};
    }
}
