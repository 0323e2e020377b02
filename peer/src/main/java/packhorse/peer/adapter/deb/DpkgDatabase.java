package packhorse.peer.adapter.deb;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;
import packhorse.peer.adapter.InstallDisk;
import packhorse.peer.adapter.packages.FormerFiles;
import packhorse.peer.adapter.packages.InstallRoot;

/**
 * dpkg's database in {@code /var/lib/dpkg}, copied and put back for some packages.
 *
 * <p><b>Problem.</b> Each of its tables is one file for all packages. Between a capture and its undo days may go by, in which the machine's
 * own updates go on: a table put back whole would forget them, a table merged line by line is not what it was byte for byte.
 *
 * <p><b>Way.</b> A table is a list of entries, each of which belongs to our packages or to others. If the others' entries are the same as
 * they were, the table is put back as it was, to the byte. Else it is now's with our entries exchanged for those of then.
 *
 * <p>A dpkg that was killed leaves its journal, {@code updates/0000…}: one status paragraph each, newer than the table. They are laid over
 * the table first, as dpkg's next run would do, and taken away after. Everything may be cut off and be begun again: laying the same
 * paragraphs over, and exchanging the same entries, once more, changes nothing.
 *
 * <p>Alternatives ({@code update-alternatives}) are files of their own, one for each name: those that mention a path of our packages,
 * then or now, are put back with their links.
 */
final class DpkgDatabase {
    static final String DIRECTORY = "/var/lib/dpkg";

    private static final String INFO = DIRECTORY + "/info";
    private static final String UPDATES = DIRECTORY + "/updates";
    private static final String TRIGGERS = DIRECTORY + "/triggers";
    private static final String GROUPS = DIRECTORY + "/alternatives";
    private static final String CHOICES = "/etc/alternatives";
    private static final List<String> STANZA_TABLES = List.of("status", "status-old", "available", "available-old");
    private static final List<String> BACKUPS = List.of("", "-old");
    /** What dpkg makes once in an empty database, or leaves when it is killed. */
    private static final List<String> SINGLE = List.of(
            "lock",
            "lock-frontend",
            "info",
            "info/format",
            "info/format-new",
            "updates",
            "updates/tmp.i",
            "triggers",
            "triggers/Lock",
            "alternatives",
            "parts",
            "status-new",
            "available-new",
            "diversions-new",
            "statoverride-new",
            "triggers/File.new",
            "triggers/Unincorp.new",
            "reassemble.deb");

    private final InstallRoot root;
    private final Set<String> packages;

    DpkgDatabase(InstallRoot root, Collection<String> packages) {
        this.root = root;
        this.packages = Set.copyOf(packages);
    }

    // ---- reading ----

    /** All paragraphs of the status, the journal's laid over. */
    List<Stanza> status() throws IOException {
        return overlaid(text(read(DIRECTORY + "/status")));
    }

    private static String text(Optional<byte[]> bytes) {
        return new String(bytes.orElse(new byte[0]), StandardCharsets.UTF_8);
    }

    private List<Stanza> overlaid(String table) throws IOException {
        Map<String, Stanza> byKey = new LinkedHashMap<>();
        Stanza.all(table).forEach(stanza -> byKey.put(stanza.key(), stanza));
        for (String name : names(UPDATES)) {
            if (name.matches("[0-9]+")) {
                for (Stanza stanza : Stanza.all(text(read(UPDATES + "/" + name)))) {
                    byKey.put(stanza.key(), stanza);
                }
            }
        }
        return List.copyOf(byKey.values());
    }

    private Optional<byte[]> read(String name) throws IOException {
        try {
            return Optional.of(root.read(name));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    private List<String> names(String directory) throws IOException {
        Path at = root.at(directory);
        if (!Files.isDirectory(at)) {
            return List.of();
        }
        try (var names = Files.list(at)) {
            return names.map(path -> String.valueOf(path.getFileName()))
                    .sorted()
                    .toList();
        }
    }

    /** The names in {@code info} that belong to our packages. */
    private List<String> infoNames() throws IOException {
        return names(INFO).stream().filter(this::isOurInfo).toList();
    }

    private boolean isOurInfo(String name) {
        int dot = name.lastIndexOf('.');
        return dot > 0 && isOurs(name.substring(0, dot));
    }

    /** {@code name}, {@code name:arch} or {@code name/noawait}. */
    private boolean isOurs(String word) {
        String name = word.endsWith("/noawait") ? word.substring(0, word.length() - "/noawait".length()) : word;
        int colon = name.indexOf(':');
        return packages.contains(colon < 0 ? name : name.substring(0, colon));
    }

    /** Names that our packages' lists hold. */
    Set<String> listed() throws IOException {
        Set<String> listed = new TreeSet<>();
        for (String name : infoNames()) {
            if (name.endsWith(".list")) {
                text(read(INFO + "/" + name))
                        .lines()
                        .filter(line -> line.startsWith("/") && !line.equals("/."))
                        .forEach(listed::add);
            }
        }
        return listed;
    }

    // ---- copying ----

    void capture(Path place, InstallDisk disk) throws IOException {
        Set<String> names = new TreeSet<>(List.of("/var", "/var/lib", DIRECTORY, "/etc", CHOICES));
        SINGLE.forEach(name -> names.add(DIRECTORY + "/" + name));
        tables().keySet().forEach(names::add);
        names(UPDATES).forEach(name -> names.add(UPDATES + "/" + name));
        infoNames().forEach(name -> names.add(INFO + "/" + name));
        for (String group : names(GROUPS)) {
            names.add(GROUPS + "/" + group);
            names.addAll(links(group, text(read(GROUPS + "/" + group))));
        }
        FormerFiles.capture(names, place, root, disk);
    }

    /** Every table of the database with the way to take it apart. */
    private Map<String, Function<String, List<String>>> tables() throws IOException {
        Map<String, Function<String, List<String>>> tables = new LinkedHashMap<>();
        for (String name : STANZA_TABLES) {
            tables.put(
                    DIRECTORY + "/" + name,
                    text -> Stanza.all(text).stream().map(Stanza::text).toList());
        }
        for (String backup : BACKUPS) {
            tables.put(DIRECTORY + "/diversions" + backup, text -> grouped(text, 3));
            tables.put(DIRECTORY + "/statoverride" + backup, text -> grouped(text, 1));
        }
        Set<String> triggers = new TreeSet<>(List.of("File", "Unincorp"));
        triggers.addAll(names(TRIGGERS));
        triggers.removeAll(List.of("Lock", "File.new", "Unincorp.new"));
        for (String name : triggers) {
            tables.put(TRIGGERS + "/" + name, text -> grouped(text, 1));
        }
        return tables;
    }

    private static List<String> grouped(String text, int lines) {
        List<String> all = text.lines().toList();
        List<String> entries = new ArrayList<>();
        for (int i = 0; i < all.size(); i += lines) {
            entries.add(String.join("\n", all.subList(i, Math.min(all.size(), i + lines))) + "\n");
        }
        return entries;
    }

    private Predicate<String> ours(String table, Set<String> paths) {
        String name = table.substring(DIRECTORY.length() + 1);
        if (STANZA_TABLES.contains(name)) {
            return entry -> packages.contains(Stanza.of(entry).name());
        }
        if (name.startsWith("diversions")) {
            return entry -> {
                String[] lines = entry.split("\n", -1);
                return lines.length > 2 && packages.contains(lines[2]);
            };
        }
        if (name.startsWith("statoverride")) {
            return entry -> paths.contains(entry.strip().replaceFirst("^\\S+ \\S+ \\S+ ", ""));
        }
        return entry -> Arrays.stream(entry.strip().split(" ", -1)).anyMatch(this::isOurs);
    }

    // ---- putting back ----

    /** Puts everything of our packages back; the locks are held. */
    void restore(Path place, Set<String> paths, InstallDisk disk) throws IOException {
        FormerFiles former = FormerFiles.open(place, root, disk);
        restoreAlternatives(former, paths, disk);
        Set<String> known = new HashSet<>(former.paths());
        for (String name : infoNames()) {
            if (!known.contains(root.physical(INFO + "/" + name))) {
                disk.delete(root.at(INFO + "/" + name));
            }
        }
        String info = root.physical(INFO) + "/";
        former.restore(path -> path.startsWith(info) && isOurInfo(path.substring(path.lastIndexOf('/') + 1)));
        for (Map.Entry<String, Function<String, List<String>>> table : tables().entrySet()) {
            restoreTable(table.getKey(), table.getValue(), former, paths, disk);
        }
        dropJournal(former, disk);
        Set<String> single = new HashSet<>();
        for (String name : SINGLE) {
            single.add(root.physical(DIRECTORY + "/" + name));
        }
        for (String above : List.of("/var", "/var/lib", DIRECTORY, "/etc", CHOICES)) {
            single.add(root.physical(above));
        }
        forceNames(disk);
        former.restore(single::contains);
    }

    private void forceNames(InstallDisk disk) throws IOException {
        for (String directory : List.of(INFO, UPDATES, TRIGGERS, GROUPS, DIRECTORY, CHOICES)) {
            if (Files.isDirectory(root.at(directory))) {
                disk.force(root.at(directory));
            }
        }
    }

    private void restoreTable(
            String name,
            Function<String, List<String>> entries,
            FormerFiles former,
            Set<String> paths,
            InstallDisk disk)
            throws IOException {
        String physical = root.physical(name);
        Optional<byte[]> then = former.content(physical);
        Optional<byte[]> now = read(name);
        boolean status = name.equals(DIRECTORY + "/status");
        List<String> nowEntries =
                status ? overlaid(text(now)).stream().map(Stanza::text).toList() : entries.apply(text(now));
        List<String> thenEntries = entries.apply(text(then));
        Predicate<String> ours = ours(name, paths);
        if (others(nowEntries, ours).equals(others(thenEntries, ours))) {
            if (then.isEmpty()) {
                disk.delete(root.at(name));
            } else {
                former.restore(physical::equals);
            }
            return;
        }
        StringBuilder merged = new StringBuilder();
        String between = STANZA_TABLES.contains(name.substring(DIRECTORY.length() + 1)) ? "\n" : "";
        nowEntries.stream()
                .filter(ours.negate())
                .forEach(entry -> merged.append(entry).append(between));
        thenEntries.stream().filter(ours).forEach(entry -> merged.append(entry).append(between));
        disk.replace(root.at(name), merged.toString().getBytes(StandardCharsets.UTF_8), 0644);
    }

    private static List<String> others(List<String> entries, Predicate<String> ours) {
        return entries.stream().filter(ours.negate()).sorted().toList();
    }

    private void dropJournal(FormerFiles former, InstallDisk disk) throws IOException {
        String updates = root.physical(UPDATES) + "/";
        for (String name : names(UPDATES)) {
            if (!former.paths().contains(updates + name)) {
                disk.delete(root.at(UPDATES + "/" + name));
            }
        }
        // A directory of a package's control files that a killed dpkg was reading.
        disk.delete(root.at(DIRECTORY + "/tmp.ci"));
    }

    // ---- alternatives ----

    private void restoreAlternatives(FormerFiles former, Set<String> paths, InstallDisk disk) throws IOException {
        Set<String> groups = new TreeSet<>(names(GROUPS));
        String prefix = root.physical(GROUPS) + "/";
        for (String path : former.paths()) {
            if (path.startsWith(prefix)) {
                groups.add(path.substring(prefix.length()));
            }
        }
        for (String group : groups) {
            String now = text(read(GROUPS + "/" + group));
            String then = text(former.content(prefix + group));
            if (!mentions(now, paths) && !mentions(then, paths)) {
                continue;
            }
            Set<String> links = new TreeSet<>();
            for (String link : links(group, then)) {
                links.add(root.physical(link));
            }
            for (String link : links(group, now)) {
                String physical = root.physical(link);
                if (!former.paths().contains(physical)
                        && Files.isSymbolicLink(root.directory().resolve(physical.substring(1)))) {
                    disk.delete(root.at(link));
                }
                links.add(physical);
            }
            former.restore(links::contains);
            // The group's file comes last: as long as it is now's, a repeated undo comes here again.
            if (former.content(prefix + group).isPresent()) {
                former.restore((prefix + group)::equals);
            } else if (Files.exists(root.at(GROUPS + "/" + group), LinkOption.NOFOLLOW_LINKS)) {
                disk.delete(root.at(GROUPS + "/" + group));
            }
        }
    }

    private static boolean mentions(String group, Set<String> paths) {
        return group.lines().anyMatch(paths::contains);
    }

    /** The links of a group: its own and its followers', each with the choice it leads to. */
    private static List<String> links(String group, String file) {
        List<String> lines = file.lines().toList();
        List<String> links = new ArrayList<>();
        if (lines.size() < 2) {
            return links;
        }
        links.add(lines.get(1));
        links.add(CHOICES + "/" + group);
        for (int i = 2; i + 1 < lines.size() && !lines.get(i).isEmpty(); i += 2) {
            links.add(CHOICES + "/" + lines.get(i));
            links.add(lines.get(i + 1));
        }
        return links;
    }
}
