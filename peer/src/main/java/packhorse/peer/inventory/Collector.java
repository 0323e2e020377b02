package packhorse.peer.inventory;

import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import packhorse.core.content.Version;
import packhorse.core.state.Inventory;
import packhorse.core.state.LineState;
import packhorse.peer.inventory.Texts.Fields;

/**
 * Takes the inventory of a machine: hardware and system from the kernel's files, packages from the system's own tool, and the
 * releases that this agent holds. Never fails; not for several threads at once. What changes all the time (free space, load, temperatures) is left out:
 * an inventory says what a machine is, and every change of it is sent.
 */
public final class Collector {
    /** Publisher, product, platform. */
    private static final Pattern LINE = Pattern.compile("release/[^/]+/[^/]+/[^/]+");

    private final Hardware hardware;
    private final Virtualisation virtualisation;
    private final PackageLists packages;
    private final Function<String, List<String>> addresses;

    Collector(MachineFiles files, Programs programs, Function<String, List<String>> addresses) {
        this.hardware = new Hardware(files);
        this.virtualisation = new Virtualisation(files, programs);
        this.packages = new PackageLists(files, programs);
        this.addresses = addresses;
    }

    /** Of the machine that this program runs on. */
    public static Collector ofThisMachine() {
        return new Collector(new MachineFiles(Path.of("/")), new SystemPrograms(), Collector::addressesOf);
    }

    /** Of a machine that puts nothing in place. */
    public Inventory collect(List<HeldRelease> ours, Inventory last) {
        return collect(ours, Optional.of(List.of()), last);
    }

    /**
     * The inventory now, with what the agent holds itself.
     *
     * @param lines what is in place; absent while that is not known
     * @param last taken before; what cannot be told at the moment is as it was there
     */
    public Inventory collect(List<HeldRelease> ours, Optional<List<LineState>> lines, Inventory last) {
        SortedMap<String, SortedMap<String, String>> items = new TreeMap<>(hardware.items());
        SortedMap<String, String> virtual = virtualisation.fields();
        if (!virtual.isEmpty()) {
            items.put("virtual", virtual);
        }
        items.forEach((key, fields) -> {
            if (key.startsWith("network/")) {
                List<String> found = addresses.apply(key.substring("network/".length()));
                if (!found.isEmpty()) {
                    fields.putAll(new Fields()
                            .with("addresses", String.join(" ", found))
                            .get());
                }
            }
        });
        items.putAll(packages.items(last));
        for (HeldRelease held : ours) {
            items.put(
                    Texts.key("release/" + held.id().name() + "/" + held.id().version() + "/"
                            + held.id().platform()),
                    new Fields()
                            .with("presence", held.presence())
                            .with("pack", held.pack().hex())
                            .with("bytes", held.bytes())
                            .get());
        }
        lines.ifPresentOrElse(
                known -> known.forEach(line -> items.put(key(line), fields(line))),
                () -> last.items().forEach((key, fields) -> {
                    if (LINE.matcher(key).matches()) {
                        items.put(key, new TreeMap<>(fields));
                    }
                }));
        while (items.size() > Inventory.ITEMS_MAX) {
            items.pollLastEntry();
        }
        return new Inventory(items);
    }

    /** What is in place of a release line; a release that is held has its version in the key, too. */
    private static String key(LineState line) {
        return Texts.key("release/" + line.name() + "/" + line.platform());
    }

    private static SortedMap<String, String> fields(LineState line) {
        return new Fields()
                .with("version", line.version().map(Version::toString).orElse(""))
                .with("previous", line.previous().map(Version::toString).orElse(""))
                .with("presence", word(line.presence()))
                .with("transaction", word(line.transaction()))
                .with("activation", word(line.activation()))
                .with("health", word(line.health()))
                .with("undoable", line.undoable() ? "yes" : "no")
                .with("detail", line.detail())
                .get();
    }

    private static String word(Enum<?> word) {
        return word.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static List<String> addressesOf(String name) {
        try {
            NetworkInterface found = NetworkInterface.getByName(name);
            return found == null
                    ? List.of()
                    : Collections.list(found.getInetAddresses()).stream()
                            .filter(address -> !address.isLinkLocalAddress())
                            .map(InetAddress::getHostAddress)
                            .map(text -> text.replaceFirst("%.*", ""))
                            .sorted()
                            .collect(Collectors.toUnmodifiableList());
        } catch (SocketException e) {
            return List.of();
        }
    }
}
