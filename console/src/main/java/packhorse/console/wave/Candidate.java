package packhorse.console.wave;

import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import packhorse.console.gate.Stratum;
import packhorse.core.topology.EndpointId;

/**
 * An endpoint that the targets name, with what waves are cut by.
 *
 * @param attributes labels and what else the inventory knows
 * @param pair the redundant pair that it is one of
 * @param host the machine that it is a virtual machine on
 */
public record Candidate(
        EndpointId endpoint,
        Stratum stratum,
        SortedMap<String, String> attributes,
        Optional<String> pair,
        Optional<String> host) {
    public Candidate {
        attributes = attributes.isEmpty()
                ? Collections.emptySortedMap()
                : Collections.unmodifiableSortedMap(new TreeMap<>(attributes));
    }

    /** One that stands alone, without attributes. */
    public static Candidate of(EndpointId endpoint, String machineKind, String site) {
        return new Candidate(
                endpoint, new Stratum(machineKind, site), new TreeMap<>(), Optional.empty(), Optional.empty());
    }
}
