package packhorse.peer.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ByteRangeTest {
    @ParameterizedTest
    @CsvSource(nullValues = "-", textBlock = """
        -,                       all
        '',                      all
        bytes=0-0,               0 to 0
        bytes=10-19,             10 to 19
        bytes=90-,               90 to 99
        bytes=90-1000,           90 to 99
        bytes=-5,                95 to 99
        bytes=-500,              0 to 99
        bytes=-0,                beyond
        bytes=100-,              beyond
        bytes=99999999999999999999-, beyond
        bytes=5-4,               all
        bytes=-,                 all
        'bytes=0-1,5-6',         all
        lines=1-2,               all
        bytes=a-b,               all
        """)
    void aHeaderMeansAPartOfAHundredBytes(String header, String meaning) {
        String found = switch (ByteRange.of(Optional.ofNullable(header), 100)) {
            case ByteRange.All() -> "all";
            case ByteRange.Part(long first, long last) -> first + " to " + last;
            case ByteRange.Beyond() -> "beyond";
        };
        assertEquals(meaning, found);
    }
}
