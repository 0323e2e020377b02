package packhorse.core.topology;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class HostPortTest {
    @Test
    void namesAndAddressesOfBothFamiliesAreRead() {
        assertEquals(new HostPort("tracker.example.org", 7301), HostPort.parse("tracker.example.org:7301", 7301));
        assertEquals(new HostPort("192.0.2.10", 1), HostPort.parse("192.0.2.10:1", 7301));
        HostPort six = HostPort.parse("[2001:db8:0:0:0:0:0:5]:65535", 7301);
        assertEquals("[2001:db8::5]:65535", six.toString(), "one way to write an address");
        assertEquals(six, HostPort.parse(six.toString(), 7301));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ":1",
                "host",
                "host:",
                "host:0",
                "host:65536",
                "host:x",
                "2001:db8::5:7301",
                "[host]:1",
                "a b:1",
                "http://host:1",
                "host/:1",
                "-a:1",
                "[::g]:1"
            })
    void whatIsNeitherIsRefusedWithAnExample(String text) {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> HostPort.parse(text, 7301));
        assertEquals(
                "\"" + text
                        + "\" is not host and port; write tracker.example.org:7301, 192.0.2.10:7301 or"
                        + " [2001:db8::5]:7301",
                e.getMessage());
    }
}
