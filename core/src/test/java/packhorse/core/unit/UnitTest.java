package packhorse.core.unit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UnitTest {
    @ParameterizedTest
    @CsvSource({
        "500ms,PT0.5S",
        "30s,PT30S",
        "30m,PT30M",
        "2h,PT2H",
        "1h30m,PT1H30M",
        "1h 30m,PT1H30M",
        "1d12h,PT36H",
        "400d,PT9600H",
        "90m,PT1H30M",
        "PT30M,PT30M",
        "P1DT2H,PT26H",
        "pt15m,PT15M"
    })
    void durationsAreReadAsPeopleWriteThemAndAsIsoDoes(String text, String iso) {
        assertEquals(Duration.parse(iso), Durations.parse(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "30",
                "m",
                "soon",
                "30m1h",
                "1h1h",
                "1.5h",
                "-30m",
                "P",
                "PT",
                "P2W",
                "9999999999s",
                "30min"
            })
    void whatIsNoDurationIsRefusedByName(String text) {
        IllegalArgumentException refusal = assertThrows(IllegalArgumentException.class, () -> Durations.parse(text));
        assertTrue(String.valueOf(refusal.getMessage()).startsWith("\"" + text + "\" is not a duration; write"));
    }

    @ParameterizedTest
    @CsvSource({
        "0,0",
        "4096,4096",
        "1 B,1",
        "64KiB,65536",
        "256 MiB,268435456",
        "1.5KiB,1536",
        "2GiB,2147483648",
        "1TiB,1099511627776",
        "1kB,1000",
        "3MB,3000000",
        "1GB,1000000000"
    })
    void amountsAreReadInBinaryAndDecimalUnits(String text, long bytes) {
        assertEquals(new ByteCount(bytes), ByteCount.parse(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "KiB", "-1", "1 apple", "1kb", "1..2", ".", "1e3", "9999999999TiB", "1 000"})
    void whatIsNoAmountIsRefusedByName(String text) {
        IllegalArgumentException refusal = assertThrows(IllegalArgumentException.class, () -> ByteCount.parse(text));
        assertTrue(String.valueOf(refusal.getMessage()).startsWith("\"" + text + "\" is not an amount of bytes"));
    }

    @ParameterizedTest
    @CsvSource({"0,0 B", "1023,1023 B", "1024,1.0 KiB", "145961779,139.2 MiB", "9223372036854775807,8192.0 PiB"})
    void amountsAreShownInBinaryUnits(long bytes, String shown) {
        assertEquals(shown, new ByteCount(bytes).toString());
    }

    @Test
    void amountsAreNeverNegativeAndNeverOverflow() {
        assertThrows(IllegalArgumentException.class, () -> new ByteCount(-1));
        assertThrows(ArithmeticException.class, () -> new ByteCount(Long.MAX_VALUE).plus(new ByteCount(1)));
        assertEquals(new ByteCount(3), new ByteCount(1).plus(new ByteCount(2)));
    }

    @ParameterizedTest
    @CsvSource({
        "8bit,1",
        "100Mbit,12500000",
        "512kbit,64000",
        "1Gbit,125000000",
        "2.5Mbit,312500",
        "12MB/s,12000000",
        "4MiB/s,4194304",
        "100 Mbit,12500000"
    })
    void ratesAreReadInBitsAndBytes(String text, long bytesPerSecond) {
        assertEquals(new ByteRate(bytesPerSecond), ByteRate.parse(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "100", "100Mb", "100MB", "7bit", "0Mbit", "-1Mbit", "fast", "1Mbit/s", "/s"})
    void whatIsNoRateIsRefusedByName(String text) {
        IllegalArgumentException refusal = assertThrows(IllegalArgumentException.class, () -> ByteRate.parse(text));
        assertTrue(String.valueOf(refusal.getMessage()).startsWith("\"" + text + "\" is not a rate"));
    }

    @Test
    void aRateSaysHowLongAnAmountTakes() {
        assertEquals(Duration.ofSeconds(8), ByteRate.parse("1MB/s").timeFor(ByteCount.parse("8MB")));
        assertEquals("100 Mbit/s", ByteRate.parse("100Mbit").toString());
        assertEquals("1.5 Gbit/s", ByteRate.parse("1.5Gbit").toString());
        assertEquals("8 bit/s", new ByteRate(1).toString());
    }
}
