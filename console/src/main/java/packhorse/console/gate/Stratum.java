package packhorse.console.gate;

import java.util.Comparator;

/** Endpoints that are alike: one kind of machine at one site. */
public record Stratum(String machineKind, String site) implements Comparable<Stratum> {
    private static final Comparator<Stratum> ORDER =
            Comparator.comparing(Stratum::machineKind).thenComparing(Stratum::site);

    public Stratum {
        if (machineKind.isBlank() || site.isBlank()) {
            throw new IllegalArgumentException(
                    "a stratum needs a kind of machine and a site, not \"" + machineKind + "\" at \"" + site + "\"");
        }
    }

    @Override
    public int compareTo(Stratum other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return machineKind + " at " + site;
    }
}
