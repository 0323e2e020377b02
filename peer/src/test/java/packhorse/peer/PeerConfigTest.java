package packhorse.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import packhorse.core.UsageException;
import packhorse.core.config.YamlDocument;
import packhorse.core.topology.PeerAddress;
import packhorse.core.unit.ByteRate;

final class PeerConfigTest {
    private static final String LEAST = """
        data: /tmp/peer
        tracker: http://10.0.0.1:7300
        trustedRoot: root.json
        listen: 10.0.0.2:0
        """;

    @Test
    void theSampleIsReadAndSoAreItsExamples() throws Exception {
        Path sample = Files.exists(Path.of("samples/peer.yaml"))
                ? Path.of("samples/peer.yaml")
                : Path.of("peer/samples/peer.yaml");
        assertEquals(
                Path.of("/run/packhorse/agent.sock"), PeerConfig.read(sample).socket());
        String all = Files.readString(sample).replaceAll("(?m)^#((?:gateway|openSwarm|limits|  \\w+|  -).*)$", "$1");
        PeerConfig config = PeerConfig.of(YamlDocument.parse("peer.yaml", all));
        assertEquals(2, config.trackers().size());
        assertEquals(Optional.of(PeerAddress.parse("127.0.0.1:7500")), config.gateway());
        assertEquals(Optional.of(ByteRate.parse("50Mbit")), config.limits().wanDown());
        assertTrue(config.openSwarm().isPresent());
    }

    @Test
    void theLeastIsEnough() {
        PeerConfig config = PeerConfig.of(YamlDocument.parse("peer.yaml", LEAST));
        assertEquals(Path.of("/tmp/peer/agent.sock"), config.socket());
        assertEquals(0, config.listen().getFirst().port());
        assertEquals(Optional.empty(), config.gateway());
        assertTrue(config.seedOnStart());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        colour: green           | peer.yaml:5:1
        gateway: localhost      | peer.yaml:5:10
        limits: {wanDown: fast} | peer.yaml:5:19
        limits: {wanDwon: 1MB/s}| peer.yaml:5:10
        seedOnStart: perhaps    | peer.yaml:5:14
        openSwarm: 10.0.0.2:80  | peer.yaml:5:12
        listen: 10.0.0.3:0      | stands twice
        """)
    void mistakesAreShownWhereTheyStand(String line, String says) {
        UsageException mistake = assertThrows(
                UsageException.class, () -> PeerConfig.of(YamlDocument.parse("peer.yaml", LEAST + line + "\n")));
        assertTrue(mistake.toString().contains(says), mistake.toString());
    }

    @Test
    void whatIsMissingIsNamed() {
        for (String key : new String[] {"data", "tracker", "trustedRoot", "listen"}) {
            String without = LEAST.replaceAll("(?m)^" + key + ":.*\\R", "");
            UsageException missing =
                    assertThrows(UsageException.class, () -> PeerConfig.of(YamlDocument.parse("peer.yaml", without)));
            assertTrue(missing.toString().contains("\"" + key + "\" is missing"), missing.toString());
        }
        assertThrows(
                UsageException.class,
                () -> PeerConfig.of(
                        YamlDocument.parse("peer.yaml", LEAST.replace("http://10.0.0.1:7300", "10.0.0.1"))));
    }
}
