package packhorse.core.trust;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.UsageException;

final class KeyFileTest {
    @TempDir
    private Path directory;

    private final SigningKey key = ForgedRepository.key(5);

    private static char[] passphrase(String text) {
        return text.toCharArray();
    }

    @Test
    void opensUnderItsPassphraseAndNoOther() {
        Path file = directory.resolve("targets.key");
        KeyFile.write(file, key, passphrase("grüße 😀"));
        assertEquals(key.publicKey(), KeyFile.read(file, passphrase("grüße 😀")).publicKey());
        assertEquals(key.publicKey(), KeyFile.readPublic(file));
        UsageException refusal = assertThrows(UsageException.class, () -> KeyFile.read(file, passphrase("grüsse 😀")));
        assertTrue(String.valueOf(refusal.getMessage()).contains("passphrase is wrong"), refusal.getMessage());
    }

    @Test
    void isForItsOwnerOnlyAndHoldsNoClearKey() throws IOException {
        Path file = directory.resolve("targets.key");
        KeyFile.write(file, key, passphrase("secret"));
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
        KeyFile.write(file, key, passphrase("secret"));
        byte[] before = Files.readAllBytes(file);
        assertThrows(UsageException.class, () -> KeyFile.write(file, ForgedRepository.key(6), passphrase("secret")));
        assertEquals(new String(before, StandardCharsets.UTF_8), Files.readString(file));
    }

    @Test
    void anEmptyPassphraseIsRefused() {
        Path file = directory.resolve("targets.key");
        assertThrows(UsageException.class, () -> KeyFile.write(file, key, new char[0]));
        assertFalse(Files.exists(file));
    }

    @Test
    void aChangedFileIsRefused() throws IOException {
        Path file = directory.resolve("targets.key");
        KeyFile.write(file, key, passphrase("secret"));
        String honest = Files.readString(file);
        String other = ForgedRepository.key(6).publicKey().hex();
        for (String changed : List.of(
                "",
                "{}",
                honest.substring(1),
                honest.replace("\"format\":1", "\"format\":2"),
                honest.replace("argon2id", "argon2ie"),
                honest.replace("\"memoryKib\":65536", "\"memoryKib\":99999999999"),
                honest.replace("\"passes\":3", "\"passes\":2"),
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

    private static String flippedHex(String text, String after) {
        int at = text.indexOf(after) + after.length();
        return text.substring(0, at) + (text.charAt(at) == '0' ? '1' : '0') + text.substring(at + 1);
    }
}
