package packhorse.core.trust;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import packhorse.core.OperationException;
import packhorse.core.durable.DurableFiles;
import packhorse.core.json.CanonicalJson;
import packhorse.core.json.Json;
import packhorse.core.json.Json.JsonInteger;
import packhorse.core.json.Json.JsonObject;
import packhorse.core.json.JsonFields;
import packhorse.core.json.JsonReader;

/**
 * The metadata a client trusts, in a directory of its own; one process at a time.
 *
 * <p>Every root ever trusted stays as {@code N.root.json}, the highest is the current one: going to the next root is one new
 * name, and a root of another deployment is told from ours at any of its versions. {@code timestamp.json},
 * {@code snapshot.json} and {@code targets.json} hold the newest of each. {@code state.json} says up to which root key
 * rotations were followed and when the last refresh succeeded; it is written after what it speaks of, so that a crash before
 * makes the work be done again, never be forgotten.
 */
public final class TrustedStore {
    private static final Pattern ROOT_NAME = Pattern.compile("([1-9][0-9]{0,17})\\.root\\.json");
    private static final String STATE_NAME = "state.json";

    /**
     * What is known beside the metadata.
     *
     * @param rootVersion up to this root, key rotations were followed; 0 before the first refresh
     * @param refreshed when the last noted refresh started; {@link Instant#MIN} before the first
     */
    record State(long rootVersion, Instant refreshed) {
        static final State NONE = new State(0, Instant.MIN);
    }

    private final Path directory;
    private final DurableFiles files;

    private TrustedStore(Path directory, DurableFiles files) {
        this.directory = directory;
        this.files = files;
    }

    /** The store in {@code directory}, which is made at the first write. */
    public static TrustedStore open(Path directory) {
        return open(directory, new DurableFiles());
    }

    static TrustedStore open(Path directory, DurableFiles files) {
        return new TrustedStore(directory, files);
    }

    public Path directory() {
        return directory;
    }

    /** The version of the current root, if one was pinned. */
    OptionalLong rootVersion() {
        if (!Files.isDirectory(directory)) {
            return OptionalLong.empty();
        }
        try (Stream<Path> list = Files.list(directory)) {
            return list.map(file -> ROOT_NAME.matcher(String.valueOf(file.getFileName())))
                    .filter(Matcher::matches)
                    .mapToLong(name -> Long.parseLong(name.group(1)))
                    .max();
        } catch (IOException e) {
            throw unreadable(directory, e);
        }
    }

    Optional<byte[]> root(long version) {
        return read(directory.resolve(version + "." + Role.ROOT.fileName()), Role.ROOT.lengthMaxBytes());
    }

    void putRoot(long version, byte[] bytes) {
        files.replace(directory.resolve(version + "." + Role.ROOT.fileName()), bytes);
    }

    Optional<byte[]> get(Role role) {
        return read(directory.resolve(role.fileName()), role.lengthMaxBytes());
    }

    void put(Role role, byte[] bytes) {
        files.replace(directory.resolve(role.fileName()), bytes);
    }

    void drop(Role role) {
        files.delete(directory.resolve(role.fileName()));
    }

    /** The noted state; a damaged note counts as none, which only makes work be done again. */
    State state() {
        try {
            return read(directory.resolve(STATE_NAME), Role.TIMESTAMP.lengthMaxBytes())
                    .map(bytes -> JsonFields.of(JsonReader.parse(bytes), STATE_NAME))
                    .map(note -> new State(
                            note.integer("rootVersion", 0, Long.MAX_VALUE),
                            Instant.ofEpochSecond(note.integer("refreshedEpochSeconds"))))
                    .orElse(State.NONE);
        } catch (IllegalArgumentException | java.time.DateTimeException e) {
            return State.NONE;
        }
    }

    void putState(State state) {
        Map<String, Json> note = new TreeMap<>();
        note.put("rootVersion", new JsonInteger(state.rootVersion()));
        note.put("refreshedEpochSeconds", new JsonInteger(state.refreshed().getEpochSecond()));
        files.replace(directory.resolve(STATE_NAME), CanonicalJson.encode(JsonObject.of(note)));
    }

    private static Optional<byte[]> read(Path file, int lengthMaxBytes) {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            if (Files.size(file) > lengthMaxBytes) {
                throw TrustException.tooLong(file.toString(), lengthMaxBytes);
            }
            return Optional.of(Files.readAllBytes(file));
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    private static OperationException unreadable(Path file, IOException e) {
        return new OperationException(
                file + " cannot be read: " + DurableFiles.reason(e) + "; mend the disk or its permissions", e);
    }
}
