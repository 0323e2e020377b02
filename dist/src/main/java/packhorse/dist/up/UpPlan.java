package packhorse.dist.up;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import packhorse.core.config.YamlDocument;
import packhorse.core.config.YamlMap;
import packhorse.core.topology.IpAddress;
import packhorse.core.topology.Subnet;

/**
 * What a deployment that is made from nothing looks like.
 *
 * @param address where all three roles listen
 * @param site the first office
 * @param subnets its addresses
 * @param wan its line, as the site map writes it
 */
record UpPlan(IpAddress address, String site, List<Subnet> subnets, String wan) {
    /** The site in the certificates of the middle. */
    static final String CENTRE = "centre";

    private static final int PLAIN_PORT = 7300;
    private static final int AGENTS_PORT = 7301;
    private static final int SECURE_PORT = 7302;
    private static final int ORIGIN_PORT = 7400;
    private static final int SWARM_PORT = 7401;
    private static final int CONSOLE_PORT = 7600;

    UpPlan {
        subnets = List.copyOf(subnets);
    }

    /** Reads what an earlier start kept; errors name file, line and column. */
    static UpPlan read(Path file) {
        YamlMap yaml = YamlDocument.read(file);
        UpPlan plan = new UpPlan(
                yaml.value("address", IpAddress::parse),
                yaml.string("site"),
                yaml.list("subnets", Subnet::parse),
                yaml.string("wan"));
        yaml.finish();
        return plan;
    }

    /** What {@link #read} reads. */
    String yaml() {
        return """
            # What packhorse up made this deployment with. The roles' own files are what counts from then on; change addresses there and here.
            address: %s
            site: %s
            subnets: [%s]
            wan: %s
            """.formatted(quoted(address.toString()), quoted(site), quotedSubnets(), quoted(wan));
    }

    private String quotedSubnets() {
        return subnets.stream().map(subnet -> quoted(subnet.toString())).collect(Collectors.joining(", "));
    }

    /** A YAML scalar that is nothing but this text, whatever is in it. */
    private static String quoted(Object text) {
        return "'" + text.toString().replace("'", "''") + "'";
    }

    /** Where machines join. */
    String secureUrl() {
        return "https://" + door(SECURE_PORT);
    }

    String originUrl() {
        return "https://" + door(ORIGIN_PORT);
    }

    /** Where people's commands and programs ask. */
    String consoleUrl() {
        return "https://" + door(CONSOLE_PORT);
    }

    /** Where agents hold their sessions. */
    String agentsDoor() {
        return door(AGENTS_PORT);
    }

    String sitesYaml() {
        return """
            # The deployment's offices, as they were at the first start. The console took them in: packhorse site list.
            origins: [%s]
            sites:
              - name: %s
                subnets: [%s]
                wan: {down: %s, up: %s}
            """.formatted(quoted(address), quoted(site), quotedSubnets(), quoted(wan), quoted(wan));
    }

    String trackerYaml(Home home) {
        return """
            listen: ["%s"]
            agents: ["%s"]
            secure: ["%s"]
            ca: %s
            caPassphraseFile: %s
            console: true
            origin: %s
            data: %s
            trustedRoot: %s
            """.formatted(
                        door(PLAIN_PORT),
                        agentsDoor(),
                        door(SECURE_PORT),
                        quoted(home.authority()),
                        quoted(home.onlinePhrase()),
                        originUrl(),
                        quoted(home.data(Home.TRACKER)),
                        quoted(home.catalogueRoot()));
    }

    String originYaml(Home home) {
        return """
            data: %s
            listen: "%s"
            swarm: ["%s"]
            tracker: ["%s"]
            keys: %s
            passphraseFile: %s
            """.formatted(
                        quoted(home.data(Home.ORIGIN)),
                        door(ORIGIN_PORT),
                        door(SWARM_PORT),
                        agentsDoor(),
                        quoted(home.keys()),
                        quoted(home.onlinePhrase()));
    }

    String consoleYaml(Home home) {
        return """
            state: %s
            listen: ["%s"]
            trackers: ["%s"]
            sites: %s
            """.formatted(quoted(home.data(Home.CONSOLE)), door(CONSOLE_PORT), agentsDoor(), quoted(home.sites()));
    }

    String plainUrl() {
        return "http://" + door(PLAIN_PORT);
    }

    private String door(int port) {
        return (address.isV4() ? address.toString() : "[" + address + "]") + ":" + port;
    }
}
