package packhorse.console.fleet;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import packhorse.core.content.Platform;
import packhorse.core.content.ReleaseName;
import packhorse.core.content.Version;
import packhorse.core.state.Inventory;
import packhorse.core.state.LineState;
import packhorse.core.topology.EndpointId;
import packhorse.core.unit.ByteCount;

/**
 * What is known of one endpoint, as targets, reports and queries ask for it. What an agent never said is absent, not guessed. The whole
 * inventory stays where it is kept; of it only what is asked for by name is taken along.
 *
 * @param name the host's own; empty while it has said nothing
 * @param site empty where its address is in no site
 * @param lines of releases, in order of name and platform, each once
 * @param online whether a tracker has a session with it
 * @param lastSeen when a tracker last heard of it
 * @param asked values of the inventory by selector, {@code package.bash} or {@code inventory.cpu.model}, for those that were asked for
 */
public record EndpointFacts(
        EndpointId endpoint,
        String name,
        String site,
        SortedMap<String, String> labels,
        OperatingSystem os,
        Hardware hardware,
        Optional<Version> agent,
        List<LineState> lines,
        boolean online,
        Optional<Instant> lastSeen,
        Optional<Instant> enrolled,
        SortedMap<String, List<String>> asked) {
    /** A label that names the group of endpoints that stand in for each other. */
    public static final String PAIR_LABEL = "redundant-pair";

    /** A label that names the machine that this one is a virtual machine on, where the inventory does not or is wrong. */
    public static final String HOST_LABEL = "vm-host";

    /** A label that says what kind of machine it is, where the inventory does not or is too fine. */
    public static final String KIND_LABEL = "machine-kind";

    /** What is said of the kind of a machine that has told nothing. */
    public static final String UNKNOWN_KIND = "unknown";

    private static final String PACKAGE = "package.";
    private static final String INVENTORY = "inventory.";

    /**
     * The system it runs.
     *
     * @param words all that it goes by, lower case: {@code debian}, {@code linux}
     * @param name for people
     */
    public record OperatingSystem(
            List<String> words, String name, Optional<Version> version, Optional<Version> kernel) {
        /** Nothing is known. */
        public static final OperatingSystem UNKNOWN =
                new OperatingSystem(List.of(), "", Optional.empty(), Optional.empty());

        public OperatingSystem {
            words = List.copyOf(words);
        }
    }

    /**
     * What it is made of.
     *
     * @param disk of all disks that stay in it
     * @param hypervisor or container's runtime that it is a guest of; empty for a machine of metal
     * @param host that it is a guest on, where it was told; empty where not
     * @param threads of the processor, 0 where not known
     */
    public record Hardware(
            String vendor,
            String product,
            String serial,
            String architecture,
            String cpu,
            long threads,
            Optional<ByteCount> memory,
            Optional<ByteCount> disk,
            String hypervisor,
            String host,
            List<String> addresses) {
        /** Nothing is known. */
        public static final Hardware UNKNOWN =
                new Hardware("", "", "", "", "", 0, Optional.empty(), Optional.empty(), "", "", List.of());

        public Hardware {
            addresses = List.copyOf(addresses);
        }
    }

    public EndpointFacts {
        labels = Collections.unmodifiableSortedMap(new TreeMap<>(labels));
        lines = List.copyOf(lines);
        SortedMap<String, List<String>> copy = new TreeMap<>();
        asked.forEach((selector, values) -> copy.put(selector, List.copyOf(values)));
        asked = Collections.unmodifiableSortedMap(copy);
    }

    /** One that has only been enrolled. */
    public static EndpointFacts enrolled(EndpointId endpoint, String name, String site, Instant at) {
        return new EndpointFacts(
                endpoint,
                name,
                site,
                new TreeMap<>(),
                OperatingSystem.UNKNOWN,
                Hardware.UNKNOWN,
                Optional.empty(),
                List.of(),
                false,
                Optional.empty(),
                Optional.of(at),
                new TreeMap<>());
    }

    /** Called so by its host. */
    public EndpointFacts withName(String now) {
        return new EndpointFacts(
                endpoint, now, site, labels, os, hardware, agent, lines, online, lastSeen, enrolled, asked);
    }

    /** With these labels and no others. */
    public EndpointFacts withLabels(Map<String, String> now) {
        return new EndpointFacts(
                endpoint,
                name,
                site,
                new TreeMap<>(now),
                os,
                hardware,
                agent,
                lines,
                online,
                lastSeen,
                enrolled,
                asked);
    }

    /** Heard of at {@code at}. */
    public EndpointFacts seen(boolean onlineNow, Instant at) {
        return new EndpointFacts(
                endpoint, name, site, labels, os, hardware, agent, lines, onlineNow, Optional.of(at), enrolled, asked);
    }

    /** With these release lines and no others. */
    public EndpointFacts withLines(Collection<LineState> now) {
        List<LineState> sorted = now.stream()
                .sorted(java.util.Comparator.comparing(LineState::name).thenComparing(LineState::platform))
                .toList();
        return new EndpointFacts(
                endpoint, name, site, labels, os, hardware, agent, sorted, online, lastSeen, enrolled, asked);
    }

    /**
     * With what the inventory says of system, hardware and release lines, and of {@code selectors} those that are about packages or items of
     * the inventory. What is no version, amount or line there is left out: it is an agent's word. Cost: O(items).
     */
    public EndpointFacts withInventory(Inventory inventory, Set<String> selectors) {
        SortedMap<String, SortedMap<String, String>> items = inventory.items();
        Function<String, SortedMap<String, String>> item = key -> items.getOrDefault(key, EMPTY);
        String told = field(item.apply("host"), "name");
        SortedMap<String, List<String>> values = new TreeMap<>();
        for (String selector : selectors) {
            List<String> found = asked(inventory, selector);
            if (!found.isEmpty()) {
                values.put(selector, found);
            }
        }
        EndpointFacts facts = new EndpointFacts(
                endpoint,
                told.isEmpty() ? name : told,
                site,
                labels,
                system(item.apply("os"), item.apply("kernel")),
                hardware(items, item),
                agent,
                lines,
                online,
                lastSeen,
                enrolled,
                values);
        return facts.withLines(lines(items));
    }

    private static final SortedMap<String, String> EMPTY = Collections.emptySortedMap();

    private static String field(Map<String, String> item, String name) {
        return item.getOrDefault(name, "");
    }

    private static OperatingSystem system(Map<String, String> os, Map<String, String> kernel) {
        List<String> words = new ArrayList<>();
        words.add(field(os, "id"));
        words.addAll(Arrays.asList(field(os, "id_like").split(" ", -1)));
        words.add(field(kernel, "name"));
        return new OperatingSystem(
                words.stream()
                        .map(word -> word.toLowerCase(Locale.ROOT))
                        .filter(word -> !word.isEmpty())
                        .distinct()
                        .toList(),
                field(os, "pretty_name").isEmpty() ? field(os, "name") : field(os, "pretty_name"),
                read(field(os, "version_id"), Version::parse),
                read(field(kernel, "release"), Version::parse));
    }

    private static Hardware hardware(
            SortedMap<String, SortedMap<String, String>> items, Function<String, SortedMap<String, String>> item) {
        long disk = 0;
        for (Map<String, String> one : items.subMap("disk/", "disk0").values()) {
            if (field(one, "removable").isEmpty()) {
                disk += read(field(one, "bytes"), ByteCount::parse)
                        .map(ByteCount::bytes)
                        .filter(bytes -> bytes <= LARGEST_DISK)
                        .orElse(0L);
            }
        }
        List<String> addresses = items.subMap("network/", "network0").values().stream()
                .flatMap(network -> Arrays.stream(field(network, "addresses").split(" ", -1)))
                .filter(address -> !address.isEmpty())
                .distinct()
                .toList();
        Map<String, String> system = item.apply("system");
        Map<String, String> virtual = item.apply("virtual");
        return new Hardware(
                field(system, "vendor"),
                field(system, "product"),
                field(system, "serial"),
                field(system, "architecture"),
                field(item.apply("cpu"), "model"),
                read(field(item.apply("cpu"), "threads"), Long::valueOf).orElse(0L),
                read(field(item.apply("memory"), "bytes"), ByteCount::parse),
                disk == 0 ? Optional.empty() : Optional.of(new ByteCount(disk)),
                field(virtual, "container").isEmpty() ? field(virtual, "machine") : field(virtual, "container"),
                field(virtual, "host"),
                addresses);
    }

    /** A mebi of tebibytes; what is larger is no disk, and the sum of all fits a long. */
    private static final long LARGEST_DISK = 1L << 48;

    /** Items {@code release/publisher/product/platform}; those with a version in the key are content that is held. */
    private static List<LineState> lines(SortedMap<String, SortedMap<String, String>> items) {
        List<LineState> lines = new ArrayList<>();
        items.subMap("release/", "release0").forEach((key, fields) -> {
            String[] parts = key.split("/", -1);
            if (parts.length == 4) {
                line(parts, fields).ifPresent(lines::add);
            }
        });
        return lines;
    }

    private static Optional<LineState> line(String[] key, Map<String, String> fields) {
        try {
            String version = field(fields, "version");
            String previous = field(fields, "previous");
            return Optional.of(new LineState(
                    new ReleaseName(key[1], key[2]),
                    new Platform(key[3]),
                    version.isEmpty() ? Optional.empty() : Optional.of(Version.parse(version)),
                    previous.isEmpty() ? Optional.empty() : Optional.of(Version.parse(previous)),
                    word(LineState.Presence.class, field(fields, "presence")),
                    word(LineState.TransactionState.class, field(fields, "transaction")),
                    word(LineState.Activation.class, field(fields, "activation")),
                    word(LineState.Health.class, field(fields, "health")),
                    field(fields, "undoable").equals("yes"),
                    field(fields, "detail")));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static <E extends Enum<E>> E word(Class<E> words, String word) {
        return Enum.valueOf(words, word.toUpperCase(Locale.ROOT).replace('-', '_'));
    }

    private static <T> Optional<T> read(String text, Function<String, T> reading) {
        try {
            return text.isEmpty() ? Optional.empty() : Optional.of(reading.apply(text));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static List<String> asked(Inventory inventory, String selector) {
        if (selector.startsWith(PACKAGE)) {
            String wanted = selector.substring(PACKAGE.length());
            return inventory.items().subMap("package/", "package0").entrySet().stream()
                    .filter(item -> isPackage(item.getKey(), item.getValue(), wanted))
                    .map(item -> field(item.getValue(), "version"))
                    .toList();
        }
        int dot = selector.lastIndexOf('.');
        if (selector.startsWith(INVENTORY) && dot > INVENTORY.length()) {
            String value = field(
                    inventory.items().getOrDefault(selector.substring(INVENTORY.length(), dot), EMPTY),
                    selector.substring(dot + 1));
            return value.isEmpty() ? List.of() : List.of(value);
        }
        return List.of();
    }

    /** {@code package/deb/libc6:i386}, {@code package/rpm/kernel.x86_64/5.14}: by its name alone, or with its architecture. */
    private static boolean isPackage(String key, Map<String, String> fields, String wanted) {
        String name = key.substring(key.indexOf('/', "package/".length()) + 1);
        if (!name.startsWith(wanted)) {
            return false;
        }
        String rest = name.substring(wanted.length());
        String architecture = field(fields, "architecture");
        return rest.isEmpty()
                || rest.startsWith("/")
                || rest.equals(":" + architecture)
                || rest.equals("." + architecture)
                || rest.startsWith("." + architecture + "/");
    }

    /** The redundant pair, or any group that stands in for each other, that it is one of. */
    public Optional<String> redundantPair() {
        return label(PAIR_LABEL);
    }

    /** The machine that it is a virtual machine on: what its label says, else its own inventory. */
    public Optional<String> vmHost() {
        return label(HOST_LABEL).or(() -> hardware.host().isEmpty() ? Optional.empty() : Optional.of(hardware.host()));
    }

    /** What kind of machine it is, for samples: what its label says, else its system with its version and its model. */
    public String machineKind() {
        return label(KIND_LABEL).orElseGet(() -> {
            String system = os.words().isEmpty()
                    ? ""
                    : os.words().getFirst()
                            + os.version().map(version -> " " + version).orElse("");
            String model = hardware.hypervisor().isEmpty() ? hardware.product() : hardware.hypervisor() + " guest";
            String kind = system.isEmpty() || model.isEmpty() ? system + model : system + ", " + model;
            return kind.isEmpty() ? UNKNOWN_KIND : kind;
        });
    }

    /** What has been put in place of this line, on whatever platform. */
    public List<LineState> lines(ReleaseName line) {
        return lines.stream().filter(one -> one.name().equals(line)).toList();
    }

    private Optional<String> label(String name) {
        return Optional.ofNullable(labels.get(name)).filter(value -> !value.isEmpty());
    }
}
