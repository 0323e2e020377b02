package packhorse.core.topology;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import packhorse.core.testing.Cases;
import packhorse.core.unit.ByteRate;

class AddressesTest {
    private static final Link WAN = new Link(ByteRate.parse("100Mbit"), ByteRate.parse("20Mbit"));

    @ParameterizedTest
    @CsvSource({
        "10.1.0.5,10.1.0.5",
        "0.0.0.0,0.0.0.0",
        "255.255.255.255,255.255.255.255",
        "::,::",
        "::1,::1",
        "2001:db8::5,2001:db8::5",
        "2001:DB8:0:0:0:0:0:5,2001:db8::5",
        "2001:db8:0:0:1:0:0:1,2001:db8::1:0:0:1",
        "2001:db8:0:1:1:1:1:1,2001:db8:0:1:1:1:1:1",
        "1::,1::",
        "::ffff:10.1.0.5,10.1.0.5",
        "64:ff9b::10.1.0.5,64:ff9b::a01:5"
    })
    void addressesHaveOneText(String text, String canonical) {
        assertEquals(canonical, IpAddress.parse(text).toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "10.1.0",
                "10.1.0.5.6",
                "10.1.0.256",
                "10.1.0.05",
                "10.1.0.-1",
                "10.1.0.5:80",
                "localhost",
                ":",
                ":::",
                "1::2::3",
                "1:2:3:4:5:6:7",
                "1:2:3:4:5:6:7:8:9",
                "1:2:3:4:5:6:7:8::",
                "12345::",
                "::g",
                "fe80::1%eth0",
                "[::1]",
                "1.2.3.4::",
                "::1.2.3",
                "٣.1.1.1"
            })
    void whatIsNoAddressIsRefused(String text) {
        assertThrows(IllegalArgumentException.class, () -> IpAddress.parse(text));
    }

    @Test
    void addressesSurviveTheRoundTripAndAgreeWithTheJdk() {
        Cases.run(2_000, random -> {
            byte[] bytes = Cases.bytes(random, random.nextBoolean() ? 4 : 16);
            for (int i = 0; i < bytes.length; i++) {
                if (random.nextInt(3) > 0) {
                    bytes[i] = 0;
                }
            }
            IpAddress address = IpAddress.ofBytes(bytes);
            assertEquals(address, IpAddress.parse(address.toString()));
            try {
                assertEquals(
                        address,
                        IpAddress.ofBytes(
                                InetAddress.getByName(address.toString()).getAddress()));
                assertEquals(InetAddress.getByAddress(bytes), InetAddress.getByAddress(address.bytes()));
            } catch (UnknownHostException e) {
                throw new AssertionError(e);
            }
        });
    }

    @ParameterizedTest
    @CsvSource({"10.1.0.5:7001,10.1.0.5:7001", "[2001:db8::5]:1,[2001:db8::5]:1", "[::ffff:1.2.3.4]:65535,1.2.3.4:65535"
    })
    void anAddressAndPortHasOneText(String text, String canonical) {
        assertEquals(canonical, PeerAddress.parse(text).toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "10.1.0.5",
                "10.1.0.5:",
                "10.1.0.5:0",
                "10.1.0.5:65536",
                "10.1.0.5:x",
                "2001:db8::5:7001",
                "[10.1.0.5]:1",
                "[::1]",
                ":7001",
                "host:1"
            })
    void whatIsNoAddressAndPortIsRefused(String text) {
        assertThrows(IllegalArgumentException.class, () -> PeerAddress.parse(text));
    }

    @ParameterizedTest
    @CsvSource({
        "10.1.0.0/16,10.1.255.255,true",
        "10.1.0.0/16,10.2.0.0,false",
        "10.1.0.0/16,::ffff:10.1.0.1,true",
        "0.0.0.0/0,255.1.2.3,true",
        "0.0.0.0/0,::1,false",
        "10.1.2.3/32,10.1.2.3,true",
        "10.1.2.3/32,10.1.2.2,false",
        "10.1.2.128/25,10.1.2.127,false",
        "2001:db8::/33,2001:db8:7fff::1,true",
        "2001:db8::/33,2001:db8:8000::1,false",
        "::/0,2001:db8::1,true"
    })
    void aSubnetContainsItsAddresses(String subnet, String address, boolean contained) {
        assertEquals(contained, Subnet.parse(subnet).contains(IpAddress.parse(address)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "10.1.0.0",
                "10.1.0.0/",
                "10.1.0.0/33",
                "10.1.0.0/-1",
                "10.1.0.1/16",
                "/8",
                "x/8",
                "10.1.0.0/8/8",
                "::/129",
                "10.1.0.0/16 "
            })
    void whatIsNoSubnetIsRefused(String text) {
        assertThrows(IllegalArgumentException.class, () -> Subnet.parse(text));
    }

    @Test
    void subnetsOverlapWhenOneContainsTheOther() {
        Cases.run(500, random -> {
            Subnet a = subnet(random.nextInt(1 << 8), random.nextInt(1, 9));
            Subnet b = subnet(random.nextInt(1 << 8), random.nextInt(1, 9));
            boolean shared = false;
            for (int i = 0; i < 256; i++) {
                IpAddress address = IpAddress.ofBytes(new byte[] {(byte) i, 0, 0, 0});
                shared |= a.contains(address) && b.contains(address);
            }
            assertEquals(shared, a.overlaps(b), a + " and " + b);
            assertEquals(shared, b.overlaps(a), a + " and " + b);
            assertTrue(a.contains(a.last()));
        });
    }

    private static Subnet subnet(int first, int prefix) {
        int base = first & (0xff << (8 - prefix));
        return new Subnet(IpAddress.ofBytes(new byte[] {(byte) base, 0, 0, 0}), prefix);
    }

    @Test
    void anAddressBelongsToAtMostOneSite() {
        Site berlin = site("berlin", "10.1.0.0/16", Set.of(IpAddress.parse("10.1.0.5")));
        Site lyon = site("lyon", "10.2.0.0/16", Set.of());
        SiteMap map = new SiteMap(List.of(berlin, lyon), Set.of(IpAddress.parse("10.1.0.9")));
        assertEquals(Optional.of(berlin), map.siteOf(IpAddress.parse("10.1.4.4")));
        assertEquals(Optional.of(lyon), map.siteOf(IpAddress.parse("10.2.4.4")));
        assertEquals(Optional.empty(), map.siteOf(IpAddress.parse("10.3.0.1")));
        assertEquals(Optional.empty(), map.siteOf(IpAddress.parse("10.1.0.9")), "an origin belongs to no site");
        assertEquals(Optional.of(lyon), map.site("lyon"));
        assertFalse(map.site("rome").isPresent());
    }

    @Test
    void aMapWithConflictsIsRefused() {
        Site berlin = site("berlin", "10.1.0.0/16", Set.of());
        assertThrows(
                IllegalArgumentException.class,
                () -> new SiteMap(List.of(berlin, site("lyon", "10.1.128.0/17", Set.of())), Set.of()));
        assertThrows(
                IllegalArgumentException.class,
                () -> new SiteMap(List.of(berlin, site("berlin", "10.2.0.0/16", Set.of())), Set.of()));
        assertThrows(
                IllegalArgumentException.class,
                () -> site("berlin", "10.1.0.0/16", Set.of(IpAddress.parse("10.2.0.5"))));
        assertThrows(IllegalArgumentException.class, () -> site("Berlin", "10.1.0.0/16", Set.of()));
        assertThrows(IllegalArgumentException.class, () -> new Site("berlin", List.of(), WAN, Set.of(), false));
    }

    private static Site site(String name, String subnet, Set<IpAddress> sitePeers) {
        return new Site(name, List.of(Subnet.parse(subnet)), WAN, sitePeers, false);
    }
}
