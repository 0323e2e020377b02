package packhorse.peer.adapter.deb;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.ar.ArArchiveEntry;
import org.apache.commons.compress.archivers.ar.ArArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;
import org.apache.commons.compress.compressors.zstandard.ZstdCompressorInputStream;
import packhorse.core.content.CodeClass;
import packhorse.core.content.Sha256;
import packhorse.peer.adapter.AdapterException;
import packhorse.peer.adapter.packages.InstallRoot;
import packhorse.peer.adapter.packages.Inventory;
import packhorse.peer.adapter.packages.Inventory.Item;

/**
 * A .deb file, read without being unpacked (deb(5)): an ar archive of {@code debian-binary}, {@code control.tar*} and
 * {@code data.tar*}.
 *
 * <p>Refused, before dpkg sees it: names that are absolute or climb, names twice, anything below a link of the same package, devices
 * and pipes, hard links to what did not come before, bombs. Set-user-id files pass: system packages carry them, their modes are part of
 * what was signed, and what a package's scripts may do as root is more than any mode could.
 *
 * @param control its control file
 * @param items what its data archive holds, in order
 */
record DebFile(Stanza control, List<Item> items) {
    private static final int CONTROL_BYTES_MAX = 1 << 20;
    /** A whole distribution's documentation has fewer. */
    private static final int ITEMS_MAX = 500_000;
    /** Text packs to a hundredth at times; what packs to less than a thousandth, beyond the first bytes, is a bomb. */
    private static final long RATIO_MAX = 1000;

    private static final long RATIO_FREE_BYTES = 64L << 20;
    private static final int XZ_MEMORY_KIB = 512 << 10;

    /** Its control file alone: the data archive is not unpacked. For files that {@link #read} has passed. */
    static Stanza control(Path file, String where) throws IOException {
        try (ArArchiveInputStream ar = new ArArchiveInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
            for (ArArchiveEntry member = ar.getNextEntry(); member != null; member = ar.getNextEntry()) {
                if (member.getName().startsWith("control.tar")) {
                    return control(tar(ar, member.getName(), where), where, new HashSet<>());
                }
            }
        }
        throw refuse(where, "has no control archive");
    }

    /** @throws AdapterException PERMANENT in one line where it is not a package, or a hostile one */
    static DebFile read(Path file, String where) throws IOException {
        Optional<Stanza> control = Optional.empty();
        Set<String> configuration = new HashSet<>();
        Optional<List<Item>> items = Optional.empty();
        try (ArArchiveInputStream ar = new ArArchiveInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
            boolean first = true;
            for (ArArchiveEntry member = ar.getNextEntry(); member != null; member = ar.getNextEntry()) {
                String name = member.getName();
                if (first && !name.equals("debian-binary")) {
                    throw refuse(where, "does not begin with debian-binary");
                }
                first = false;
                if (name.startsWith("control.tar") && control.isEmpty()) {
                    control = Optional.of(control(tar(ar, name, where), where, configuration));
                } else if (name.startsWith("data.tar") && items.isEmpty() && control.isPresent()) {
                    items = Optional.of(items(tar(ar, name, where), where, member.getSize()));
                } else if (name.startsWith("control.tar") || name.startsWith("data.tar")) {
                    throw refuse(where, "holds " + name + " twice or out of order");
                }
            }
        } catch (IOException | IllegalArgumentException e) {
            throw new AdapterException(
                    CodeClass.PERMANENT, where + " is no whole .deb file (" + e.getMessage() + "); build it anew", e);
        }
        if (control.isEmpty() || items.isEmpty()) {
            throw refuse(where, "has no control or no data archive");
        }
        List<Item> marked = items.get().stream()
                .map(item -> configuration.contains(item.path()) ? item.asConfiguration() : item)
                .toList();
        return new DebFile(control.get(), marked);
    }

    private static AdapterException refuse(String where, String what) {
        return new AdapterException(CodeClass.PERMANENT, where + " " + what + "; build the package anew");
    }

    private static TarArchiveInputStream tar(InputStream in, String name, String where) throws IOException {
        InputStream open = switch (name.substring(name.indexOf(".tar") + ".tar".length())) {
            case "" -> in;
            case ".gz" -> new GZIPInputStream(in);
            case ".xz" ->
                XZCompressorInputStream.builder()
                        .setInputStream(in)
                        .setDecompressConcatenated(true)
                        .setMemoryLimitKiB(XZ_MEMORY_KIB)
                        .get();
            case ".zst" -> new ZstdCompressorInputStream(in);
            case ".bz2" -> new BZip2CompressorInputStream(in);
            default -> throw refuse(where, "is packed in a way nobody knows here (" + name + ")");
        };
        return new TarArchiveInputStream(open, "UTF-8");
    }

    private static Stanza control(TarArchiveInputStream tar, String where, Set<String> configuration)
            throws IOException {
        Optional<Stanza> control = Optional.empty();
        for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
            switch (InstallRoot.name(entry.getName(), where)) {
                case "/control" -> control = Optional.of(Stanza.of(small(tar, where)));
                // "remove-on-upgrade /etc/old" is one that the package does not bring.
                case "/conffiles" ->
                    small(tar, where)
                            .lines()
                            .map(String::strip)
                            .filter(line -> line.startsWith("/"))
                            .forEach(configuration::add);
                default -> {
                    // By its flag: a link counts as a file otherwise.
                    boolean file = entry.getLinkFlag() == TarConstants.LF_NORMAL
                            || entry.getLinkFlag() == TarConstants.LF_OLDNORM;
                    if (!file && !entry.isDirectory()) {
                        throw refuse(where, "has " + entry.getName() + " in its control archive, which is no file");
                    }
                }
            }
        }
        Stanza found = control.orElseThrow(() -> refuse(where, "has no control file"));
        for (String field : List.of("package", "version", "architecture")) {
            if (found.field(field).filter(value -> !value.isBlank()).isEmpty()) {
                throw refuse(where, "says no " + field + " in its control file");
            }
        }
        return found;
    }

    private static String small(InputStream in, String where) throws IOException {
        byte[] bytes = in.readNBytes(CONTROL_BYTES_MAX + 1);
        if (bytes.length > CONTROL_BYTES_MAX) {
            throw refuse(where, "has a control file beyond " + CONTROL_BYTES_MAX + " bytes");
        }
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static List<Item> items(TarArchiveInputStream tar, String where, long packedBytes) throws IOException {
        List<Item> items = new ArrayList<>();
        Map<String, Item> byPath = new HashMap<>();
        long bytes = 0;
        for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
            String path = InstallRoot.name(entry.getName(), where);
            if (path.equals("/")) {
                continue;
            }
            bytes += entry.getSize();
            if (bytes > RATIO_FREE_BYTES && bytes / RATIO_MAX > packedBytes) {
                throw refuse(where, "unpacks to more than " + RATIO_MAX + " times its size");
            }
            if (items.size() == ITEMS_MAX) {
                throw refuse(where, "holds more than " + ITEMS_MAX + " files");
            }
            requireNoLinkAbove(path, byPath, where);
            Item item = item(entry, path, tar, byPath, where);
            if (byPath.put(path, item) != null) {
                throw refuse(where, "holds " + path + " twice");
            }
            items.add(item);
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

    private static Item item(
            TarArchiveEntry entry, String path, InputStream data, Map<String, Item> byPath, String where)
            throws IOException {
        int mode = entry.getMode() & 07777;
        int uid = number(entry.getUserName(), entry.getLongUserId());
        int gid = number(entry.getGroupName(), entry.getLongGroupId());
        if (entry.isSymbolicLink()) {
            return Item.link(path, entry.getLinkName(), uid, gid);
        }
        if (entry.isLink()) {
            Item first = byPath.get(InstallRoot.name(entry.getLinkName(), where));
            if (first == null || first.type() != Inventory.Type.FILE) {
                throw refuse(where, "makes " + path + " one with " + entry.getLinkName() + ", which it does not hold");
            }
            return first.at(path);
        }
        if (entry.isDirectory()) {
            return Item.directory(path, mode, uid, gid);
        }
        if (entry.isCharacterDevice() || entry.isBlockDevice() || entry.isFIFO() || entry.isSparse()) {
            throw refuse(where, "holds " + path + ", a device, a pipe or a file with holes");
        }
        Sha256 sha256 = Inventory.hash(data);
        return new Item(
                path, Inventory.Type.FILE, mode, uid, gid, entry.getSize(), Optional.of(sha256), "", false, false);
    }

    /** dpkg takes the name's number on the machine, and the archive's where there is no name. */
    private static int number(String name, long number) {
        if (name.isEmpty()) {
            return (int) number;
        }
        return name.equals("root") ? 0 : Inventory.UNKNOWN;
    }
}
