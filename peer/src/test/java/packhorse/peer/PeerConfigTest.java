package packhorse.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import packhorse.core.UsageException;
import packhorse.core.config.YamlDocument;
import packhorse.core.topology.HostPort;
import packhorse.core.topology.PeerAddress;
import packhorse.core.unit.ByteRate;
import packhorse.peer.installer.InstallConfig;
import packhorse.peer.installer.engine.InstallerSettings;

final class PeerConfigTest {
    private static final String LEAST = """
        data: /tmp/peer
        tracker: 10.0.0.1:7301
        listen: 10.0.0.2:0
        """;

    @Test
    void theSampleIsReadAndSoAreItsExamples() throws Exception {
        Path sample = Files.exists(Path.of("samples/peer.yaml"))
                ? Path.of("samples/peer.yaml")
                : Path.of("peer/samples/peer.yaml");
        assertEquals(
                Path.of("/run/packhorse/agent.sock"), PeerConfig.read(sample).socket());
        String all = Files.readString(sample)
                .replaceAll(
                        "(?m)^#((?:gateway|gatewayNames|userPage|openSwarm|limits|install|repository|proxy|  [\\w#]+| "
                                + " -).*)$",
                        "$1");
        PeerConfig config = PeerConfig.of(YamlDocument.parse("peer.yaml", all));
        assertEquals(List.of(new HostPort("192.0.2.10", 7301), new HostPort("192.0.2.11", 7301)), config.trackers());
        assertEquals(List.of(URI.create("https://192.0.2.10:7302/repository/")), config.repositories());
        assertEquals(Optional.of(new HostPort("proxy.example.org", 3128)), config.proxy());
        assertEquals(Optional.of(PeerAddress.parse("127.0.0.1:7500")), config.gateway());
        assertEquals(Set.of("depot.example.org"), config.gatewayNames().names());
        assertFalse(config.userPage());
        assertEquals(Optional.of(ByteRate.parse("50Mbit")), config.limits().wanDown());
        assertTrue(config.openSwarm().isPresent());
        assertEquals(InstallConfig.DEFAULT, config.install());
    }

    @Test
    void whereAndHowReleasesArePutInPlaceCanBeSaid() {
        InstallConfig install =
                PeerConfig.of(YamlDocument.parse("peer.yaml", LEAST + """
                    install:
                      enabled: false
                      root: /srv/../srv/image
                      reboot: []
                      restartNotice: 5m
                      drift: 0s
                      sandbox: true
                    """)).install();
        assertEquals(
                new InstallConfig(false, Path.of("/srv/image"), List.of(), Duration.ofMinutes(5), Duration.ZERO, true),
                install);
        InstallerSettings settings = install.settings(Path.of("/var/lib/p"), Path.of("/var/lib/p/store"));
        assertEquals(Path.of("/var/lib/p/installer"), settings.data());
        assertEquals(Path.of("/var/lib/p/trust"), settings.metadata());
        UsageException often = assertThrows(
                UsageException.class,
                () -> PeerConfig.of(YamlDocument.parse("peer.yaml", LEAST + "install: {drift: 1s}\n")));
        assertTrue(String.valueOf(often.getMessage()).contains("or more seldom"), often::getMessage);
        UsageException early = assertThrows(
                UsageException.class,
                () -> PeerConfig.of(YamlDocument.parse("peer.yaml", LEAST + "install: {restartNotice: 8d}\n")));
        assertTrue(
                String.valueOf(early.getMessage()).contains("4:26: nobody is told longer than 7d"), early::getMessage);
        UsageException unknown = assertThrows(
                UsageException.class,
                () -> PeerConfig.of(YamlDocument.parse("peer.yaml", LEAST + "install: {colour: green}\n")));
        assertTrue(String.valueOf(unknown.getMessage()).contains("colour"), unknown::getMessage);
    }

    @Test
    void theLeastIsEnough() {
        PeerConfig config = PeerConfig.of(YamlDocument.parse("peer.yaml", LEAST));
        assertEquals(Path.of("/tmp/peer/agent.sock"), config.socket());
        assertEquals(0, config.listen().getFirst().port());
        assertEquals(Path.of("/tmp/peer/root.json"), config.trustedRoot());
        assertEquals(List.of(URI.create("https://10.0.0.1:7302/repository/")), config.repositories());
        assertEquals(Optional.empty(), config.proxy());
        assertEquals(Optional.empty(), config.gateway());
        assertTrue(config.userPage());
        assertTrue(config.seedOnStart());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        colour: green           | peer.yaml:4:1
        gateway: localhost      | peer.yaml:4:10
        gatewayNames: [a.b:80]  | peer.yaml:4:16
        limits: {wanDown: fast} | peer.yaml:4:19
        limits: {wanDwon: 1MB/s}| peer.yaml:4:10
        repository: http://a:1/ | peer.yaml:4:13
        proxy: socks://a:1      | peer.yaml:4:8
        proxy: http://a         | peer.yaml:4:8
        seedOnStart: perhaps    | peer.yaml:4:14
        openSwarm: 10.0.0.2:80  | peer.yaml:4:12
        listen: 10.0.0.3:0      | stands twice
        """)
    void mistakesAreShownWhereTheyStand(String line, String says) {
        UsageException mistake = assertThrows(
                UsageException.class, () -> PeerConfig.of(YamlDocument.parse("peer.yaml", LEAST + line + "\n")));
        assertTrue(mistake.toString().contains(says), mistake.toString());
    }

    @Test
    void whatIsMissingIsNamed() {
        for (String key : new String[] {"data", "tracker", "listen"}) {
            String without = LEAST.replaceAll("(?m)^" + key + ":.*\\R", "");
            UsageException missing =
                    assertThrows(UsageException.class, () -> PeerConfig.of(YamlDocument.parse("peer.yaml", without)));
            assertTrue(missing.toString().contains("\"" + key + "\" is missing"), missing.toString());
        }
        for (String wrong : new String[] {"10.0.0.1", "http://10.0.0.1:7300"}) {
            UsageException mistake = assertThrows(
                    UsageException.class,
                    () -> PeerConfig.of(YamlDocument.parse("peer.yaml", LEAST.replace("10.0.0.1:7301", wrong))));
            assertTrue(mistake.toString().contains("tracker.example.org:7301"), mistake.toString());
        }
    }
}
