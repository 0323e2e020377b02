package packhorse.peer.adapter.image;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import packhorse.core.content.CodeClass;
import packhorse.core.durable.Durably;
import packhorse.core.json.Json;
import packhorse.core.json.Json.JsonInteger;
import packhorse.core.json.Json.JsonObject;
import packhorse.core.json.Json.JsonString;
import packhorse.core.json.JsonFields;
import packhorse.peer.adapter.AdapterException;
import packhorse.peer.adapter.InstallDisk;
import packhorse.peer.adapter.Workplace;
import packhorse.peer.adapter.text.KeyFormat;

/** What the boot loader reads to know which slot to start: looked at, changed in one step, put back. */
final class Switching {
    private static final int FRESH_MODE = 0644;
    /** A boot loader's file has some lines. */
    private static final int BYTES_MAX = 1 << 20;

    private final ImageSettings.Switch change;
    private final InstallDisk disk;
    private final Path file;
    private final Optional<Path> triesFile;

    Switching(ImageSettings.Switch change, Workplace here) {
        this.change = change;
        this.disk = here.disk();
        this.file = here.at(change.file());
        this.triesFile = change instanceof ImageSettings.Switch.Link link
                ? Optional.of(here.at(link.triesFile()))
                : Optional.empty();
    }

    /** The slot that is started next; empty where nothing says so. */
    Optional<String> selected() throws IOException {
        return switch (change) {
            case ImageSettings.Switch.Link link -> {
                if (Files.isSymbolicLink(file)) {
                    yield Optional.of(Files.readSymbolicLink(file).toString());
                }
                requireNothing(file, "a link");
                yield Optional.empty();
            }
            case ImageSettings.Switch.KeyValue keyValue ->
                text(file).flatMap(text -> KeyFormat.INI.find(text, keyValue.key()));
        };
    }

    private static void requireNothing(Path file, String what) {
        if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new AdapterException(
                    CodeClass.ENVIRONMENT,
                    file + " is not " + what + "; correct settings.switch or the boot loader's set-up");
        }
    }

    private static Optional<String> text(Path file) throws IOException {
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            requireNothing(file, "a file");
            return Optional.empty();
        }
        if (Files.size(file) > BYTES_MAX) {
            throw new AdapterException(CodeClass.ENVIRONMENT, file + " is too large for a boot loader's file");
        }
        return Optional.of(KeyFormat.text(Files.readAllBytes(file)));
    }

    /** Leads to a slot; the tries first where they stand apart, so that no slot is started without them. */
    void to(String slot, OptionalInt tries) throws IOException {
        switch (change) {
            case ImageSettings.Switch.Link link -> {
                if (tries.isPresent()) {
                    put(triesFile.orElseThrow(), tries.getAsInt() + "\n");
                }
                disk.switchLink(file, slot);
            }
            case ImageSettings.Switch.KeyValue keyValue -> {
                String edited = KeyFormat.INI.set(text(file).orElse(""), keyValue.key(), slot);
                if (tries.isPresent()) {
                    edited = KeyFormat.INI.set(edited, keyValue.triesKey(), Integer.toString(tries.getAsInt()));
                }
                put(file, edited);
            }
        }
    }

    /** How often the boot loader still tries; empty where it does not count. */
    Optional<String> tries() throws IOException {
        return switch (change) {
            case ImageSettings.Switch.Link link -> text(triesFile.orElseThrow()).map(String::strip);
            case ImageSettings.Switch.KeyValue keyValue ->
                text(file).flatMap(text -> KeyFormat.INI.find(text, keyValue.triesKey()));
        };
    }

    /** The slot is good: the boot loader need not count any more. */
    void good() throws IOException {
        switch (change) {
            case ImageSettings.Switch.Link link -> delete(triesFile.orElseThrow());
            case ImageSettings.Switch.KeyValue keyValue -> {
                Optional<String> text = text(file);
                if (text.isPresent()) {
                    String edited = KeyFormat.INI.remove(text.get(), keyValue.triesKey());
                    if (!edited.equals(text.get())) {
                        put(file, edited);
                    }
                }
            }
        }
        // Also where they were gone: the process that took them away may have been ended before that was on the disk.
        disk.force(Durably.directoryOf(file));
    }

    private void put(Path to, String text) throws IOException {
        int mode = FRESH_MODE;
        if (Files.isRegularFile(to, LinkOption.NOFOLLOW_LINKS)) {
            // The mode of a file on a boot partition is often the only one that its file system knows.
            mode = mode(to);
        }
        disk.replace(to, KeyFormat.bytes(text), mode);
    }

    private static int mode(Path path) throws IOException {
        return (Integer) Objects.requireNonNull(Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS))
                & 07777;
    }

    private void delete(Path path) throws IOException {
        disk.delete(InstallDisk.freshBeside(path));
        if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            disk.delete(path);
            disk.force(Objects.requireNonNull(path.getParent()));
        }
    }

    // ---- as it was ----

    /** What it says now, to be put back. */
    JsonObject keep() throws IOException {
        Map<String, Json> out = new LinkedHashMap<>();
        out.put("switch", keep(file));
        if (triesFile.isPresent()) {
            out.put("tries", keep(triesFile.get()));
        }
        return JsonObject.of(out);
    }

    private static JsonObject keep(Path path) throws IOException {
        Map<String, Json> out = new LinkedHashMap<>();
        if (Files.isSymbolicLink(path)) {
            out.put("link", new JsonString(Files.readSymbolicLink(path).toString()));
        } else {
            Optional<String> text = text(path);
            if (text.isPresent()) {
                byte[] bytes = KeyFormat.bytes(text.get());
                out.put("text", new JsonString(Base64.getEncoder().encodeToString(bytes)));
                out.put("mode", new JsonInteger(mode(path)));
            }
        }
        return JsonObject.of(out);
    }

    /** Puts back what {@link #keep} saw; the switch first, then the tries. */
    void restore(JsonFields kept) throws IOException {
        restore(file, kept.object("switch"));
        if (triesFile.isPresent()) {
            restore(triesFile.get(), kept.object("tries"));
        }
    }

    private void restore(Path path, JsonFields kept) throws IOException {
        if (kept.has("link")) {
            String target = kept.string("link");
            if (!Files.isSymbolicLink(path)
                    || !Files.readSymbolicLink(path).toString().equals(target)) {
                disk.switchLink(path, target);
            }
        } else if (kept.has("text")) {
            byte[] bytes = Base64.getDecoder().decode(kept.string("text"));
            int mode = (int) kept.integer("mode", 0, 07777);
            boolean same = Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)
                    && java.util.Arrays.equals(Files.readAllBytes(path), bytes)
                    && mode(path) == mode;
            if (!same) {
                disk.replace(path, bytes, mode);
            }
        } else {
            delete(path);
        }
        disk.delete(InstallDisk.freshBeside(path));
        Path parent = Objects.requireNonNull(path.getParent());
        if (Files.isDirectory(parent)) {
            disk.force(parent);
        }
    }

    /** What runs now, by the file that says so. */
    static Optional<String> running(ImageSettings.Running running, Workplace here) throws IOException {
        Path said = here.at(running.file());
        if (!Files.exists(said)) {
            return Optional.empty();
        }
        String text = new String(Files.readAllBytes(said), StandardCharsets.UTF_8).strip();
        if (running.key().isEmpty()) {
            return Optional.of(text);
        }
        String prefix = running.key().get() + "=";
        // Of two the kernel takes the later.
        return java.util.Arrays.stream(text.split("\\s+", -1))
                .filter(word -> word.startsWith(prefix))
                .map(word -> word.substring(prefix.length()))
                .reduce((earlier, later) -> later);
    }
}
