package packhorse.tracker;

import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import packhorse.core.config.YamlDocument;
import packhorse.core.config.YamlMap;
import packhorse.tracker.catalogue.MirrorConfig;

/**
 * A tracker's configuration; {@code tracker.yaml} in the samples says what each key is for.
 *
 * @param listen addresses of the HTTP doors, at least one
 * @param udp addresses of the UDP tracker; empty for none
 * @param sites the site map's file
 * @param mirror what is mirrored of the repository
 * @param publicUrl how others reach the HTTP doors, for announce URLs; empty: the first address of {@code listen}
 */
public record TrackerConfig(
        List<InetSocketAddress> listen,
        List<InetSocketAddress> udp,
        Path sites,
        MirrorConfig mirror,
        Optional<URI> publicUrl) {
    /** Where agents and other clients expect a tracker. */
    public static final int PORT_DEFAULT = 7300;

    public TrackerConfig {
        listen = List.copyOf(listen);
        udp = List.copyOf(udp);
        if (listen.isEmpty()) {
            throw new IllegalArgumentException("a tracker listens on one address at least");
        }
    }

    /** Reads the file; errors name file, line and column. */
    public static TrackerConfig read(Path file) {
        YamlMap yaml = YamlDocument.read(file);
        List<InetSocketAddress> listen =
                yaml.has("listen") ? yaml.list("listen", ListenAddress::parse) : ListenAddress.everywhere();
        if (listen.isEmpty()) {
            throw yaml.error("listen", "a tracker listens on one address at least, such as 0.0.0.0:7300");
        }
        MirrorConfig mirror = new MirrorConfig(
                yaml.value("origin", TrackerConfig::url), yaml.path("data"), yaml.path("trustedRoot"), refresh(yaml));
        TrackerConfig config = new TrackerConfig(
                listen,
                yaml.has("udp") ? yaml.list("udp", ListenAddress::parse) : listen,
                yaml.path("sites"),
                mirror,
                yaml.optional("publicUrl", TrackerConfig::url));
        yaml.finish();
        return config;
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
                    "\"" + text + "\" is not a URL; write for example http://192.0.2.10:7400");
        }
        return url;
    }
}
