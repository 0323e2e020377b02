package packhorse.peer.adapter.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import packhorse.core.content.CodeClass;
import packhorse.core.content.FileEntry.Owner;
import packhorse.core.content.Sha256;
import packhorse.core.json.Json;
import packhorse.core.json.Json.JsonInteger;
import packhorse.core.json.Json.JsonObject;
import packhorse.core.json.Json.JsonString;
import packhorse.core.json.JsonFields;
import packhorse.peer.adapter.AdapterException;
import packhorse.peer.adapter.Way;
import packhorse.peer.adapter.config.Plan.Planned;
import packhorse.peer.adapter.text.KeyFormat;

/** A file as it was found: its text, or that there was none, with mode, owner and time. */
sealed interface Seen {
    /** Configuration is read into memory; what is larger is none. */
    int BYTES_MAX = 4 << 20;

    /** Nothing has that name. */
    record Absent() implements Seen {}

    /**
     * A regular file.
     *
     * @param content its bytes as characters
     * @param modified empty for one that is written now
     */
    record There(String content, int mode, int uid, int gid, Optional<Instant> modified) implements Seen {
        private static final int FRESH_MODE = 0644;

        /**
         * A file that is to be there, with the mode and owner that it has, or had, where the plan says none.
         *
         * @param now what is there
         * @param origin what was there before the line's first release; null where that is not known
         * @param fresh whose it is where there was none
         */
        static There of(String text, Seen now, Optional<Planned> planned, @Nullable Seen origin, Owner fresh) {
            // Back to exactly the text it had: with the mode and owner it had.
            boolean back = planned.isEmpty()
                    && origin instanceof There was
                    && was.content().equals(text);
            Seen model = back || now instanceof Absent ? origin == null ? now : origin : now;
            OptionalInt mode = planned.map(Planned::mode).orElse(OptionalInt.empty());
            Optional<Owner> owner = planned.flatMap(Planned::owner);
            return switch (model) {
                case There there ->
                    new There(
                            text,
                            mode.orElse(there.mode()),
                            owner.map(Owner::uid).orElse(there.uid()),
                            owner.map(Owner::gid).orElse(there.gid()),
                            back ? there.modified() : Optional.empty());
                case Absent absent ->
                    new There(
                            text,
                            mode.orElse(FRESH_MODE),
                            owner.orElse(fresh).uid(),
                            owner.orElse(fresh).gid(),
                            Optional.empty());
            };
        }
    }

    /**
     * Looks.
     *
     * @throws AdapterException where something else than a regular file of a bearable size has the name
     */
    static Seen of(Path file) throws IOException {
        if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            return new Absent();
        }
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new AdapterException(
                    CodeClass.ENVIRONMENT, file + " is no regular file; move it away or correct the path");
        }
        Map<String, Object> all = Way.attributes(file, "mode,uid,gid,lastModifiedTime");
        byte[] bytes = bytes(file);
        if (bytes.length > BYTES_MAX) {
            throw new AdapterException(
                    CodeClass.ENVIRONMENT,
                    file + " has " + Files.size(file) + " bytes; files of configuration have at most " + BYTES_MAX);
        }
        FileTime modified = (FileTime) Objects.requireNonNull(all.get("lastModifiedTime"));
        return new There(
                KeyFormat.text(bytes),
                number(all, "mode") & 07777,
                number(all, "uid"),
                number(all, "gid"),
                Optional.of(modified.toInstant()));
    }

    /** Of the file itself: whoever may exchange it for a link may not read what the link leads to. */
    private static byte[] bytes(Path file) throws IOException {
        try (InputStream in = Channels.newInputStream(Way.read(file))) {
            return in.readNBytes(BYTES_MAX + 1);
        }
    }

    private static int number(Map<String, Object> attributes, String name) {
        return (Integer) Objects.requireNonNull(attributes.get(name), name);
    }

    default Optional<String> text() {
        return switch (this) {
            case Absent absent -> Optional.empty();
            case There there -> Optional.of(there.content());
        };
    }

    /** A short form of what it was, to compare with. */
    default String digest() {
        return digest(text());
    }

    static String digest(Optional<String> text) {
        return text.map(known -> Sha256.of(KeyFormat.bytes(known)).hex()).orElse("absent");
    }

    /** Whether both are one file to everybody who does not ask for times. */
    default boolean same(Seen other) {
        return switch (this) {
            case Absent absent -> other instanceof Absent;
            case There there ->
                other instanceof There that
                        && there.content().equals(that.content())
                        && there.mode() == that.mode()
                        && there.uid() == that.uid()
                        && there.gid() == that.gid();
        };
    }

    default Json write() {
        Map<String, Json> out = new LinkedHashMap<>();
        if (this instanceof There there) {
            out.put("text", Plan.raw(there.content()));
            out.put("mode", new JsonInteger(there.mode()));
            out.put("uid", new JsonInteger(there.uid()));
            out.put("gid", new JsonInteger(there.gid()));
            there.modified().ifPresent(time -> out.put("modified", new JsonString(time.toString())));
        }
        return JsonObject.of(out);
    }

    static Seen read(JsonFields fields) {
        if (!fields.has("text")) {
            return new Absent();
        }
        return new There(
                Plan.text(fields.string("text")),
                (int) fields.integer("mode", 0, 07777),
                (int) fields.integer("uid", 0, Integer.MAX_VALUE),
                (int) fields.integer("gid", 0, Integer.MAX_VALUE),
                fields.optionalString("modified").map(Instant::parse));
    }
}
