package packhorse.peer.adapter.rpm;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import packhorse.core.content.CodeClass;
import packhorse.core.content.Sha256;
import packhorse.peer.adapter.AdapterException;
import packhorse.peer.adapter.packages.InstallRoot;
import packhorse.peer.adapter.packages.Inventory;
import packhorse.peer.adapter.packages.Inventory.Item;

/**
 * What an .rpm file brings, as its header lists it. Refused: names that climb, names twice, anything below a link of the same package,
 * devices and pipes. Set-user-id files pass, as in .deb files.
 *
 * @param version {@code EPOCH:VERSION-RELEASE}, epoch 0 where it has none
 * @param items in the header's order
 * @param named packages that it obsoletes or conflicts with
 */
record RpmFile(String name, String version, List<Item> items, Set<String> named) {
    private static final int TYPE = 0170000;
    private static final int DIRECTORY = 0040000;
    private static final int REGULAR = 0100000;
    private static final int LINK = 0120000;
    private static final int SHA_256 = 8;
    private static final int FLAG_CONFIGURATION = 1;
    private static final int FLAG_MISSING_OK = 1 << 3;
    private static final int FLAG_GHOST = 1 << 6;

    static RpmFile read(Path file, String where) throws IOException {
        RpmHeader header = RpmHeader.read(file, where);
        try {
            return of(header, where);
        } catch (IndexOutOfBoundsException | IllegalStateException | IllegalArgumentException e) {
            throw new AdapterException(
                    CodeClass.PERMANENT, where + " has a header that contradicts itself; build the package anew", e);
        }
    }

    private static RpmFile of(RpmHeader header, String where) {
        List<Long> epoch = header.numbers(RpmHeader.EPOCH);
        String version = (epoch.isEmpty() ? 0 : epoch.getFirst()) + ":" + header.text(RpmHeader.VERSION) + "-"
                + header.text(RpmHeader.RELEASE);
        Set<String> named = new TreeSet<>(header.texts(RpmHeader.OBSOLETES));
        named.addAll(header.texts(RpmHeader.CONFLICTS));
        return new RpmFile(header.text(RpmHeader.NAME), version, items(header, where), named);
    }

    private static List<Item> items(RpmHeader header, String where) {
        List<String> names = header.texts(RpmHeader.BASE_NAMES);
        List<String> directories = header.texts(RpmHeader.DIRECTORY_NAMES);
        List<Long> indexes = header.numbers(RpmHeader.DIRECTORY_INDEXES);
        List<Long> sizes = header.numbers(
                header.has(RpmHeader.LONG_FILE_SIZES) ? RpmHeader.LONG_FILE_SIZES : RpmHeader.FILE_SIZES);
        List<Long> modes = header.numbers(RpmHeader.FILE_MODES);
        List<Long> flags = header.numbers(RpmHeader.FILE_FLAGS);
        List<String> digests = header.texts(RpmHeader.FILE_DIGESTS);
        List<String> links = header.texts(RpmHeader.FILE_LINKS);
        List<String> users = header.texts(RpmHeader.FILE_USERS);
        List<String> groups = header.texts(RpmHeader.FILE_GROUPS);
        boolean sha256 = header.numbers(RpmHeader.DIGEST_ALGORITHM).equals(List.of((long) SHA_256));
        List<Item> items = new ArrayList<>();
        Map<String, Item> byPath = new HashMap<>();
        for (int i = 0; i < names.size(); i++) {
            String directory = directories.get(Math.toIntExact(indexes.get(i)));
            if (!directory.startsWith("/")) {
                throw refuse(where, "is a source package, or holds names that are not absolute");
            }
            String path = InstallRoot.name("." + directory + names.get(i), where);
            long mode = modes.get(i);
            int uid = users.get(i).equals("root") ? 0 : Inventory.UNKNOWN;
            int gid = groups.get(i).equals("root") ? 0 : Inventory.UNKNOWN;
            int rights = (int) mode & 07777;
            int flag = flags.get(i).intValue();
            Item item = switch ((int) mode & TYPE) {
                case DIRECTORY -> Item.directory(path, rights, uid, gid);
                case LINK -> Item.link(path, links.get(i), uid, gid);
                case REGULAR ->
                    new Item(
                            path,
                            Inventory.Type.FILE,
                            rights,
                            uid,
                            gid,
                            sizes.get(i),
                            sha256 && !digests.get(i).isEmpty() && (flag & FLAG_GHOST) == 0
                                    ? Optional.of(Sha256.parse(digests.get(i)))
                                    : Optional.empty(),
                            "",
                            // What is made on the machine is its own, as its configuration is.
                            (flag & (FLAG_CONFIGURATION | FLAG_GHOST)) != 0,
                            (flag & (FLAG_MISSING_OK | FLAG_GHOST)) != 0);
                default -> throw refuse(where, "holds " + path + ", a device or a pipe");
            };
            if (byPath.put(path, item) != null) {
                throw refuse(where, "holds " + path + " twice");
            }
            items.add(item);
        }
        for (Item item : items) {
            requireNoLinkAbove(item.path(), byPath, where);
        }
        return items;
    }

    private static void requireNoLinkAbove(String path, Map<String, Item> byPath, String where) {
        for (int slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
            Item above = byPath.get(path.substring(0, slash));
            if (above != null && above.type() != Inventory.Type.DIRECTORY) {
                throw refuse(where, "holds " + path + " below " + above.path() + ", which is no directory");
            }
        }
    }

    private static AdapterException refuse(String where, String what) {
        return new AdapterException(CodeClass.PERMANENT, where + " " + what + "; build the package anew");
    }
}
