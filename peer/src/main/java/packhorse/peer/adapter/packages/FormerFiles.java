package packhorse.peer.adapter.packages;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import packhorse.core.content.CodeClass;
import packhorse.core.durable.Durably;
import packhorse.core.json.CanonicalJson;
import packhorse.core.json.Json;
import packhorse.core.json.Json.JsonArray;
import packhorse.core.json.Json.JsonInteger;
import packhorse.core.json.Json.JsonObject;
import packhorse.core.json.Json.JsonString;
import packhorse.core.json.JsonFields;
import packhorse.core.json.JsonReader;
import packhorse.peer.adapter.AdapterException;
import packhorse.peer.adapter.InstallDisk;
import packhorse.peer.adapter.OwnRecord;
import packhorse.peer.adapter.Way;

/**
 * Copies of what had certain names before they were changed: content, mode, owner, time, a link's target, which names were one
 * file, and that nothing was there.
 *
 * <p>They are copies, not second names of the same files: a maintainer script may write into a file in its place. The index is
 * written last and in one step, so that a copy without one is none. Putting back compares first and touches only what differs;
 * it may be cut off anywhere and be begun again.
 *
 * <p>Devices, sockets and pipes are left as they are, and so is what somebody put into a directory that was not there before: such
 * a directory stays.
 */
public final class FormerFiles {
    private static final String INDEX = "index.json";
    /** Set-user-id and its kin: a file that is to have one is made anew, see {@link InstallDisk#mode}. */
    private static final int SPECIAL = 07000;

    private enum Type {
        ABSENT,
        FILE,
        DIRECTORY,
        LINK,
        OTHER
    }

    /**
     * @param path from the root, without links on its way
     * @param copy the number of the file's copy
     * @param same the first name of the same file; empty for the first
     */
    private record Former(
            String path,
            Type type,
            int mode,
            int uid,
            int gid,
            Instant modified,
            String target,
            long copy,
            String same) {}

    private final List<Former> formers;
    private final Path place;
    private final InstallRoot root;
    private final InstallDisk disk;

    private FormerFiles(List<Former> formers, Path place, InstallRoot root, InstallDisk disk) {
        this.formers = formers;
        this.place = place;
        this.root = root;
        this.disk = disk;
    }

    /** Copies what has the names {@code paths} into {@code place}, anew. */
    public static void capture(Collection<String> paths, Path place, InstallRoot root, InstallDisk disk)
            throws IOException {
        disk.delete(place);
        disk.createDirectories(place);
        TreeSet<String> physical = new TreeSet<>();
        for (String path : paths) {
            String real = root.physical(path);
            if (!real.equals("/")) {
                physical.add(real);
            }
        }
        List<Former> formers = new ArrayList<>();
        Map<String, String> firstNames = new HashMap<>();
        long copies = 0;
        for (String path : physical) {
            Former former = look(path, root.directory().resolve(path.substring(1)), firstNames, copies);
            if (former.type() == Type.FILE && former.same().isEmpty()) {
                Path copy = place.resolve(Long.toString(former.copy()));
                try (InputStream in =
                        Channels.newInputStream(Way.read(root.directory().resolve(path.substring(1))))) {
                    disk.create(copy, in, 0600, done -> {});
                }
                copies++;
            }
            formers.add(former);
        }
        // All at once: nothing counts before the index is there.
        disk.forceTree(place);
        disk.replace(place.resolve(INDEX), encode(formers), 0600);
    }

    private static Former look(String path, Path at, Map<String, String> firstNames, long nextCopy) throws IOException {
        if (!Files.exists(at, LinkOption.NOFOLLOW_LINKS)) {
            return new Former(path, Type.ABSENT, 0, 0, 0, Instant.EPOCH, "", 0, "");
        }
        Map<String, Object> found = Way.attributes(at, "mode,uid,gid,nlink,ino,dev,lastModifiedTime");
        int mode = Inventory.number(found, "mode") & 07777;
        int uid = Inventory.number(found, "uid");
        int gid = Inventory.number(found, "gid");
        Instant modified = ((FileTime) Objects.requireNonNull(found.get("lastModifiedTime"))).toInstant();
        if (Files.isSymbolicLink(at)) {
            String target = Files.readSymbolicLink(at).toString();
            return new Former(path, Type.LINK, mode, uid, gid, modified, target, 0, "");
        }
        if (Files.isDirectory(at, LinkOption.NOFOLLOW_LINKS)) {
            return new Former(path, Type.DIRECTORY, mode, uid, gid, modified, "", 0, "");
        }
        if (!Files.isRegularFile(at, LinkOption.NOFOLLOW_LINKS)) {
            return new Former(path, Type.OTHER, mode, uid, gid, modified, "", 0, "");
        }
        String same = "";
        if (Inventory.number(found, "nlink") > 1) {
            String first = firstNames.putIfAbsent(found.get("dev") + ":" + found.get("ino"), path);
            same = first == null ? "" : first;
        }
        return new Former(path, Type.FILE, mode, uid, gid, modified, "", same.isEmpty() ? nextCopy : 0, same);
    }

    /** Whether a whole copy is there. */
    public static boolean captured(Path place) {
        return Files.exists(place.resolve(INDEX));
    }

    /** Opens a whole copy. */
    public static FormerFiles open(Path place, InstallRoot root, InstallDisk disk) throws IOException {
        return new FormerFiles(
                OwnRecord.read(place.resolve(INDEX), OwnRecord.Use.UNDO, FormerFiles::decode), place, root, disk);
    }

    /** Names that it knows of; at some of them nothing was. */
    public Set<String> paths() {
        return formers.stream().map(Former::path).collect(Collectors.toCollection(TreeSet::new));
    }

    /** The content that a file had; empty where no file was. */
    public Optional<byte[]> content(String path) throws IOException {
        for (Former former : formers) {
            if (former.path().equals(path) && former.type() == Type.FILE) {
                if (!former.same().isEmpty()) {
                    return content(former.same());
                }
                return Optional.of(Files.readAllBytes(place.resolve(Long.toString(former.copy()))));
            }
        }
        return Optional.empty();
    }

    /** Puts everything back. */
    public void restore() throws IOException {
        restore(path -> true);
    }

    /** Puts back what has the names {@code which}. */
    public void restore(Predicate<String> which) throws IOException {
        TreeSet<Path> changed = new TreeSet<>();
        List<Former> chosen =
                formers.stream().filter(former -> which.test(former.path())).toList();
        for (Former former : chosen.reversed()) {
            if (former.type() == Type.ABSENT) {
                vanish(at(former));
            }
        }
        for (Former former : chosen) {
            put(former);
            // Whether it had to be changed or not: by whom it was, may have been ended before it was on the disk.
            changed.add(Durably.directoryOf(at(former)));
            if (former.type() == Type.DIRECTORY) {
                changed.add(at(former));
            }
        }
        for (Path directory : changed.stream().sorted(Comparator.reverseOrder()).toList()) {
            if (Files.isDirectory(directory)) {
                disk.force(directory);
            }
        }
    }

    private Path at(Former former) {
        return root.directory().resolve(former.path().substring(1));
    }

    private void vanish(Path path) throws IOException {
        boolean kept = Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS) && !isEmpty(path);
        if (!kept) {
            disk.delete(path);
        }
    }

    private static boolean isEmpty(Path directory) throws IOException {
        try (var names = Files.newDirectoryStream(directory)) {
            return !names.iterator().hasNext();
        }
    }

    private void put(Former former) throws IOException {
        Path path = at(former);
        Path leftover = InstallDisk.freshFor(path);
        if (Files.exists(leftover, LinkOption.NOFOLLOW_LINKS)) {
            disk.delete(leftover);
        }
        switch (former.type()) {
            case ABSENT, OTHER -> {}
            case DIRECTORY -> putDirectory(former, path);
            case LINK -> putLink(former, path);
            case FILE -> putFile(former, path);
        }
    }

    private void putDirectory(Former former, Path path) throws IOException {
        boolean there = Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
        if (!there) {
            disk.delete(path);
            disk.createDirectory(path, former.mode());
        }
        attributes(former, path);
    }

    private void putLink(Former former, Path path) throws IOException {
        if (Files.isSymbolicLink(path)
                && Files.readSymbolicLink(path).toString().equals(former.target())
                && owned(former, path)) {
            return;
        }
        clearDirectory(path);
        Path fresh = InstallDisk.freshFor(path);
        disk.symlink(fresh, former.target());
        disk.owner(fresh, former.uid(), former.gid());
        disk.rename(fresh, path);
    }

    private void putFile(Former former, Path path) throws IOException {
        if (!former.same().isEmpty()) {
            putSame(former, path);
            return;
        }
        Path copy = place.resolve(Long.toString(former.copy()));
        if (Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)
                && Files.mismatch(path, copy) < 0
                && ((former.mode() & SPECIAL) == 0 || mode(path) == former.mode())) {
            attributes(former, path);
            disk.force(path);
            return;
        }
        clearDirectory(path);
        Path fresh = InstallDisk.freshFor(path);
        try (InputStream in = Files.newInputStream(copy)) {
            disk.create(fresh, in, 0600, done -> {});
        }
        // Owner before mode: a change of owner takes set-user-id away.
        disk.owner(fresh, former.uid(), former.gid());
        disk.mode(fresh, former.mode());
        disk.modified(fresh, former.modified());
        disk.force(fresh);
        disk.rename(fresh, path);
    }

    private void putSame(Former former, Path path) throws IOException {
        Path first = root.directory().resolve(former.same().substring(1));
        if (Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS) && Files.isSameFile(path, first)) {
            return;
        }
        clearDirectory(path);
        Path fresh = InstallDisk.freshFor(path);
        disk.hardlink(fresh, first);
        disk.rename(fresh, path);
    }

    /** A directory where a file or link was: all that is known to be new in it has been taken out by now. */
    private void clearDirectory(Path path) throws IOException {
        if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        if (!isEmpty(path)) {
            throw new AdapterException(
                    CodeClass.ENVIRONMENT,
                    path + " was a file or link before, and is a directory with other files in it now; move them away");
        }
        disk.delete(path);
    }

    private void attributes(Former former, Path path) throws IOException {
        if (!owned(former, path)) {
            disk.owner(path, former.uid(), former.gid());
        }
        if (mode(path) != former.mode()) {
            disk.mode(path, former.mode());
        }
        if (former.type() == Type.FILE
                && !Files.getLastModifiedTime(path, LinkOption.NOFOLLOW_LINKS)
                        .toInstant()
                        .equals(former.modified())) {
            disk.modified(path, former.modified());
        }
    }

    private static int mode(Path path) throws IOException {
        return Inventory.number(Files.readAttributes(path, "unix:mode", LinkOption.NOFOLLOW_LINKS), "mode") & 07777;
    }

    private static boolean owned(Former former, Path path) throws IOException {
        Map<String, Object> found = Files.readAttributes(path, "unix:uid,gid", LinkOption.NOFOLLOW_LINKS);
        return Inventory.number(found, "uid") == former.uid() && Inventory.number(found, "gid") == former.gid();
    }

    private static byte[] encode(List<Former> formers) {
        List<Json> elements = new ArrayList<>();
        for (Former former : formers) {
            Map<String, Json> members = new TreeMap<>();
            members.put("path", new JsonString(former.path()));
            members.put("type", new JsonString(former.type().name()));
            members.put("mode", new JsonInteger(former.mode()));
            members.put("uid", new JsonInteger(former.uid()));
            members.put("gid", new JsonInteger(former.gid()));
            members.put("modified", new JsonString(former.modified().toString()));
            members.put("target", new JsonString(former.target()));
            members.put("copy", new JsonInteger(former.copy()));
            members.put("same", new JsonString(former.same()));
            elements.add(JsonObject.of(members));
        }
        return CanonicalJson.encode(new JsonObject(new TreeMap<>(Map.of("files", new JsonArray(elements)))));
    }

    private static List<Former> decode(byte[] bytes) {
        List<Former> formers = new ArrayList<>();
        for (JsonFields former :
                JsonFields.of(JsonReader.parse(bytes), "former files").objects("files")) {
            formers.add(new Former(
                    former.string("path"),
                    Type.valueOf(former.string("type")),
                    (int) former.integer("mode"),
                    (int) former.integer("uid"),
                    (int) former.integer("gid"),
                    Instant.parse(former.string("modified")),
                    former.string("target"),
                    former.integer("copy"),
                    former.string("same")));
        }
        return List.copyOf(formers);
    }
}
