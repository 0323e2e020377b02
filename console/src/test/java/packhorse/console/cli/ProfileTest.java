package packhorse.console.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import packhorse.core.UsageException;

/** Which addresses are a console's. */
final class ProfileTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://192.0.2.10:7600",
                "https://console.example.org",
                "http://127.0.0.1:7600",
                "http://127.31.0.9",
                "http://localhost:7600",
                "http://[::1]:7600",
                "http://[0:0:0:0:0:0:0:1]:7600"
            })
    void plainHttpStaysOnThisMachine(String address) {
        assertEquals(URI.create(address), Profile.requireAddress(URI.create(address)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://192.0.2.10:7600",
                "http://console.example.org:7600",
                "http://127.0.0.1.example.org:7600",
                "http://localhost.example.org",
                "http://[2001:db8::1]:7600",
                "http://[::ffff:192.0.2.1]:7600"
            })
    void plainHttpToAnotherMachineIsRefusedInOneLine(String address) {
        UsageException refused = assertThrows(UsageException.class, () -> Profile.requireAddress(URI.create(address)));
        assertTrue(String.valueOf(refused.getMessage()).contains("in the clear; write https://"), refused.toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"ftp://127.0.0.1", "console:7600", "https://anna:secret@192.0.2.10", "https:///orders"})
    void whatIsNoAddressIsRefused(String address) {
        UsageException refused = assertThrows(UsageException.class, () -> Profile.requireAddress(URI.create(address)));
        assertTrue(String.valueOf(refused.getMessage()).contains("write https://HOST:7600"), refused.toString());
    }
}
