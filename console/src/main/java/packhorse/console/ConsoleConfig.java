package packhorse.console;

import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import packhorse.console.intake.ScannerConfig;
import packhorse.console.ledger.LedgerConfig;
import packhorse.console.notify.NotifyConfig;
import packhorse.core.UsageException;
import packhorse.core.config.ListenAddress;
import packhorse.core.config.YamlDocument;
import packhorse.core.config.YamlMap;
import packhorse.core.topology.HostPort;
import packhorse.core.trust.Passphrase;

/**
 * A console's configuration, as {@code console/samples/console.yaml} explains it.
 *
 * @param state the console's own directory
 * @param listen where people and programs reach it
 * @param plain whether without TLS; then all of {@code listen} are loopback addresses
 * @param identity where joining put its key and certificates
 * @param ledger where the ledger is
 * @param trackers where trackers take sessions, in order of preference
 * @param authority where machines join; absent: where this console joined, or the first tracker's host
 * @param sites a site map's file that is taken in once, while the ledger has none
 * @param notices how people and other systems are told
 * @param scanner where the virus scanner is looked for
 * @param evidenceKey by which evidence packs are signed; made where there is none
 */
public record ConsoleConfig(
        Path state,
        List<InetSocketAddress> listen,
        boolean plain,
        Path identity,
        LedgerConfig ledger,
        List<HostPort> trackers,
        Optional<URI> authority,
        Optional<Path> sites,
        NotifyConfig notices,
        ScannerConfig scanner,
        Path evidenceKey) {
    /** Where people expect a console; 7500 is the gateway's, on machines that may have both. */
    public static final int PORT_DEFAULT = 7600;

    private static final int TRACKER_PORT = 7301;
    private static final int TRACKERS_MAX = 64;

    public ConsoleConfig {
        listen = List.copyOf(listen);
        trackers = List.copyOf(trackers);
        if (listen.isEmpty()) {
            throw new IllegalArgumentException("a console listens on one address at least");
        }
    }

    /** Reads the file; errors name file, line and column. */
    public static ConsoleConfig read(Path file) {
        return of(YamlDocument.read(file));
    }

    static ConsoleConfig of(YamlMap yaml) {
        Path state = yaml.path("state");
        boolean plain = yaml.optionalBool("plain").orElse(false);
        ConsoleConfig config = new ConsoleConfig(
                state,
                listen(yaml, plain),
                plain,
                yaml.optionalPath("identity").orElseGet(() -> state.resolve("identity")),
                yaml.optionalMap("ledger")
                        .map(map -> ledger(map, state))
                        .orElseGet(() -> new LedgerConfig.Embedded(state.resolve("ledger.db"))),
                trackers(yaml),
                yaml.optional("authority", ConsoleConfig::authority),
                yaml.optionalPath("sites"),
                yaml.optionalMap("notify").map(NotifyConfig::read).orElseGet(NotifyConfig::none),
                yaml.optionalMap("scanner")
                        .map(ScannerConfig::read)
                        .orElseGet(() -> ScannerConfig.at(ScannerConfig.DEBIAN)),
                evidenceKey(yaml, state));
        yaml.finish();
        return config;
    }

    private static Path evidenceKey(YamlMap yaml, Path state) {
        return yaml.optionalMap("evidence")
                .flatMap(map -> map.optionalPath("key"))
                .orElseGet(() -> state.resolve("evidence.key"));
    }

    private static List<InetSocketAddress> listen(YamlMap yaml, boolean plain) {
        List<InetSocketAddress> addresses = yaml.has("listen")
                ? yaml.list("listen", ListenAddress::parse)
                : plain
                        ? List.of(ListenAddress.parse("127.0.0.1:" + PORT_DEFAULT))
                        : ListenAddress.everywhere(PORT_DEFAULT);
        if (addresses.isEmpty()) {
            throw yaml.error("listen", "a console listens on one address at least, such as 0.0.0.0:" + PORT_DEFAULT);
        }
        if (plain) {
            addresses.stream()
                    .filter(address -> !address.getAddress().isLoopbackAddress())
                    .findFirst()
                    .ifPresent(address -> {
                        throw yaml.error(
                                "listen",
                                address.getAddress().getHostAddress() + " is no loopback address, and passwords do not"
                                        + " travel without TLS: leave out plain:, or listen on 127.0.0.1 only");
                    });
        }
        return addresses;
    }

    private static List<HostPort> trackers(YamlMap yaml) {
        List<HostPort> trackers = yaml.optionalList("trackers", text -> HostPort.parse(text, TRACKER_PORT));
        if (trackers.size() > TRACKERS_MAX) {
            throw yaml.error("trackers", trackers.size() + " trackers; a console talks to at most " + TRACKERS_MAX);
        }
        return trackers;
    }

    private static URI authority(String text) {
        URI url = URI.create(text);
        if (!"https".equals(url.getScheme()) || url.getHost() == null) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" is not where an authority is; write https://tracker.example.org:7302");
        }
        return url;
    }

    private static LedgerConfig ledger(YamlMap yaml, Path state) {
        Optional<Path> file = yaml.optionalPath("file");
        Optional<String> url = yaml.optionalString("url");
        Optional<String> user = yaml.optionalString("user");
        Optional<Path> passwordFile = yaml.optionalPath("passwordFile");
        Optional<LedgerConfig.Security> security = yaml.optional("security", ConsoleConfig::security);
        Optional<Path> trust = yaml.optionalPath("trust");
        if (url.isEmpty()) {
            for (String key : List.of("user", "passwordFile", "security", "trust")) {
                if (yaml.has(key)) {
                    throw yaml.error(key, "this is for a server: set url: too, or leave it out");
                }
            }
            return new LedgerConfig.Embedded(file.orElseGet(() -> state.resolve("ledger.db")));
        }
        if (file.isPresent()) {
            throw yaml.error("file", "the ledger is a file or a server: leave out file: or url:");
        }
        String who = user.orElseThrow(() -> yaml.error("url", "a server wants to know who asks: set user:"));
        Optional<String> password = passwordFile.map(path -> String.valueOf(Passphrase.ofFile(path)));
        try {
            return security.isEmpty() && trust.isEmpty()
                    ? new LedgerConfig.Server(url.get(), who, password)
                    : new LedgerConfig.Server(
                            url.get(), who, password, security.orElse(LedgerConfig.Security.TLS), trust);
        } catch (UsageException e) {
            throw yaml.error("url", String.valueOf(e.getMessage()));
        }
    }

    private static LedgerConfig.Security security(String text) {
        return switch (text) {
            case "tls" -> LedgerConfig.Security.TLS;
            case "none" -> LedgerConfig.Security.NONE;
            default -> throw new IllegalArgumentException("\"" + text + "\" is not one of tls, none");
        };
    }
}
