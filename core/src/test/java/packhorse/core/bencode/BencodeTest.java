package packhorse.core.bencode;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import packhorse.core.testing.Cases;

class BencodeTest {
    @Test
    void everyValueSurvivesTheRoundTrip() {
        Cases.run(500, random -> {
            Bencode value = value(random, 4);
            assertEquals(value, BencodeReader.parse(value.encode()));
        });
    }

    @Test
    void aFlippedBitIsRefusedOrIsTheOneEncodingOfAnotherValue() {
        Cases.run(60, random -> {
            Bencode value = value(random, 3);
            byte[] bytes = value.encode();
            for (int bit = 0; bit < bytes.length * 8; bit++) {
                byte[] flipped = Cases.withFlippedBit(bytes, bit);
                Optional<Bencode> read = read(flipped);
                if (read.isPresent()) {
                    assertArrayEquals(flipped, read.get().encode());
                    assertTrue(!read.get().equals(value), "two encodings of " + value);
                }
            }
        });
    }

    @Test
    void garbageIsRefusedAndNeverAnythingElse() {
        Cases.run(2_000, random -> {
            byte[] garbage = new byte[random.nextInt(40)];
            for (int i = 0; i < garbage.length; i++) {
                garbage[i] = (byte) "0123456789:ilde-".charAt(random.nextInt(16));
            }
            read(garbage).ifPresent(value -> assertArrayEquals(garbage, value.encode()));
        });
    }

    @ParameterizedTest
    @CsvSource({
        "i0e",
        "i-1e",
        "i9223372036854775807e",
        "i-9223372036854775808e",
        "0:",
        "3:abc",
        "le",
        "de",
        "l1:ai1ee",
        "d0:1:x1:a0:e"
    })
    void oneSpellingOfAValueIsRead(String text) {
        assertEquals(text, new String(parse(text).encode(), ISO_8859_1));
    }

    @ParameterizedTest
    @CsvSource({
        "'', the end comes too early at byte 0",
        "i01e, a number with a leading zero at byte 1",
        "i-0e, minus zero at byte 1",
        "i+1e, no value at byte 1",
        "ie, no value at byte 1",
        "i9223372036854775808e, an integer that does not fit 64 bits at byte 1",
        "i99999999999999999999e, a number of more than 19 digits at byte 1",
        "i1, the end comes too early at byte 2",
        "i1x, no 'e' at byte 2",
        "03:abc, a number with a leading zero at byte 0",
        "4:abc, a string of 4 bytes where 3 are left at byte 0",
        "999999999999999999:, a string of 999999999999999999 bytes where 0 are left at byte 0",
        "-1:a, no value at byte 0",
        "3abc, no ':' at byte 1",
        "l, the end comes too early at byte 1",
        "i1ei2e, something after the value at byte 3",
        "d1:b0:1:a0:e, a key that is repeated or out of order at byte 6",
        "d1:a0:1:a0:e, a key that is repeated or out of order at byte 6",
        "di1e0:e, no value at byte 1",
        "d1:ae, no value at byte 4",
        "x, no value at byte 0"
    })
    void everyOtherSpellingIsRefusedWithItsPlace(String text, String problem) {
        BencodeException refusal = assertThrows(BencodeException.class, () -> parse(text));
        assertEquals("not bencoded: " + problem, refusal.getMessage());
    }

    @Test
    void nestingIsBounded() {
        String deep = "l".repeat(100_000) + "e".repeat(100_000);
        assertTrue(String.valueOf(
                        assertThrows(BencodeException.class, () -> parse(deep)).getMessage())
                .contains("nested too deeply"));
        assertEquals(Bencode.list(List.of()), BencodeReader.parse("le".getBytes(ISO_8859_1), 1));
        assertThrows(BencodeException.class, () -> BencodeReader.parse("le".getBytes(ISO_8859_1), 0));
    }

    @Test
    void keysAreOrderedByUnsignedBytes() {
        Bencode.BDictionary dictionary = Bencode.dictionary()
                .put(new byte[] {(byte) 0xff}, Bencode.of(1))
                .put("a", 2)
                .put("", 3)
                .build();
        assertEquals("d0:i3e1:ai2e1:\u00ffi1ee", new String(dictionary.encode(), ISO_8859_1));
        assertEquals(Optional.of(2L), dictionary.integer("a"));
        assertEquals(Optional.empty(), dictionary.string("a"));
    }

    private static Bencode parse(String text) {
        return BencodeReader.parse(text.getBytes(ISO_8859_1));
    }

    private static Optional<Bencode> read(byte[] bytes) {
        try {
            return Optional.of(BencodeReader.parse(bytes));
        } catch (BencodeException e) {
            return Optional.empty();
        }
    }

    private static Bencode value(RandomGenerator random, int depth) {
        return switch (random.nextInt(depth == 0 ? 2 : 4)) {
            case 0 -> Bencode.of(random.nextLong() >> random.nextInt(64));
            case 1 -> Bencode.of(Cases.bytes(random, random.nextInt(12)));
            case 2 -> {
                List<Bencode> items = new ArrayList<>();
                for (int i = random.nextInt(4); i > 0; i--) {
                    items.add(value(random, depth - 1));
                }
                yield Bencode.list(items);
            }
            default -> {
                Bencode.DictionaryBuilder builder = Bencode.dictionary();
                for (int i = random.nextInt(4); i > 0; i--) {
                    builder.put(Cases.bytes(random, random.nextInt(4)), value(random, depth - 1));
                }
                yield builder.build();
            }
        };
    }
}
