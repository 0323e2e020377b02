package packhorse.console.cli;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import packhorse.core.OperationException;
import packhorse.core.UsageException;
import packhorse.core.durable.DurableFiles;
import packhorse.core.json.CanonicalJson;
import packhorse.core.json.Json;
import packhorse.core.json.Json.JsonString;
import packhorse.core.json.JsonFields;
import packhorse.core.json.JsonReader;

/**
 * Which console somebody talks to, and as whom; kept for the next command in a file that only its owner reads.
 *
 * @param server the console's address
 * @param authority the certificate that proves it; absent: plain HTTP, which only this machine's consoles speak
 * @param token what shows who is asking
 */
record Profile(URI server, Optional<Path> authority, String token) {
    private static final int BYTES_MAX = 16 << 10;

    /** This machine's own addresses, by the look of it: whom a name leads to is not asked. */
    private static final Pattern LOOPBACK =
            Pattern.compile("localhost|127(\\.[0-9]{1,3}){3}|\\[(::|(0{1,4}:){7})0{0,3}1]", Pattern.CASE_INSENSITIVE);

    Profile {
        requireAddress(server);
    }

    /** @throws UsageException where it is no console's address, or plain HTTP would leave this machine */
    static URI requireAddress(URI server) {
        boolean http = "https".equals(server.getScheme()) || "http".equals(server.getScheme());
        if (!http || server.getHost() == null || server.getRawQuery() != null || server.getRawUserInfo() != null) {
            throw new UsageException("\"" + server + "\" is no console's address; write https://HOST:7600");
        }
        if ("http".equals(server.getScheme())
                && !LOOPBACK.matcher(server.getHost()).matches()) {
            throw new UsageException(server + " would carry your password and what you ask in the clear; write https://"
                    + server.getRawAuthority()
                    + " (plain http is for a console on this machine, http://127.0.0.1:7600)");
        }
        return server;
    }

    /** The file of this user. */
    static Path file() {
        String folder = System.getenv("XDG_CONFIG_HOME");
        Path base = folder == null || folder.isBlank()
                ? Path.of(System.getProperty("user.home", "."), ".config")
                : Path.of(folder);
        return base.resolve("packhorse").resolve("console.json");
    }

    /** What was kept; empty where nothing was. */
    static Optional<Profile> read(Path file) {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            if (Files.size(file) > BYTES_MAX) {
                throw new UsageException(file + " is no profile; log in again with packhorse login");
            }
            JsonFields fields = JsonFields.of(JsonReader.parse(Files.readAllBytes(file)), file.toString());
            Profile profile = new Profile(
                    URI.create(fields.string("server")),
                    fields.optionalString("authority").map(Path::of),
                    fields.string("token"));
            fields.done();
            return Optional.of(profile);
        } catch (IllegalArgumentException e) {
            throw new UsageException(
                    file + " is damaged (" + e.getMessage() + "); log in again with packhorse login", e);
        } catch (IOException e) {
            throw new OperationException("cannot read " + file + ": " + DurableFiles.reason(e), e);
        }
    }

    /** Keeps it. */
    void write(Path file) {
        Map<String, Json> fields = new TreeMap<>();
        fields.put("server", new JsonString(server.toString()));
        authority.ifPresent(path ->
                fields.put("authority", new JsonString(path.toAbsolutePath().toString())));
        fields.put("token", new JsonString(token));
        try {
            Files.createDirectories(Optional.ofNullable(file.getParent()).orElseThrow());
        } catch (IOException e) {
            throw new OperationException("cannot keep the profile in " + file + ": " + DurableFiles.reason(e), e);
        }
        new DurableFiles().replacePrivate(file, CanonicalJson.encode(Json.JsonObject.of(fields)));
    }

    /** Forgets what was kept. */
    static boolean forget(Path file) {
        try {
            return Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new OperationException("cannot delete " + file + ": " + DurableFiles.reason(e), e);
        }
    }

    @Override
    public String toString() {
        return server.toString();
    }

    /** The first line of a file with a token. */
    static String tokenOf(Path file) {
        try {
            return Files.readString(file, StandardCharsets.UTF_8)
                    .lines()
                    .findFirst()
                    .map(String::strip)
                    .filter(line -> !line.isEmpty())
                    .orElseThrow(() -> new UsageException(file + " holds no token in its first line"));
        } catch (IOException e) {
            throw new UsageException("cannot read the token in " + file + ": " + DurableFiles.reason(e), e);
        }
    }
}
