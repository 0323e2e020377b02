package packhorse.tracker;

import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import packhorse.core.UsageException;
import packhorse.core.config.ListenAddress;
import packhorse.core.config.YamlDocument;
import packhorse.core.config.YamlMap;
import packhorse.core.topology.HostPort;
import packhorse.tracker.catalogue.MirrorConfig;

/**
 * A tracker's configuration; {@code tracker.yaml} in the samples says what each key is for.
 *
 * @param listen addresses of the plain HTTP doors, at least one
 * @param udp addresses of the UDP tracker; empty for none
 * @param agents addresses where agents' sessions are taken, at least one
 * @param secure addresses of enrolment and the repository mirror, at least one
 * @param standing how this tracker proves who it is, and whether it lets others join
 * @param sites the site map's file; absent only where consoles say where sites are
 * @param desired the file of desired states, if there is one
 * @param console whether consoles govern it; then there is no file of desired states
 * @param mirror what is mirrored of the repository
 * @param publicUrl how others reach the HTTP doors, for announce URLs; empty: the first address of {@code listen}
 */
public record TrackerConfig(
        List<InetSocketAddress> listen,
        List<InetSocketAddress> udp,
        List<InetSocketAddress> agents,
        List<InetSocketAddress> secure,
        Standing standing,
        Optional<Path> sites,
        Optional<Path> desired,
        boolean console,
        MirrorConfig mirror,
        Optional<URI> publicUrl) {
    /** Where other BitTorrent clients and whoever watches expect a tracker. */
    public static final int PORT_DEFAULT = 7300;
    /** Where agents expect to hold their sessions. */
    public static final int AGENTS_PORT_DEFAULT = 7301;
    /** Where machines expect to enrol, and agents to read the catalogue. */
    public static final int SECURE_PORT_DEFAULT = 7302;

    /** Most deployments have their tracker where their other servers are. */
    private static final String SITE_DEFAULT = "centre";

    /** A tracker's place in the deployment. */
    public sealed interface Standing {
        /**
         * It holds the issuing authority: it certifies itself, and lets others join.
         *
         * @param ca what {@code packhorse ca init} made
         * @param passphraseFile opens the issuing key
         * @param site where the tracker stands; its certificate says so
         * @param names DNS names and IP addresses that its certificate names beside those it listens on
         */
        record Issuing(Path ca, Path passphraseFile, String site, List<String> names) implements Standing {
            public Issuing {
                names = List.copyOf(names);
            }
        }

        /**
         * It joined by a token, like any other machine.
         *
         * @param identity where joining put its key and certificates
         */
        record Joined(Path identity) implements Standing {}
    }

    public TrackerConfig {
        listen = List.copyOf(listen);
        udp = List.copyOf(udp);
        agents = List.copyOf(agents);
        secure = List.copyOf(secure);
        if (listen.isEmpty() || agents.isEmpty() || secure.isEmpty()) {
            throw new IllegalArgumentException("a tracker listens on one address at least of each kind");
        }
    }

    /**
     * The same with another file of desired states.
     *
     * @throws UsageException where consoles say what is desired
     */
    public TrackerConfig withDesired(Path file) {
        if (console) {
            throw new UsageException("--desired " + file
                    + " and console: true exclude each other: leave out the one that is not to say what is desired");
        }
        return new TrackerConfig(
                listen, udp, agents, secure, standing, sites, Optional.of(file), false, mirror, publicUrl);
    }

    /** Reads the file; errors name file, line and column. */
    public static TrackerConfig read(Path file) {
        YamlMap yaml = YamlDocument.read(file);
        List<InetSocketAddress> listen = listen(yaml, "listen", PORT_DEFAULT);
        List<InetSocketAddress> agents = listen(yaml, "agents", AGENTS_PORT_DEFAULT);
        List<InetSocketAddress> secure = listen(yaml, "secure", SECURE_PORT_DEFAULT);
        Path data = yaml.path("data");
        Standing standing = standing(yaml, data);
        MirrorConfig mirror = new MirrorConfig(
                yaml.value("origin", TrackerConfig::origin), data, trustedRoot(yaml, standing), refresh(yaml));
        boolean console = yaml.optionalBool("console").orElse(false);
        if (console && yaml.has("desired")) {
            throw yaml.error(
                    "desired", "with console: true consoles say what is desired; leave out desired:, or console:");
        }
        TrackerConfig config = new TrackerConfig(
                listen,
                yaml.has("udp") ? yaml.list("udp", ListenAddress::parse) : listen,
                agents,
                secure,
                standing,
                sites(yaml, console),
                yaml.optionalPath("desired"),
                console,
                mirror,
                yaml.optional("publicUrl", TrackerConfig::url));
        yaml.finish();
        return config;
    }

    private static Optional<Path> sites(YamlMap yaml, boolean console) {
        return console ? yaml.optionalPath("sites") : Optional.of(yaml.path("sites"));
    }

    private static List<InetSocketAddress> listen(YamlMap yaml, String key, int portDefault) {
        List<InetSocketAddress> addresses =
                yaml.has(key) ? yaml.list(key, ListenAddress::parse) : ListenAddress.everywhere(portDefault);
        if (addresses.isEmpty()) {
            throw yaml.error(key, "a tracker listens on one address at least, such as 0.0.0.0:" + portDefault);
        }
        return addresses;
    }

    private static Standing standing(YamlMap yaml, Path data) {
        Optional<Path> identity = yaml.optionalPath("identity");
        Optional<Path> ca = yaml.optionalPath("ca");
        List<String> names = yaml.optionalList("names", TrackerConfig::name);
        Optional<String> site = yaml.optionalString("site");
        Optional<Path> passphraseFile = yaml.optionalPath("caPassphraseFile");
        if (ca.isEmpty()) {
            for (String key : List.of("caPassphraseFile", "site", "names")) {
                if (yaml.has(key)) {
                    throw yaml.error(
                            key, "this is for the tracker that issues certificates: set ca: DIR too, or leave it out");
                }
            }
            return new Standing.Joined(identity.orElseGet(() -> data.resolve("identity")));
        }
        if (identity.isPresent()) {
            throw yaml.error(
                    "identity",
                    "a tracker with ca: certifies itself; leave out identity:, or ca: if it joined by a token");
        }
        return new Standing.Issuing(
                ca.get(),
                passphraseFile.orElseThrow(() -> yaml.error(
                        "ca",
                        "the issuing key is sealed; set caPassphraseFile: to a file that only this user can read")),
                site.orElse(SITE_DEFAULT),
                names);
    }

    /** Joining brings the root of trust along; the machine that issues was given it by hand. */
    private static Path trustedRoot(YamlMap yaml, Standing standing) {
        return switch (standing) {
            case Standing.Issuing issuing -> yaml.path("trustedRoot");
            case Standing.Joined(Path identity) ->
                yaml.optionalPath("trustedRoot").orElseGet(() -> identity.resolve("root.json"));
        };
    }

    private static String name(String text) {
        return new HostPort(text, AGENTS_PORT_DEFAULT).host();
    }

    private static URI origin(String text) {
        URI url = url(text);
        if (!"https".equals(url.getScheme())) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" is not secure; an origin is reached by https, such as https://192.0.2.10:7400");
        }
        return url;
    }

    private static Duration refresh(YamlMap yaml) {
        Duration refresh = yaml.optionalDuration("refresh").orElse(MirrorConfig.REFRESH_DEFAULT);
        if (refresh.compareTo(MirrorConfig.REFRESH_MIN) < 0) {
            throw yaml.error("refresh", "the least is " + MirrorConfig.REFRESH_MIN.toMillis() + "ms");
        }
        return refresh;
    }

    private static URI url(String text) {
        URI url = URI.create(text);
        if (url.getHost() == null || !("http".equals(url.getScheme()) || "https".equals(url.getScheme()))) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" is not a URL; write for example https://192.0.2.10:7400");
        }
        return url;
    }
}
