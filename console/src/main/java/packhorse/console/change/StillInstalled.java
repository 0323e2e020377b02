package packhorse.console.change;

import java.time.Instant;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * On how many endpoints a release is still in place: of those who told what they have, since of the others nobody knows.
 *
 * @param endpoints in service
 * @param told how many of these ever told what they have
 * @param installed how many of those have it in place
 * @param kept how many of those keep it to go back to, and have something else in place
 * @param versions in place, with how many have each; of many those with the most
 * @param sites where it is in place, with how many there; of many those with the most
 * @param at as of when
 */
public record StillInstalled(
        long endpoints,
        long told,
        long installed,
        long kept,
        SortedMap<String, Long> versions,
        SortedMap<String, Long> sites,
        Instant at) {
    public StillInstalled {
        versions = Collections.unmodifiableSortedMap(new TreeMap<>(versions));
        sites = Collections.unmodifiableSortedMap(new TreeMap<>(sites));
    }

    /** For people: never a bare number. */
    public String text() {
        return "still in place on " + installed + " of " + told + " endpoints that told what they have"
                + (kept == 0 ? "" : ", kept to go back to on " + kept)
                + (told == endpoints
                        ? ""
                        : "; " + (endpoints - told) + " of " + endpoints + " in service told nothing");
    }
}
