package packhorse.console.fleet;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import packhorse.core.topology.EndpointId;

/** Finds endpoints by what people call them: the id, or the host's name where only one has it; and knows their labels. */
public final class Directory {
    private final Map<EndpointId, SortedMap<String, String>> byId;
    private final Map<String, List<EndpointId>> byName;

    private Directory(Map<EndpointId, SortedMap<String, String>> byId, Map<String, List<EndpointId>> byName) {
        this.byId = byId;
        this.byName = byName;
    }

    /** Of a fleet. */
    public static Directory of(Collection<EndpointFacts> fleet) {
        Builder directory = building();
        fleet.forEach(directory::add);
        return directory.build();
    }

    /** Of a fleet that is looked at one endpoint after the other. */
    public static Builder building() {
        return new Builder();
    }

    /** Puts a directory together. */
    public static final class Builder {
        private final Map<EndpointId, SortedMap<String, String>> byId = new HashMap<>();
        private final Map<String, List<EndpointId>> byName = new HashMap<>();

        private Builder() {}

        /** One more endpoint. */
        public void add(EndpointFacts facts) {
            byId.put(facts.endpoint(), facts.labels());
            if (!facts.name().isEmpty()) {
                byName.computeIfAbsent(facts.name().toLowerCase(Locale.ROOT), unused -> new ArrayList<>(1))
                        .add(facts.endpoint());
            }
        }

        /** The directory; nobody is added any more. */
        public Directory build() {
            return new Directory(byId, byName);
        }
    }

    /** The labels of an endpoint that is there. */
    public Optional<SortedMap<String, String>> labels(EndpointId endpoint) {
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
