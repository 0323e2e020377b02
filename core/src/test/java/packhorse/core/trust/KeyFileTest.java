package packhorse.core.trust;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.UsageException;

final class KeyFileTest {
    @TempDir
    private Path directory;

    private final SigningKey key = ForgedRepository.key(5);

    private final SecureRandom random = new SecureRandom();

    private static StretchedPassphrase passphrase(String text) {
        return CheapPassphrase.of(text);
    }

    private void write(Path file, SigningKey written, StretchedPassphrase passphrase) {
        KeyFile.write(file, written, passphrase, random);
    }

    @Test
    void keysThatWereSealedTogetherOpenForThePriceOfOne() {
        List<SigningKey> keys =
                IntStream.range(0, 3).mapToObj(ForgedRepository::key).toList();
        try (StretchedPassphrase sealing = passphrase("secret")) {
            keys.forEach(each -> write(directory.resolve(name(keys, each)), each, sealing));
            assertEquals(1, sealing.stretchings());
        }
        try (StretchedPassphrase opening = passphrase("secret")) {
            keys.forEach(each -> assertEquals(
                    each.publicKey(),
                    KeyFile.read(directory.resolve(name(keys, each)), opening).publicKey()));
            assertEquals(1, opening.stretchings());
        }
        assertThrows(
                UsageException.class,
                () -> KeyFile.read(directory.resolve(name(keys, keys.getLast())), passphrase("other")));
    }

    private static String name(List<SigningKey> keys, SigningKey one) {
        return "targets-" + (keys.indexOf(one) + 1) + ".key";
    }

    @Test
    void keysThatShareASaltHaveNoncesOfTheirOwn() throws IOException {
        try (StretchedPassphrase sealing = passphrase("secret")) {
            // The same key twice: under one nonce too, what is sealed would be the same.
            write(directory.resolve("a.key"), key, sealing);
            write(directory.resolve("b.key"), key, sealing);
        }
        String a = Files.readString(directory.resolve("a.key"));
        String b = Files.readString(directory.resolve("b.key"));
        assertEquals(member(a, "salt"), member(b, "salt"));
        assertNotEquals(member(a, "nonce"), member(b, "nonce"));
        assertNotEquals(member(a, "sealed"), member(b, "sealed"));
    }

    @Test
    void twoPassphrasesShareNoSalt() throws IOException {
        write(directory.resolve("a.key"), key, passphrase("secret"));
        write(directory.resolve("b.key"), key, passphrase("secret"));
        assertNotEquals(
                member(Files.readString(directory.resolve("a.key")), "salt"),
                member(Files.readString(directory.resolve("b.key")), "salt"));
    }

    @Test
    void nothingIsSealedUnderANonceASecondTime() {
        SecureRandom stuck = new SecureRandom() {
            private static final long serialVersionUID = 1;

            @Override
            public void nextBytes(byte[] bytes) {
                Arrays.fill(bytes, (byte) 7);
            }
        };
        try (StretchedPassphrase sealing = passphrase("secret")) {
            KeyFile.write(directory.resolve("a.key"), key, sealing, stuck);
            assertThrows(
                    IllegalStateException.class,
                    () -> KeyFile.write(directory.resolve("b.key"), ForgedRepository.key(6), sealing, stuck));
        }
        assertFalse(Files.exists(directory.resolve("b.key")));
    }

    @Test
    void aPassphraseThatWasOverwrittenOpensNothing() {
        Path file = directory.resolve("targets.key");
        StretchedPassphrase sealing = passphrase("secret");
        write(file, key, sealing);
        sealing.close();
        assertThrows(IllegalStateException.class, () -> KeyFile.read(file, sealing));
    }

    /** RFC 9106, and a tenth of a second or more for each guess. */
    @Test
    void whatIsSealedIsDearToGuess() throws IOException {
        Path file = directory.resolve("targets.key");
        write(file, key, new StretchedPassphrase("secret".toCharArray()));
        assertTrue(
                Files.readString(file)
                        .contains("\"kdf\":{\"lanes\":1,\"memoryKib\":65536,\"name\":\"argon2id\",\"passes\":3,"),
                Files.readString(file));
        assertEquals(key.publicKey(), KeyFile.read(file, passphrase("secret")).publicKey());
    }

    /** As it was written when every file had a salt of its own. */
    @Test
    void aFileOfTheFirstVersionOpens() throws IOException {
        Path file = directory.resolve("targets.key");
        Files.writeString(file, """
            {"format":1,"kdf":{"lanes":1,"memoryKib":65536,"name":"argon2id","passes":3,\
            "salt":"b9c63592943f328d21c7278122010876"},\
            "keyid":"e9d933784bfeb1d51791fdd145c115646e16ccff141fedbfaf2dea96bb2abf0e",\
            "public":"6e7a1cdd29b0b78fd13af4c5598feff4ef2a97166e3ca6f2e4fbfccd80505bf1",\
            "seal":{"name":"aes-256-gcm","nonce":"63e9fb2eebb7a496510100b3"},\
            "sealed":"7a6f9330605a5cc9efa5795fd6f0421a93124d438304211892029fc1612d9ed0\
            adf49431f0bddc3d833a88660a8e4cc7","type":"packhorse-signing-key"}\
            """);
        assertEquals(key.publicKey(), KeyFile.read(file, passphrase("grüße 😀")).publicKey());
    }

    @Test
    void opensUnderItsPassphraseAndNoOther() {
        Path file = directory.resolve("targets.key");
        write(file, key, passphrase("grüße 😀"));
        assertEquals(key.publicKey(), KeyFile.read(file, passphrase("grüße 😀")).publicKey());
        assertEquals(key.publicKey(), KeyFile.readPublic(file));
        UsageException refusal = assertThrows(UsageException.class, () -> KeyFile.read(file, passphrase("grüsse 😀")));
        assertTrue(String.valueOf(refusal.getMessage()).contains("passphrase is wrong"), refusal.getMessage());
    }

    @Test
    void isForItsOwnerOnlyAndHoldsNoClearKey() throws IOException {
        Path file = directory.resolve("targets.key");
        write(file, key, passphrase("secret"));
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        String text = Files.readString(file);
        assertFalse(text.contains(HexFormat.of().formatHex(key.seed())), text);
        try (Stream<Path> left = Files.list(directory)) {
            assertEquals(List.of(file), left.toList());
        }
    }

    @Test
    void isNeverWrittenOver() throws IOException {
        Path file = directory.resolve("targets.key");
        write(file, key, passphrase("secret"));
        byte[] before = Files.readAllBytes(file);
        assertThrows(UsageException.class, () -> write(file, ForgedRepository.key(6), passphrase("secret")));
        assertEquals(new String(before, StandardCharsets.UTF_8), Files.readString(file));
    }

    @Test
    void anEmptyPassphraseIsRefused() {
        Path file = directory.resolve("targets.key");
        assertThrows(UsageException.class, () -> write(file, key, passphrase("")));
        assertFalse(Files.exists(file));
    }

    @Test
    void aChangedFileIsRefused() throws IOException {
        Path file = directory.resolve("targets.key");
        write(file, key, passphrase("secret"));
        String honest = Files.readString(file);
        String other = ForgedRepository.key(6).publicKey().hex();
        for (String changed : List.of(
                "",
                "{}",
                honest.substring(1),
                honest.replace("\"format\":1", "\"format\":2"),
                honest.replace("argon2id", "argon2ie"),
                honest.replace("\"memoryKib\":8", "\"memoryKib\":99999999999"),
                honest.replace("\"passes\":1", "\"passes\":2"),
                honest.replace(key.publicKey().hex(), other),
                honest.replace("\"sealed\":\"", "\"sealed\":\"00"),
                honest.replace("\"type\":", "\"extra\":1,\"type\":"),
                flippedHex(honest, "\"sealed\":\""),
                flippedHex(honest, "\"nonce\":\""),
                flippedHex(honest, "\"salt\":\""))) {
            Files.writeString(file, changed);
            assertThrows(UsageException.class, () -> KeyFile.read(file, passphrase("secret")), changed);
        }
        Files.writeString(file, honest);
        assertEquals(key.publicKey(), KeyFile.read(file, passphrase("secret")).publicKey());
    }

    @Test
    void aMissingFileIsNamed() {
        Path file = directory.resolve("none.key");
        UsageException refusal = assertThrows(UsageException.class, () -> KeyFile.read(file, passphrase("secret")));
        assertTrue(String.valueOf(refusal.getMessage()).contains("there is no such file"), refusal.getMessage());
    }

    /** What the file says of {@code name}, a text. */
    private static String member(String json, String name) {
        String before = "\"" + name + "\":\"";
        int at = json.indexOf(before) + before.length();
        return json.substring(at, json.indexOf('"', at));
    }

    private static String flippedHex(String text, String after) {
        int at = text.indexOf(after) + after.length();
        return text.substring(0, at) + (text.charAt(at) == '0' ? '1' : '0') + text.substring(at + 1);
    }
}
