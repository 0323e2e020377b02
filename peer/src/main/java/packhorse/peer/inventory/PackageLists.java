package packhorse.peer.inventory;

import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.core.state.Inventory;
import packhorse.peer.inventory.Texts.Fields;

/**
 * The installed packages as the system's own package tool lists them, dpkg-query or rpm, whichever has a database here. Licences
 * as the package says them: rpm has a field; Debian's packages a copyright file, which is machine-readable (DEP 5) in
 * most of them, and then its {@code License:} fields are taken.
 *
 * <p>The list is made anew only when the database's stamp changed: it is the one costly look. A tool that fails or takes too long
 * says nothing about packages: those last known of its kind stand until it answers, also over a restart.
 */
final class PackageLists {
    /** Below the bound of an inventory, which has other items too. */
    private static final int PACKAGES_MAX = Inventory.ITEMS_MAX - 2_000;

    /** The longest copyright file of Debian has more; its first fields say enough. */
    private static final int COPYRIGHT_BYTES_MAX = 128 << 10;

    private static final int LICENCES_MAX = 16;

    private static final String DEB = "package/deb/";
    private static final String RPM_KEYS = "package/rpm/";

    private static final Logger LOG = LoggerFactory.getLogger(PackageLists.class);

    /** The first field of a machine-readable copyright file. */
    private static final Pattern FORMAT = Pattern.compile("(?mi)^Format(-Specification)?:");

    /** Looked for as it stands: by a pattern, thousands of files took most of what an agent needs to start. */
    private static final String LICENCE = "\nLicense:";

    private static final int LICENCE_CHARS_MAX = 128;

    // Both tools read \t and \n in a format themselves.
    private static final List<String> DPKG = List.of(
            "dpkg-query",
            "-W",
            "-f",
            columns(
                    "${db:Status-Status}",
                    "${binary:Package}",
                    "${Version}",
                    "${Architecture}",
                    "${source:Package}",
                    "${Installed-Size}"));

    private static final List<String> RPM = List.of(
            "rpm",
            "-qa",
            "--qf",
            columns("%{NAME}", "%{EPOCH}", "%{VERSION}-%{RELEASE}", "%{ARCH}", "%{SIZE}", "%{VENDOR}", "%{LICENSE}"));

    private static final List<String> DATABASES = List.of(
            "/var/lib/dpkg/status",
            "/var/lib/rpm/rpmdb.sqlite",
            "/var/lib/rpm/Packages",
            "/usr/lib/sysimage/rpm/rpmdb.sqlite",
            "/usr/lib/sysimage/rpm/Packages.db");

    private final MachineFiles files;
    private final Programs programs;

    /** Kinds whose tool failed when it was asked last, so that it is said once. */
    private final Set<String> silent = new HashSet<>();

    private String stamp = "";
    private SortedMap<String, SortedMap<String, String>> known = new TreeMap<>();

    PackageLists(MachineFiles files, Programs programs) {
        this.files = files;
        this.programs = programs;
    }

    private static String columns(String... names) {
        return String.join("\\t", names) + "\\n";
    }

    /** @param last the inventory last taken, by this process or the one before */
    SortedMap<String, SortedMap<String, String>> items(Inventory last) {
        StringBuilder now = new StringBuilder();
        DATABASES.forEach(
                file -> files.stamp(file).ifPresent(s -> now.append(file).append(s)));
        if (now.isEmpty() || now.toString().equals(stamp)) {
            return known;
        }
        SortedMap<String, SortedMap<String, String>> items = new TreeMap<>();
        boolean complete = true;
        if (files.exists("/var/lib/dpkg/status")) {
            complete = list(DPKG, text -> deb(text, items), items, last.items(), DEB);
        }
        if (now.indexOf("rpm") >= 0) {
            complete &= list(RPM, text -> rpm(text, items), items, last.items(), RPM_KEYS);
        }
        if (complete) {
            stamp = now.toString();
            known = items;
        }
        return items;
    }

    private boolean list(
            List<String> tool,
            Consumer<String> read,
            SortedMap<String, SortedMap<String, String>> items,
            SortedMap<String, SortedMap<String, String>> last,
            String keys) {
        Optional<String> list = programs.output(tool);
        if (list.isPresent()) {
            silent.remove(keys);
            read.accept(list.get());
            return true;
        }
        SortedMap<String, SortedMap<String, String>> stay = last.subMap(keys, keys + Character.MAX_VALUE);
        items.putAll(stay);
        if (silent.add(keys)) {
            LOG.warn(
                    "{} did not list the packages of this machine; the {} that were known stay in its inventory until"
                            + " it does",
                    tool.getFirst(),
                    stay.size());
        }
        return false;
    }

    private void deb(String text, SortedMap<String, SortedMap<String, String>> items) {
        for (String line : (Iterable<String>) text.lines()::iterator) {
            String[] parts = line.split("\t", -1);
            if (parts.length != 6
                    || !parts[0].equals("installed")
                    || parts[1].isEmpty()
                    || items.size() >= PACKAGES_MAX) {
                continue;
            }
            String name = parts[1].replaceFirst(":.*", "");
            long kib = Texts.number(parts[5]);
            items.put(
                    Texts.key(DEB + parts[1]),
                    new Fields()
                            .with("version", parts[2])
                            .with("architecture", parts[3])
                            .with("source", parts[4].equals(name) ? "" : parts[4])
                            .with("bytes", kib < 0 || kib > Long.MAX_VALUE / 1024 ? -1 : kib * 1024)
                            .with("licence", debLicences(name))
                            .get());
        }
    }

    private String debLicences(String name) {
        // A name is part of a path here; Debian's policy has no other characters.
        return name.matches("[a-z0-9][a-z0-9+.-]*")
                ? licences(files.text("/usr/share/doc/" + name + "/copyright", COPYRIGHT_BYTES_MAX))
                : "";
    }

    /** The short names of a machine-readable copyright file; empty for any other. */
    static String licences(String copyright) {
        String head = copyright.substring(0, Math.min(copyright.length(), 4_096));
        if (!FORMAT.matcher(head).find()) {
            return "";
        }
        String text = "\n" + copyright;
        Set<String> names = new LinkedHashSet<>();
        int at = text.indexOf(LICENCE);
        while (at >= 0 && names.size() < LICENCES_MAX) {
            int start = at + LICENCE.length();
            int end = text.indexOf('\n', start) < 0 ? text.length() : text.indexOf('\n', start);
            String name = text.substring(start, end).strip();
            if (!name.isEmpty() && name.length() <= LICENCE_CHARS_MAX) {
                names.add(Texts.clean(name));
            }
            at = text.indexOf(LICENCE, end);
        }
        return String.join(", ", names);
    }

    private static void rpm(String text, SortedMap<String, SortedMap<String, String>> items) {
        for (String line : (Iterable<String>) text.lines()::iterator) {
            String[] parts = line.split("\t", -1);
            if (parts.length < 7
                    || parts[0].isEmpty()
                    || parts[0].equals("gpg-pubkey")
                    || items.size() >= PACKAGES_MAX) {
                continue;
            }
            String epoch = parts[1].matches("[0-9]{1,9}") && !parts[1].equals("0") ? parts[1] + ":" : "";
            String key = RPM_KEYS + parts[0] + "." + parts[3];
            // Kernels are installed beside each other; the version tells them apart.
            items.put(
                    Texts.key(items.containsKey(Texts.key(key)) ? key + "/" + epoch + parts[2] : key),
                    new Fields()
                            .with("version", epoch + parts[2])
                            .with("architecture", none(parts[3]))
                            .with("bytes", Texts.number(parts[4]))
                            .with("vendor", none(parts[5]))
                            .with("licence", none(parts[6]))
                            .get());
        }
    }

    private static String none(String text) {
        return text.equals("(none)") ? "" : text;
    }
}
