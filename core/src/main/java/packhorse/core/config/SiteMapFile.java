package packhorse.core.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import packhorse.core.topology.IpAddress;
import packhorse.core.topology.Link;
import packhorse.core.topology.Site;
import packhorse.core.topology.SiteMap;
import packhorse.core.topology.Subnet;
import packhorse.core.unit.ByteRate;

/**
 * Reads the sites of a deployment from YAML:
 *
 * <pre>
 * origins: [192.0.2.10]
 * sites:
 *   - name: berlin
 *     subnets: [10.1.0.0/16, 2001:db8:1::/48]
 *     wan: {down: 100Mbit, up: 20Mbit}
 *     sitePeers: [10.1.0.5]        # may be left out
 *     servesOutsiders: false       # may be left out
 *     lan: tls                     # or plain: no encryption inside the site; may be left out
 * </pre>
 *
 * Whatever {@link SiteMap} would refuse is found here first, where the line is known: O(subnets²).
 */
public final class SiteMapFile {
    private record Claim(Located<Subnet> subnet, String site) {}

    private SiteMapFile() {}

    public static SiteMap read(Path file) {
        return of(YamlDocument.read(file));
    }

    /**
     * Reads text.
     *
     * @param name what errors call it
     */
    public static SiteMap parse(String name, String text) {
        return of(YamlDocument.parse(name, text));
    }

    /** The text that reads back as {@code map}. */
    public static String write(SiteMap map) {
        StringBuilder yaml = new StringBuilder("origins: ")
                .append(quoted(map.origins().stream().sorted().map(IpAddress::toString)))
                .append("\nsites:")
                .append(map.sites().isEmpty() ? " []\n" : "\n");
        for (Site site : map.sites()) {
            yaml.append("  - name: \"").append(site.name()).append("\"\n");
            yaml.append("    subnets: ")
                    .append(quoted(site.subnets().stream().map(Subnet::toString)))
                    .append("\n    wan: {down: ")
                    .append(rate(site.wan().down()))
                    .append(", up: ")
                    .append(rate(site.wan().up()))
                    .append("}\n    sitePeers: ")
                    .append(quoted(site.sitePeers().stream().sorted().map(IpAddress::toString)))
                    .append("\n    servesOutsiders: ")
                    .append(site.servesOutsiders())
                    .append("\n    lan: ")
                    .append(site.lanMayBePlain() ? "plain" : "tls")
                    .append('\n');
        }
        return yaml.toString();
    }

    /** A rate as the file has it, and to the bit: {@code 100Mbit}. */
    public static String rate(ByteRate rate) {
        long bits = Math.multiplyExact(rate.bytesPerSecond(), Byte.SIZE);
        return bits % 1_000_000_000 == 0
                ? bits / 1_000_000_000 + "Gbit"
                : bits % 1_000_000 == 0
                        ? bits / 1_000_000 + "Mbit"
                        : bits % 1_000 == 0 ? bits / 1_000 + "kbit" : bits + "bit";
    }

    private static String quoted(Stream<String> texts) {
        return texts.map(text -> '"' + text + '"').collect(Collectors.joining(", ", "[", "]"));
    }

    private static SiteMap of(YamlMap top) {
        List<IpAddress> origins = top.optionalList("origins", IpAddress::parse);
        List<YamlMap> maps = top.maps("sites");
        List<Site> sites = new ArrayList<>();
        List<Claim> claims = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (YamlMap map : maps) {
            Site site = site(map, claims);
            if (!names.add(site.name())) {
                throw map.error("name", "two sites are called " + site.name());
            }
            sites.add(site);
        }
        top.finish();
        return new SiteMap(sites, Set.copyOf(origins));
    }

    private static Site site(YamlMap map, List<Claim> claims) {
        String name = map.string("name");
        List<Located<Subnet>> subnets = map.located("subnets", Subnet::parse);
        if (subnets.isEmpty()) {
            throw map.error("subnets", "the site " + name + " has no subnet");
        }
        subnets.forEach(subnet -> claim(new Claim(subnet, name), claims));
        YamlMap wan = map.map("wan");
        Link link = new Link(wan.byteRate("down"), wan.byteRate("up"));
        Set<IpAddress> sitePeers = new HashSet<>();
        if (map.has("sitePeers")) {
            for (Located<IpAddress> sitePeer : map.located("sitePeers", IpAddress::parse)) {
                if (subnets.stream().noneMatch(subnet -> subnet.value().contains(sitePeer.value()))) {
                    throw sitePeer.place()
                            .error("the site peer " + sitePeer.value() + " is in no subnet of its site " + name);
                }
                sitePeers.add(sitePeer.value());
            }
        }
        boolean servesOutsiders = map.optionalBool("servesOutsiders").orElse(false);
        boolean lanMayBePlain = map.optional("lan", SiteMapFile::isPlain).orElse(false);
        try {
            return new Site(
                    name,
                    subnets.stream().map(Located::value).toList(),
                    link,
                    sitePeers,
                    servesOutsiders,
                    lanMayBePlain);
        } catch (IllegalArgumentException e) {
            // What is left for the constructor to refuse is the name.
            throw map.place("name").error(String.valueOf(e.getMessage()), e);
        }
    }

    private static boolean isPlain(String text) {
        return switch (text) {
            case "plain" -> true;
            case "tls" -> false;
            default ->
                throw new IllegalArgumentException(
                        "\"" + text + "\" is no way to protect a site's traffic; write tls or plain");
        };
    }

    private static void claim(Claim claim, List<Claim> claims) {
        for (Claim before : claims) {
            if (before.subnet().value().overlaps(claim.subnet().value())) {
                throw claim.subnet()
                        .place()
                        .error("the subnet " + claim.subnet().value() + " of site " + claim.site() + " overlaps "
                                + before.subnet().value() + " of site " + before.site() + " on line "
                                + before.subnet().place().line() + "; an address belongs to one site");
            }
        }
        claims.add(claim);
    }
}
