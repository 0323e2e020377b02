package packhorse.console.fleet;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import packhorse.core.topology.EndpointId;

/** Finds endpoints by what people call them: the id, or the host's name where only one has it. */
public final class Directory {
    private final Map<EndpointId, EndpointFacts> byId = new HashMap<>();
    private final Map<String, List<EndpointId>> byName = new HashMap<>();

    private Directory() {}

    /** Of a fleet. */
    public static Directory of(Collection<EndpointFacts> fleet) {
        Directory directory = new Directory();
        for (EndpointFacts facts : fleet) {
            directory.byId.put(facts.endpoint(), facts);
            if (!facts.name().isEmpty()) {
                directory
                        .byName
                        .computeIfAbsent(facts.name().toLowerCase(Locale.ROOT), unused -> new ArrayList<>())
                        .add(facts.endpoint());
            }
        }
        return directory;
    }

    /** What is known of an endpoint. */
    public Optional<EndpointFacts> find(EndpointId endpoint) {
        return Optional.ofNullable(byId.get(endpoint));
    }

    /**
     * The one endpoint that somebody means.
     *
     * @throws IllegalArgumentException where there is none or several, with the mend
     */
    public EndpointId find(String idOrName) {
        String wanted = idOrName.strip();
        if (wanted.isEmpty()) {
            throw new IllegalArgumentException("no endpoint is named; write its id or its host's name");
        }
        if (wanted.length() == 2 * EndpointId.LENGTH_BYTES && wanted.matches("[0-9a-fA-F]+")) {
            EndpointId id = EndpointId.parse(wanted);
            if (byId.containsKey(id)) {
                return id;
            }
        }
        List<EndpointId> named = byName.getOrDefault(wanted.toLowerCase(Locale.ROOT), List.of());
        if (named.size() == 1) {
            return named.getFirst();
        }
        if (named.isEmpty()) {
            throw new IllegalArgumentException("no endpoint is \"" + Labels.shown(wanted) + "\", by id or by name");
        }
        throw new IllegalArgumentException(named.size() + " endpoints are called \"" + Labels.shown(wanted)
                + "\", such as " + named.stream().min(EndpointId::compareTo).orElseThrow() + "; write the id");
    }
}
