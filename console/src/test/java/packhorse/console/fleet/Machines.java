package packhorse.console.fleet;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import packhorse.core.content.Platform;
import packhorse.core.content.ReleaseName;
import packhorse.core.content.Version;
import packhorse.core.state.Inventory;
import packhorse.core.state.LineState;
import packhorse.core.topology.EndpointId;

/** Endpoints as tests draw them. */
public final class Machines {
    public static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");

    private Machines() {}

    /** The endpoint with this number. */
    public static EndpointId id(int number) {
        return EndpointId.parse(String.format("%032x", number));
    }

    /** An inventory: keys with {@code field=value} each. */
    public static Inventory inventory(Map<String, Map<String, String>> items) {
        SortedMap<String, SortedMap<String, String>> sorted = new TreeMap<>();
        items.forEach((key, fields) -> sorted.put(key, new TreeMap<>(fields)));
        return new Inventory(sorted);
    }

    /** A desktop with Debian, as its agent reports it. */
    public static Inventory desktop() {
        return inventory(Map.ofEntries(
                Map.entry("host", Map.of("name", "pc-0815")),
                Map.entry(
                        "os",
                        Map.of(
                                "id",
                                "debian",
                                "name",
                                "Debian GNU/Linux",
                                "version_id",
                                "12",
                                "pretty_name",
                                "Debian GNU/Linux 12 (bookworm)")),
                Map.entry("kernel", Map.of("name", "Linux", "release", "6.1.0-18-amd64")),
                Map.entry("memory", Map.of("bytes", "16777216000")),
                Map.entry("cpu", Map.of("model", "Xeon W-2245", "threads", "16")),
                Map.entry("system", Map.of("vendor", "Acme", "product", "Desk 7", "architecture", "amd64")),
                Map.entry("disk/sda", Map.of("bytes", "500107862016")),
                Map.entry("disk/sdb", Map.of("bytes", "8000000000", "removable", "yes")),
                Map.entry("network/eth0", Map.of("addresses", "10.1.0.7 2001:db8::7")),
                Map.entry("package/deb/bash", Map.of("version", "5.2.15-2", "architecture", "amd64")),
                Map.entry("package/deb/bash-completion", Map.of("version", "1:2.11-6", "architecture", "all")),
                Map.entry("package/deb/libc6:i386", Map.of("version", "2.36-9", "architecture", "i386")),
                Map.entry("package/rpm/kernel.x86_64", Map.of("version", "5.14.0-1", "architecture", "x86_64")),
                Map.entry(
                        "package/rpm/kernel.x86_64/5.15.0-1", Map.of("version", "5.15.0-1", "architecture", "x86_64")),
                Map.entry("release/acme/office/2.1/linux-amd64", Map.of("presence", "installed", "bytes", "7")),
                Map.entry(
                        "release/acme/office/linux-amd64",
                        Map.of(
                                "version",
                                "2.1",
                                "previous",
                                "2.0",
                                "presence",
                                "installed",
                                "transaction",
                                "committed",
                                "activation",
                                "active",
                                "health",
                                "drift",
                                "undoable",
                                "no"))));
    }

    /** The desktop at a site, with labels. */
    public static EndpointFacts desktop(int number, String site, Map<String, String> labels) {
        return EndpointFacts.enrolled(id(number), "pc-" + number, site, NOON.minusSeconds(86_400))
                .withLabels(labels)
                .withInventory(desktop(), Set.of("package.bash", "inventory.disk/sda.bytes"))
                .seen(true, NOON.minusSeconds(60));
    }

    /** A line that is in place and committed, or not there at all. */
    public static LineState line(String name, String version) {
        ReleaseName line = ReleaseName.parse(name);
        return version.isEmpty()
                ? LineState.absent(line, Platform.ANY)
                : new LineState(
                        line,
                        Platform.ANY,
                        Optional.of(Version.parse(version)),
                        Optional.empty(),
                        LineState.Presence.INSTALLED,
                        LineState.TransactionState.COMMITTED,
                        LineState.Activation.ACTIVE,
                        LineState.Health.OK,
                        false,
                        "");
    }
}
