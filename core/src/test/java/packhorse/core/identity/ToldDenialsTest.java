package packhorse.core.identity;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.UsageException;
import packhorse.core.topology.EndpointId;

final class ToldDenialsTest {
    private static final EndpointId ONE = EndpointId.parse("00000000000000000000000000000001");
    private static final EndpointId TWO = EndpointId.parse("00000000000000000000000000000002");

    @TempDir
    private Path directory;

    @Test
    void onlyWhatIsNewerCounts() {
        ToldDenials denied = new ToldDenials();
        AtomicInteger told = new AtomicInteger();
        denied.onChange(told::incrementAndGet);
        assertFalse(denied.denied(ONE, BigInteger.ONE));
        assertTrue(denied.tell(5, Set.of(ONE)));
        assertFalse(denied.tell(4, Set.of()), "another tracker that is behind");
        assertFalse(denied.tell(5, Set.of(TWO)));
        assertTrue(denied.denied(ONE, BigInteger.ONE));
        assertEquals(1, told.get());
    }

    @Test
    void singleCertificatesTravelAndAreRememberedAndOlderTrackersNameNone() {
        DenyList authority = new DenyList() {
            @Override
            public boolean denied(EndpointId id, BigInteger serial) {
                return id.equals(ONE) || serial.equals(BigInteger.TEN);
            }

            @Override
            public Set<EndpointId> endpoints() {
                return Set.of(ONE);
            }

            @Override
            public Set<BigInteger> serials() {
                return Set.of(BigInteger.TEN);
            }

            @Override
            public long revision() {
                return 3;
            }

            @Override
            public void onChange(Runnable listener) {
                // It never changes.
            }
        };
        byte[] older = "{\"endpoints\":[\"00000000000000000000000000000001\"],\"revision\":3}".getBytes(UTF_8);
        Path file = directory.resolve("denied.json");
        ToldDenials denied = ToldDenials.keptIn(file);
        assertTrue(denied.tell(older));
        assertFalse(denied.denied(TWO, BigInteger.TEN));
        assertTrue(denied.tell(ToldDenials.encode(authority)), "of the same revision, and more");
        assertFalse(denied.tell(older), "nothing is taken back");
        for (ToldDenials one : List.of(denied, ToldDenials.keptIn(file))) {
            assertTrue(one.denied(TWO, BigInteger.TEN));
            assertFalse(one.denied(TWO, BigInteger.TWO));
            assertTrue(one.denied(ONE, BigInteger.TWO));
            assertEquals(Set.of(BigInteger.TEN), one.serials());
        }
        assertEquals(
                "{\"endpoints\":[\"00000000000000000000000000000001\"],\"revision\":3,\"serials\":[\"a\"]}",
                new String(ToldDenials.encode(denied), UTF_8));
    }

    @Test
    void itIsRememberedAndTravels() throws IOException {
        Path file = directory.resolve("denied.json");
        ToldDenials denied = ToldDenials.keptIn(file);
        assertTrue(denied.tell(7, Set.of(ONE, TWO)));
        ToldDenials again = ToldDenials.keptIn(file);
        assertEquals(Set.of(ONE, TWO), again.endpoints());
        assertEquals(7, again.revision());

        ToldDenials elsewhere = new ToldDenials();
        assertTrue(elsewhere.tell(ToldDenials.encode(again)));
        assertFalse(elsewhere.tell(ToldDenials.encode(again)));
        assertEquals(again.endpoints(), elsewhere.endpoints());
        assertThrows(IllegalArgumentException.class, () -> elsewhere.tell(new byte[] {'{', '}'}));

        Files.writeString(file, "{");
        UsageException e = assertThrows(UsageException.class, () -> ToldDenials.keptIn(file));
        assertTrue(String.valueOf(e.getMessage()).contains("denied.json is damaged"), e.getMessage());
        assertEquals(1, String.valueOf(e.getMessage()).lines().count());
    }
}
