package packhorse.peer.channel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import packhorse.core.topology.EndpointId;
import packhorse.core.topology.IpAddress;
import packhorse.core.topology.Subnet;

final class AliasesTest {
    private final Aliases aliases = new Aliases();

    private static EndpointId id(int number) {
        return EndpointId.ofBytes(ByteBuffer.allocate(16).putInt(number).array());
    }

    @Test
    void aPeerKeepsItsAliasAndEachLinkHasItsOwn() {
        IpAddress near = aliases.of(id(1), false);
        IpAddress far = aliases.of(id(1), true);
        assertNotEquals(near, far);
        assertTrue(PeerChannel.NEAR.contains(near));
        assertTrue(Subnet.parse("127.96.0.0/11").contains(far));
        aliases.of(id(2), false);
        assertEquals(near, aliases.of(id(1), false));
        assertEquals(Optional.of(id(1)), aliases.remote(near));
        assertEquals(Optional.of(id(1)), aliases.remote(far));
        assertEquals(Optional.empty(), aliases.remote(IpAddress.parse("127.0.0.1")));
    }

    @Test
    void noAddressIsGivenTwiceAndWhoWasNamedLastIsRemembered() {
        Set<IpAddress> given = new HashSet<>();
        IpAddress first = aliases.of(id(0), false);
        for (int i = 1; i <= Aliases.REMEMBERED_MAX + 1000; i++) {
            assertTrue(given.add(aliases.of(id(i), false)));
            if (i % 1000 == 0) {
                assertEquals(first, aliases.of(id(0), false));
            }
        }
        IpAddress second = given.stream().min(IpAddress::compareTo).orElseThrow();
        assertEquals(Optional.empty(), aliases.remote(second));
        assertEquals(Optional.of(id(0)), aliases.remote(first));
        assertTrue(given.stream().allMatch(PeerChannel.NEAR::contains));
    }
}
