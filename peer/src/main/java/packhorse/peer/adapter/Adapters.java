package packhorse.peer.adapter;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.SortedMap;
import java.util.TreeMap;
import packhorse.core.content.CodeClass;
import packhorse.core.content.InstallSection;
import packhorse.core.content.Manifest;

/**
 * The adapters of this machine, by name. They are found as services: a jar names its own in
 * {@code META-INF/services/packhorse.peer.adapter.Adapter}, ours do no otherwise. So an adapter is added by putting a jar beside the
 * others, and none is known here by its class.
 */
public final class Adapters {
    private final SortedMap<String, Adapter> byName;

    /** @throws IllegalArgumentException where two have one name */
    public Adapters(List<Adapter> adapters) {
        SortedMap<String, Adapter> named = new TreeMap<>();
        for (Adapter adapter : adapters) {
            Adapter twin = named.putIfAbsent(adapter.name(), adapter);
            if (twin != null) {
                throw new IllegalArgumentException("two adapters are called " + adapter.name() + ": "
                        + twin.getClass().getName() + " and "
                        + adapter.getClass().getName()
                        + "; take one's jar off the class path");
            }
        }
        this.byName = java.util.Collections.unmodifiableSortedMap(named);
    }

    /** Those of this program and of every jar beside it. */
    public static Adapters standard() {
        List<Adapter> found = new ArrayList<>();
        ServiceLoader.load(Adapter.class, Adapters.class.getClassLoader()).forEach(found::add);
        return new Adapters(found);
    }

    public List<Adapter> all() {
        return List.copyOf(byName.values());
    }

    public Optional<Adapter> find(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    /**
     * Reads what a section says with the adapter that it names.
     *
     * @throws AdapterException of the class ENVIRONMENT where this machine has not that adapter
     * @throws IllegalArgumentException with one line where the settings contradict themselves
     */
    public Placement read(Manifest manifest, InstallSection section) {
        return find(section.adapter())
                .orElseThrow(() -> new AdapterException(
                        CodeClass.ENVIRONMENT,
                        manifest.id() + " is put in place by the adapter \"" + section.adapter()
                                + "\", which this machine has not (it has " + String.join(", ", byName.keySet())
                                + "); update Packhorse or add the adapter's jar"))
                .read(manifest, section);
    }
}
