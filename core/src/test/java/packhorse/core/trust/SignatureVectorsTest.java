package packhorse.core.trust;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Known answers of RFC 8032, section 7.1, and of key ids. */
final class SignatureVectorsTest {
    private static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex);
    }

    @ParameterizedTest
    @CsvSource(
            value = {
                "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60,"
                        + "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a,'',"
                        + "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
                        + "d25bf5f0595bbe24655141438e7a100b",
                "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb,"
                        + "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c,72,"
                        + "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c"
                        + "387b2eaeb4302aeeb00d291612bb0c00",
                "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7,"
                        + "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025,af82,"
                        + "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc659"
                        + "4a7c15e9716ed28dc027beceea1ec40a"
            })
    void signsAndVerifiesTheKnownAnswers(String seed, String publicKey, String message, String signature) {
        SigningKey key = SigningKey.ofSeed(bytes(seed));
        assertEquals(publicKey, key.publicKey().hex());
        assertArrayEquals(bytes(signature), key.sign(bytes(message)));
        assertTrue(VerifyingKey.parse(publicKey).verify(bytes(message), bytes(signature)));
    }

    @Test
    void refusesEveryFlippedBitOfSignatureAndMessage() {
        SigningKey key = ForgedRepository.key(7);
        byte[] message = bytes("00112233445566778899");
        byte[] signature = key.sign(message);
        for (int bit = 0; bit < signature.length * Byte.SIZE; bit++) {
            byte[] flipped = signature.clone();
            flipped[bit / Byte.SIZE] ^= (byte) (1 << (bit % Byte.SIZE));
            assertFalse(key.publicKey().verify(message, flipped), "signature bit " + bit);
        }
        for (int bit = 0; bit < message.length * Byte.SIZE; bit++) {
            byte[] flipped = message.clone();
            flipped[bit / Byte.SIZE] ^= (byte) (1 << (bit % Byte.SIZE));
            assertFalse(key.publicKey().verify(flipped, signature), "message bit " + bit);
        }
        assertFalse(key.publicKey().verify(message, new byte[0]));
    }

    @Test
    void aKeyIdIsTheDigestOfTheCanonicalKey() {
        assertEquals(
                "74c181c7ad8a0855d4b55e44d2ba87aabdddb196832571f15f92fece332e4916",
                VerifyingKey.parse("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
                        .keyId()
                        .hex());
    }

    @Test
    void refusesWhatIsNoPublicKey() {
        assertThrows(IllegalArgumentException.class, () -> VerifyingKey.parse("00"));
        assertThrows(IllegalArgumentException.class, () -> VerifyingKey.parse("zz".repeat(32)));
        assertThrows(IllegalArgumentException.class, () -> VerifyingKey.parse("ff".repeat(32)));
    }
}
