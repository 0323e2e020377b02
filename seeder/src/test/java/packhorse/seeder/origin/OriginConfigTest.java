package packhorse.seeder.origin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import packhorse.core.UsageException;
import packhorse.core.config.YamlDocument;
import packhorse.core.topology.HostPort;

final class OriginConfigTest {
    private static final String LEAST = """
        data: /tmp/origin
        listen: 127.0.0.1:0
        swarm: 127.0.0.1:0
        keys: /tmp/keys
        """;

    @Test
    void theSampleIsReadAndSoAreItsExamples() throws Exception {
        Path sample = Files.exists(Path.of("samples/origin.yaml"))
                ? Path.of("samples/origin.yaml")
                : Path.of("seeder/samples/origin.yaml");
        OriginConfig read = OriginConfig.read(sample);
        assertEquals(List.of(new HostPort("192.0.2.10", 7301)), read.trackers());
        assertEquals(Path.of("/var/lib/packhorse/origin/identity"), read.identity());
        assertEquals(Optional.empty(), read.metrics());
        String all = Files.readString(sample)
                .replaceAll("(?m)^#((?:metrics|identity|proxy|limits|uploads|  \\w+):.*)$", "$1");
        OriginConfig config = OriginConfig.of(YamlDocument.parse("origin.yaml", all));
        assertEquals(7403, config.metrics().orElseThrow().port());
        assertEquals(Optional.empty(), read.proxy());
        assertEquals(Optional.of(new HostPort("proxy.example.org", 3128)), config.proxy());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        metrics: 0.0.0.0:7403         | origin.yaml:5:10 | can be reached from other machines
        metrics: 7403                 | origin.yaml:5:10 | is not an address and port
        tracker: http://192.0.2.10:73 | origin.yaml:5:10 | is not host and port; write tracker.example.org:7301
        proxy: proxy.example.org      | origin.yaml:5:8  | is not an HTTP proxy
        identify: x                   | origin.yaml:5:1  | identify
        """)
    void mistakesAreShownWhereTheyStand(String line, String where, String why) {
        UsageException mistake = assertThrows(
                UsageException.class, () -> OriginConfig.of(YamlDocument.parse("origin.yaml", LEAST + line + "\n")));
        String said = String.valueOf(mistake.getMessage());
        assertTrue(said.contains(where) && said.contains(why), said);
        assertEquals(1, said.lines().count(), said);
    }

    @Test
    void theLeastIsEnough() {
        OriginConfig config = OriginConfig.of(YamlDocument.parse("origin.yaml", LEAST));
        assertEquals(Path.of("/tmp/origin/identity"), config.identity());
        assertEquals(List.of(), config.trackers());
    }
}
