package packhorse.peer.adapter.packages;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import packhorse.core.content.Sha256;
import packhorse.core.json.CanonicalJson;
import packhorse.core.json.Json;
import packhorse.core.json.Json.JsonArray;
import packhorse.core.json.Json.JsonBoolean;
import packhorse.core.json.Json.JsonInteger;
import packhorse.core.json.Json.JsonObject;
import packhorse.core.json.Json.JsonString;
import packhorse.core.json.JsonFields;
import packhorse.core.json.JsonReader;

/**
 * What packages bring, read out of them before they are installed: which packages, and every name with what has to be found
 * there afterwards.
 *
 * @param packages versions by name
 * @param items in the packages' order
 */
public record Inventory(SortedMap<String, String> packages, List<Item> items) {
    private static final int BUFFER_BYTES = 64 << 10;
    /** For an owner or group that is not known by number. */
    public static final int UNKNOWN = -1;

    /** What has a name. */
    public enum Type {
        FILE,
        DIRECTORY,
        LINK
    }

    /**
     * One name.
     *
     * @param path from {@code /}
     * @param mode {@code 0…07777}
     * @param uid −1 where the package knows the owner by name only; so for {@code gid}
     * @param sha256 of a file, where known
     * @param target of a link
     * @param configuration the machine's administrator may change it
     * @param optional need not be there
     */
    public record Item(
            String path,
            Type type,
            int mode,
            int uid,
            int gid,
            long size,
            Optional<Sha256> sha256,
            String target,
            boolean configuration,
            boolean optional) {
        public static Item directory(String path, int mode, int uid, int gid) {
            return new Item(path, Type.DIRECTORY, mode, uid, gid, 0, Optional.empty(), "", false, false);
        }

        public static Item link(String path, String target, int uid, int gid) {
            return new Item(path, Type.LINK, 0777, uid, gid, 0, Optional.empty(), target, false, false);
        }

        /** The same as a configuration file. */
        public Item asConfiguration() {
            return new Item(path, type, mode, uid, gid, size, sha256, target, true, optional);
        }

        /** The same where a machine puts it elsewhere. */
        public Item at(String otherPath) {
            return new Item(otherPath, type, mode, uid, gid, size, sha256, target, configuration, optional);
        }

        /** The same with the mode, and whatever owner, that a machine gives it. */
        public Item withMode(int otherMode) {
            return new Item(path, type, otherMode, UNKNOWN, UNKNOWN, size, sha256, target, configuration, optional);
        }
    }

    public Inventory {
        packages = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(packages));
        items = List.copyOf(items);
    }

    public static final Inventory EMPTY = new Inventory(new TreeMap<>(), List.of());

    /** Bytes of all files. */
    public long bytes() {
        return items.stream().mapToLong(Item::size).sum();
    }

    /** What is wrong with one, in one line. */
    static Optional<String> difference(Item item, InstallRoot root, boolean configurationToo) throws IOException {
        Path path = root.at(item.path());
        if (item.configuration() && !configurationToo) {
            return Optional.empty();
        }
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return item.optional() ? Optional.empty() : Optional.of(item.path() + " is gone");
        }
        Optional<String> wrong = wrong(item, path);
        return wrong.map(what -> item.path() + " " + what
                + (item.configuration() ? " (a configuration file, changed on this machine)" : ""));
    }

    private static Optional<String> wrong(Item item, Path path) throws IOException {
        Map<String, Object> found = Files.readAttributes(path, "unix:mode,uid,gid,size", LinkOption.NOFOLLOW_LINKS);
        boolean link = Files.isSymbolicLink(path);
        switch (item.type()) {
            case LINK -> {
                if (!link) {
                    return Optional.of("is no link any more");
                }
                String target = Files.readSymbolicLink(path).toString();
                return target.equals(item.target())
                        ? Optional.empty()
                        : Optional.of("links to " + target + ", not to " + item.target());
            }
            case DIRECTORY -> {
                // Many packages share a directory, and its administrator may have put it elsewhere by a link.
                return Files.isDirectory(path) || link ? Optional.empty() : Optional.of("is no directory any more");
            }
            case FILE -> {
                if (!Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
                    return Optional.of("is no regular file any more");
                }
            }
        }
        int mode = number(found, "mode") & 07777;
        if (mode != item.mode()) {
            return Optional.of(String.format("has the mode %04o, not %04o", mode, item.mode()));
        }
        int uid = number(found, "uid");
        int gid = number(found, "gid");
        if ((item.uid() != UNKNOWN && uid != item.uid()) || (item.gid() != UNKNOWN && gid != item.gid())) {
            return Optional.of("belongs to " + uid + ":" + gid + ", not to " + item.uid() + ":" + item.gid());
        }
        if (item.sha256().isPresent()
                && !(Files.size(path) == item.size()
                        && hash(path).equals(item.sha256().get()))) {
            return Optional.of("has other content");
        }
        return Optional.empty();
    }

    static int number(Map<String, Object> attributes, String name) {
        return ((Number) java.util.Objects.requireNonNull(attributes.get(name))).intValue();
    }

    /** The hash of a file's content. */
    public static Sha256 hash(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
            return hash(in);
        }
    }

    /** The hash of what is left of a stream. */
    public static Sha256 hash(InputStream in) throws IOException {
        MessageDigest digest = Sha256.newDigest();
        byte[] buffer = new byte[BUFFER_BYTES];
        for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
            digest.update(buffer, 0, count);
        }
        return Sha256.ofDigest(digest.digest());
    }

    /** As it is kept beside what is in place. */
    public byte[] encode() {
        List<Json> lines = new ArrayList<>();
        for (Item item : items) {
            SortedMap<String, Json> members = new TreeMap<>();
            members.put("path", new JsonString(item.path()));
            members.put("type", new JsonString(item.type().name()));
            members.put("mode", new JsonInteger(item.mode()));
            members.put("uid", new JsonInteger(item.uid()));
            members.put("gid", new JsonInteger(item.gid()));
            members.put("size", new JsonInteger(item.size()));
            item.sha256().ifPresent(sha256 -> members.put("sha256", new JsonString(sha256.hex())));
            members.put("target", new JsonString(item.target()));
            members.put("configuration", new JsonBoolean(item.configuration()));
            members.put("optional", new JsonBoolean(item.optional()));
            lines.add(new JsonObject(members));
        }
        SortedMap<String, Json> names = new TreeMap<>();
        packages.forEach((name, version) -> names.put(name, new JsonString(version)));
        return CanonicalJson.encode(
                JsonObject.of(Map.of("packages", new JsonObject(names), "items", new JsonArray(lines))));
    }

    /** Reads what {@link #encode} wrote. */
    public static Inventory decode(byte[] bytes) {
        JsonFields fields = JsonFields.of(JsonReader.parse(bytes), "inventory");
        JsonFields names = fields.object("packages");
        SortedMap<String, String> packages = new TreeMap<>();
        names.keys().forEach(name -> packages.put(name, names.string(name)));
        List<Item> items = new ArrayList<>();
        for (JsonFields item : fields.objects("items")) {
            items.add(new Item(
                    item.string("path"),
                    Type.valueOf(item.string("type")),
                    (int) item.integer("mode"),
                    (int) item.integer("uid"),
                    (int) item.integer("gid"),
                    item.integer("size"),
                    item.optionalString("sha256").map(Sha256::parse),
                    item.string("target"),
                    item.bool("configuration"),
                    item.bool("optional")));
        }
        return new Inventory(packages, items);
    }
}
