package packhorse.core.content;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import packhorse.core.json.CanonicalJson;
import packhorse.core.json.Json;
import packhorse.core.json.Json.JsonInteger;
import packhorse.core.json.Json.JsonObject;
import packhorse.core.json.Json.JsonString;
import packhorse.core.json.JsonFields;
import packhorse.core.json.JsonReader;

/** One line of a file list: an entry as canonical JSON, then a newline. Reading refuses every other spelling. */
public final class FileEntryCodec {
    /** Path and link target may have 4096 bytes each, doubled by escapes; the rest is short. */
    public static final int LINE_BYTES_MAX = 20 << 10;

    private FileEntryCodec() {}

    /** The entry's line, with its newline. */
    public static byte[] encode(FileEntry entry) {
        Map<String, Json> out = new LinkedHashMap<>();
        out.put("path", new JsonString(entry.path()));
        out.put("mode", new JsonInteger(entry.mode()));
        out.put("uid", new JsonInteger(entry.owner().uid()));
        out.put("gid", new JsonInteger(entry.owner().gid()));
        switch (entry) {
            case FileEntry.File file -> {
                out.put("type", new JsonString("file"));
                out.put("size", new JsonInteger(file.size()));
                out.put("sha256", new JsonString(file.sha256().hex()));
            }
            case FileEntry.Directory directory -> out.put("type", new JsonString("directory"));
            case FileEntry.Link link -> {
                out.put("type", new JsonString("link"));
                out.put("target", new JsonString(link.target()));
            }
        }
        byte[] json = CanonicalJson.encode(JsonObject.of(out));
        byte[] line = Arrays.copyOf(json, json.length + 1);
        line[json.length] = '\n';
        return line;
    }

    /**
     * Reads one line, with its newline.
     *
     * @throws BadContentException for every byte string that {@link #encode} does not make
     */
    public static FileEntry decode(byte[] line) {
        if (line.length > LINE_BYTES_MAX) {
            throw new BadContentException(
                    "a line of the file list has " + line.length + " bytes, the most is " + LINE_BYTES_MAX);
        }
        FileEntry entry;
        try {
            entry = entry(JsonFields.of(JsonReader.parse(line), "file list entry"));
        } catch (IllegalArgumentException e) {
            throw new BadContentException("the file list is malformed: " + e.getMessage(), e);
        }
        if (!Arrays.equals(encode(entry), line)) {
            throw new BadContentException("the file list's entry " + entry.path() + " is not in canonical form");
        }
        return entry;
    }

    private static FileEntry entry(JsonFields fields) {
        String path = fields.string("path");
        int mode = (int) fields.integer("mode", 0, 07777);
        FileEntry.Owner owner = new FileEntry.Owner(
                (int) fields.integer("uid", 0, Integer.MAX_VALUE), (int) fields.integer("gid", 0, Integer.MAX_VALUE));
        String type = fields.string("type");
        FileEntry entry = switch (type) {
            case "file" ->
                new FileEntry.File(path, mode, owner, fields.integer("size"), Sha256.parse(fields.string("sha256")));
            case "directory" -> new FileEntry.Directory(path, mode, owner);
            case "link" -> new FileEntry.Link(path, mode, owner, fields.string("target"));
            default ->
                throw new IllegalArgumentException("an entry is a file, a directory or a link, not \"" + type + "\"");
        };
        fields.done();
        return entry;
    }
}
