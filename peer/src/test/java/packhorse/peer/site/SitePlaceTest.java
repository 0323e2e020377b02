package packhorse.peer.site;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import packhorse.core.content.Sha256;
import packhorse.core.topology.EndpointId;
import packhorse.core.topology.IpAddress;
import packhorse.core.topology.PeerAddress;
import packhorse.core.topology.Subnet;
import packhorse.core.unit.ByteRate;
import packhorse.peer.site.Duty.SiteRole;

final class SitePlaceTest {
    private static final PeerAddress ONE = PeerAddress.parse("10.1.0.1:7000");
    private static final PeerAddress TWO = PeerAddress.parse("10.2.0.1:7000");

    private static Duty duty(Set<PeerAddress> connect, int index, int count, boolean rescued, long epoch) {
        return new Duty(
                SiteRole.ORDINARY,
                connect,
                Set.of(),
                index,
                count,
                rescued,
                epoch,
                connect.stream().map(SitePlaceTest::neighbour).collect(Collectors.toSet()),
                "");
    }

    private static SitePlace place(long wanDown, Duty duty) {
        return new SitePlace(
                1,
                "north",
                List.of(Subnet.parse("10.1.0.0/16"), Subnet.parse("2001:db8:1::/48")),
                Optional.of(new ByteRate(wanDown)),
                Optional.empty(),
                Map.of(Sha256.of(new byte[1]), duty));
    }

    @Test
    void everythingThatIsNotLocalIsWan() {
        SitePlace place = place(100, duty(Set.of(), 0, 1, false, 0));
        assertFalse(place.isWan(IpAddress.parse("10.1.255.255")));
        assertFalse(place.isWan(IpAddress.parse("2001:db8:1::9")));
        assertTrue(place.isWan(IpAddress.parse("10.2.0.1")));
        assertTrue(SitePlace.UNKNOWN.isWan(IpAddress.parse("10.1.0.1")));
    }

    @Test
    void theStricterLimitHoldsAndPullersDivideTheLine() {
        WanLimits own = new WanLimits(Optional.of(new ByteRate(60)), Optional.of(new ByteRate(7)));
        assertEquals(own, WanLimits.inForce(own, place(100, duty(Set.of(), 0, 1, false, 0))));
        assertEquals(
                Optional.of(new ByteRate(50)),
                WanLimits.inForce(own, place(100, duty(Set.of(), 1, 2, false, 0)))
                        .down());
        assertEquals(
                Optional.of(new ByteRate(100)),
                WanLimits.inForce(WanLimits.NONE, place(100, duty(Set.of(), 0, 1, false, 0)))
                        .down());
        assertEquals(WanLimits.NONE, WanLimits.inForce(WanLimits.NONE, SitePlace.UNKNOWN));
    }

    @Test
    void onlyWhatChangedIsTold() {
        Duty before = duty(Set.of(ONE), 0, 1, false, 0);
        assertEquals(
                List.of(new DutyChange.Share(0, 1), new DutyChange.Peers(Set.of(neighbour(ONE)))),
                DutyChange.between(Optional.empty(), before));
        assertEquals(List.of(), DutyChange.between(Optional.of(before), duty(Set.of(ONE), 0, 1, false, 0)));
        assertEquals(
                List.of(
                        new DutyChange.Share(1, 2),
                        new DutyChange.Peers(Set.of(neighbour(TWO))),
                        new DutyChange.Forgive(),
                        new DutyChange.Rescued()),
                DutyChange.between(Optional.of(before), duty(Set.of(TWO), 1, 2, true, 1)));
    }

    @Test
    void booksAddUpByLink() {
        assertEquals(new Books(5, 7, 9, 11), new Books(1, 2, 3, 4).plus(new Books(4, 5, 6, 7)));
    }

    private static Neighbour neighbour(PeerAddress address) {
        return new Neighbour(
                EndpointId.ofBytes(Arrays.copyOf(address.ip().bytes(), EndpointId.LENGTH_BYTES)),
                List.of(address),
                true,
                false,
                false);
    }
}
