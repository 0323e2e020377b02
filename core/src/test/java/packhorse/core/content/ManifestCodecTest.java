package packhorse.core.content;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import packhorse.core.testing.Cases;

class ManifestCodecTest {
    @Test
    void everyManifestAndBundleSurvivesTheRoundTrip() {
        Cases.run(300, random -> {
            Manifest manifest = Samples.manifest(random);
            assertEquals(manifest, ManifestCodec.decode(ManifestCodec.encode(manifest)));
            assertEquals(
                    new TargetDocument.ManifestDocument(manifest),
                    TargetDocument.decode(ManifestCodec.encode(manifest)));
            Bundle bundle = Samples.bundle(random);
            assertEquals(bundle, BundleCodec.decode(BundleCodec.encode(bundle)));
            assertEquals(new TargetDocument.BundleDocument(bundle), TargetDocument.decode(BundleCodec.encode(bundle)));
        });
    }

    /** A signature is over the digest; so a flip must never pass as the same document, and never as a second spelling. */
    @Test
    void anyFlippedBitIsRefusedOrIsTheOneSpellingOfAnotherManifest() {
        Cases.run(4, random -> {
            Manifest manifest = Samples.manifest(random);
            requireFlipsCaught(manifest, ManifestCodec.encode(manifest), ManifestCodec::decode, ManifestCodec::encode);
            Bundle bundle = Samples.bundle(random);
            requireFlipsCaught(bundle, BundleCodec.encode(bundle), BundleCodec::decode, BundleCodec::encode);
        });
    }

    private static <T> void requireFlipsCaught(
            T value, byte[] bytes, Function<byte[], T> decode, Function<T, byte[]> encode) {
        int refused = 0;
        BlobRef signed = BlobRef.of(bytes);
        for (int bit = 0; bit < bytes.length * 8; bit++) {
            byte[] flipped = Cases.withFlippedBit(bytes, bit);
            assertNotEquals(signed, BlobRef.of(flipped));
            T read;
            try {
                read = decode.apply(flipped);
            } catch (BadContentException e) {
                refused++;
                continue;
            }
            assertNotEquals(value, read, "bit " + bit);
            assertArrayEquals(flipped, encode.apply(read), "bit " + bit);
        }
        assertTrue(refused > bytes.length * 4, "only " + refused + " of " + bytes.length * 8 + " flips were malformed");
    }

    @Test
    void everyTruncationIsRefused() {
        byte[] bytes = ManifestCodec.encode(sample());
        for (int length = 0; length < bytes.length; length++) {
            byte[] part = java.util.Arrays.copyOf(bytes, length);
            assertThrows(BadContentException.class, () -> ManifestCodec.decode(part));
        }
    }

    @Test
    void equalManifestsHaveEqualBytesWhenever() {
        assertArrayEquals(ManifestCodec.encode(sample()), ManifestCodec.encode(sample()));
    }

    @Test
    void theFirstFormatIsReadAndWrittenAsItWasRecorded() throws IOException {
        byte[] recorded = recorded("manifest-1.0.json");
        Manifest manifest = ManifestCodec.decode(recorded);
        assertEquals("acme/editor/1:2.0~rc1-3/linux-amd64.json", manifest.id().targetPath());
        assertTrue(manifest.openSwarm().isPresent());
        assertEquals(2, manifest.dependencies().size());
        assertArrayEquals(recorded, ManifestCodec.encode(manifest));
        byte[] bundle = recorded("bundle-1.0.json");
        assertEquals(2, BundleCodec.decode(bundle).members().size());
        assertArrayEquals(bundle, BundleCodec.encode(BundleCodec.decode(bundle)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"format\":\"1.0\" | \"format\":\"2.0\" | newer format 2.0, this Packhorse reads 1.1; install a newer",
                "\"format\":\"1.0\" | \"format\":\"1.2\" | newer format 1.2",
                "\"format\":\"1.0\" | \"format\":\"0.9\" | which never was",
                "\"format\":\"1.0\" | \"format\":\"new\" | which is no version",
                "\"install\":{}     | \"install\":{\"run\":\"x\"} | \"adapter\" is missing in manifest.install",
                "\"install\":{},    | '' | \"install\" is missing",
                "{\"content\":      | {\"comment\":\"x\",\"content\": | \"comment\" is unknown",
                "{\"content\":      | { \"content\": | not in canonical form",
                "\"kind\":\"package\" | \"kind\":\"virus\" | the kind is package or image, not \"virus\"",
                "\"packhorse-manifest\" | \"packhorse-mistake\" | is a \"packhorse-mistake\", not a packhorse-manifest",
                "\"version\":\"1:2.0~rc1-3\" | \"version\":\"..\" | is not a version",
                "\"contentName\":\"editor.bin\" | \"contentName\":\"../x\" | U+002F",
                "\"contentName\":\"editor.bin\" | \"contentName\":\"..\" | has the element \"..\"",
                "\"contentName\":\"editor.bin\" | \"contentName\":\"editor\\u002ebin\" | not in canonical form",
                "\"pieceLength\":524288 | \"pieceLength\":1048576 | has pieces of 524288 bytes, not 1048576",
                "\"count\":1 | \"count\":0 | lists no file",
                "\"count\":1 | \"count\":1.0 | fraction",
                "\"dependencies\":[ | \"dependencies\":[7, | is an object"
            })
    void otherBytesAreRefusedInOneLineThatSaysWhy(String was, String is, String why) throws IOException {
        String recorded = new String(recorded("manifest-1.0.json"), UTF_8);
        assertTrue(recorded.contains(was), was);
        String changed = recorded.replace(was, is);
        BadContentException refusal =
                assertThrows(BadContentException.class, () -> ManifestCodec.decode(changed.getBytes(UTF_8)));
        String message = String.valueOf(refusal.getMessage());
        assertTrue(message.contains(why), message);
        assertEquals(1, message.lines().count(), message);
    }

    @Test
    void anEndlessManifestIsRefusedByItsLength() {
        assertThrows(BadContentException.class, () -> ManifestCodec.decode(new byte[ManifestCodec.BYTES_MAX + 1]));
        assertThrows(BadContentException.class, () -> TargetDocument.decode(new byte[ManifestCodec.BYTES_MAX + 1]));
    }

    private static Manifest sample() {
        RandomGenerator random = RandomGeneratorFactory.of("Xoshiro256PlusPlus").create(7);
        return Samples.manifest(random);
    }

    private static byte[] recorded(String name) throws IOException {
        try (InputStream in = ManifestCodecTest.class.getResourceAsStream(name)) {
            return Objects.requireNonNull(in, name).readAllBytes();
        }
    }
}
