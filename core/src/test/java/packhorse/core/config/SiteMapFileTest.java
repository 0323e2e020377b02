package packhorse.core.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import packhorse.core.UsageException;
import packhorse.core.topology.IpAddress;
import packhorse.core.topology.Site;
import packhorse.core.topology.SiteMap;
import packhorse.core.unit.ByteRate;

class SiteMapFileTest {
    private static final String SITES = """
        origins: [192.0.2.10]
        sites:
          - name: berlin
            subnets: [10.1.0.0/16, 2001:db8:1::/48]
            wan: {down: 100Mbit, up: 20Mbit}
            sitePeers: [10.1.0.5]
          - name: lyon
            subnets: 10.2.0.0/16
            wan: {down: 50Mbit, up: 10Mbit}
            servesOutsiders: true
            lan: plain
        """;

    @Test
    void sitesAreRead() {
        SiteMap map = SiteMapFile.parse("sites.yaml", SITES);
        Site berlin = map.siteOf(IpAddress.parse("10.1.200.3")).orElseThrow();
        assertEquals("berlin", berlin.name());
        assertEquals(ByteRate.parse("20Mbit"), berlin.wan().up());
        assertEquals(Optional.of(berlin), map.siteOf(IpAddress.parse("2001:db8:1::77")));
        assertTrue(map.site("lyon").orElseThrow().servesOutsiders());
        assertTrue(map.site("lyon").orElseThrow().lanMayBePlain());
        assertFalse(berlin.lanMayBePlain(), "encrypted unless it says otherwise");
        assertEquals(Optional.empty(), map.siteOf(IpAddress.parse("10.3.0.1")));
        assertEquals(Optional.empty(), map.siteOf(IpAddress.parse("192.0.2.10")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {SITES, "sites: []", "sites: [{name: a, subnets: 10.0.0.0/8, wan: {down: 12MB/s, up: 8001bit}}]"})
    void whatIsWrittenReadsBackAsTheSame(String text) {
        SiteMap map = SiteMapFile.parse("sites.yaml", text);
        assertEquals(map, SiteMapFile.parse("written", SiteMapFile.write(map)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "10.2.0.0/16 | 10.1.128.0/17 | sites.yaml:8:14: the subnet 10.1.128.0/17 of site lyon overlaps"
                        + " 10.1.0.0/16 of site berlin on line 4; an address belongs to one site",
                "10.2.0.0/16 | 0.0.0.0/0 | sites.yaml:8:14: the subnet 0.0.0.0/0 of site lyon overlaps",
                "10.2.0.0/16 | 10.2.0.1/16 | sites.yaml:8:14: subnets: \"10.2.0.1/16\" is not a subnet",
                "10.2.0.0/16 | here | sites.yaml:8:14: subnets: \"here\" is not a subnet",
                "[10.1.0.5] | [10.1.0.5, 10.9.0.5] | sites.yaml:6:27: the site peer 10.9.0.5 is in no subnet of its",
                "name: lyon | name: berlin | sites.yaml:7:11: two sites are called berlin",
                "name: lyon | name: Lyon | sites.yaml:7:11: \"Lyon\" is not a site name",
                "up: 10Mbit | upp: 10Mbit | sites.yaml:9:10: \"up\" is missing",
                "50Mbit | 0Mbit | sites.yaml:9:17: down: \"0Mbit\" is not a rate",
                "servesOutsiders: true | servesOutsider: true | sites.yaml:10:5: unknown key \"servesOutsider\";",
                "servesOutsiders: true | servesOutsiders: 1 | sites.yaml:10:22: \"servesOutsiders\" is true or false",
                "lan: plain | lan: open | sites.yaml:11:10: lan: \"open\" is ",
                "192.0.2.10 | origin.example | sites.yaml:1:11: origins: \"origin.example\" is not an IP address",
                "sites: | site: | sites.yaml:1:1: \"sites\" is missing"
            })
    void mistakesAreShownWhereTheyStand(String was, String is, String message) {
        assertTrue(SITES.contains(was), was);
        UsageException refusal = assertThrows(
                UsageException.class,
                () -> SiteMapFile.parse("sites.yaml", SITES.replaceFirst("\\Q" + was + "\\E", is)));
        assertTrue(String.valueOf(refusal.getMessage()).startsWith(message), refusal.getMessage());
    }

    @Test
    void subnetsOfOneSiteMayNotOverlapEither() {
        UsageException refusal = assertThrows(
                UsageException.class,
                () -> SiteMapFile.parse("s.yaml", SITES.replace("2001:db8:1::/48", "10.1.2.0/24")));
        assertTrue(String.valueOf(refusal.getMessage()).contains("10.1.2.0/24 of site berlin overlaps 10.1.0.0/16"));
    }
}
