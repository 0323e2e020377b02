package packhorse.dist.up;

import java.util.List;
import java.util.stream.Collectors;
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
            origins: ["%s"]
            sites:
              - name: %s
                subnets: [%s]
                wan: {down: %s, up: %s}
            """.formatted(
                address,
                site,
                subnets.stream().map(subnet -> '"' + subnet.toString() + '"').collect(Collectors.joining(", ")),
                wan,
                wan);
    }

    String trackerYaml(Home home) {
        return """
            listen: ["%s"]
            agents: ["%s"]
            secure: ["%s"]
            ca: "%s"
            caPassphraseFile: "%s"
            console: true
            origin: %s
            data: "%s"
            trustedRoot: "%s"
            """.formatted(
                        door(PLAIN_PORT),
                        agentsDoor(),
                        door(SECURE_PORT),
                        home.authority(),
                        home.onlinePhrase(),
                        originUrl(),
                        home.data(Home.TRACKER),
                        home.catalogueRoot());
    }

    String originYaml(Home home) {
        return """
            data: "%s"
            listen: "%s"
            swarm: ["%s"]
            tracker: ["%s"]
            keys: "%s"
            passphraseFile: "%s"
            """.formatted(
                        home.data(Home.ORIGIN),
                        door(ORIGIN_PORT),
                        door(SWARM_PORT),
                        agentsDoor(),
                        home.keys(),
                        home.onlinePhrase());
    }

    String consoleYaml(Home home) {
        return """
            state: "%s"
            listen: ["%s"]
            trackers: ["%s"]
            sites: "%s"
            """.formatted(home.data(Home.CONSOLE), door(CONSOLE_PORT), agentsDoor(), home.sites());
    }

    String plainUrl() {
        return "http://" + door(PLAIN_PORT);
    }

    private String door(int port) {
        return (address.isV4() ? address.toString() : "[" + address + "]") + ":" + port;
    }
}
