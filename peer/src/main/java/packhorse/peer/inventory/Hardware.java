package packhorse.peer.inventory;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import packhorse.peer.inventory.Texts.Fields;

/** Reads the kernel's texts about the machine: system, processor, memory, disks, file systems, interfaces. Decides nothing. */
final class Hardware {
    /** What the fleet is asked for; a processor lists some hundred more. */
    private static final Set<String> FLAGS = Set.of(
            "aes",
            "asimd",
            "avx",
            "avx2",
            "avx512f",
            "crc32",
            "hypervisor",
            "lm",
            "neon",
            "nx",
            "pclmulqdq",
            "rdrand",
            "sha1",
            "sha2",
            "sha_ni",
            "sse4_1",
            "sse4_2",
            "sve",
            "svm",
            "vmx");

    /** File systems that are no place to keep anything, or may hang when their server is away. */
    private static final Set<String> LOCAL = Set.of(
            "bcachefs",
            "btrfs",
            "exfat",
            "ext2",
            "ext3",
            "ext4",
            "f2fs",
            "jfs",
            "ntfs",
            "ntfs3",
            "overlay",
            "reiserfs",
            "vfat",
            "xfs",
            "zfs");

    private static final Set<String> REMOTE =
            Set.of("nfs", "nfs4", "cifs", "smb3", "ceph", "glusterfs", "9p", "virtiofs");

    private final MachineFiles files;

    Hardware(MachineFiles files) {
        this.files = files;
    }

    SortedMap<String, SortedMap<String, String>> items() {
        SortedMap<String, SortedMap<String, String>> items = new TreeMap<>();
        put(
                items,
                "os",
                os(
                        files.text("/etc/os-release").isEmpty()
                                ? files.text("/usr/lib/os-release")
                                : files.text("/etc/os-release")));
        put(
                items,
                "kernel",
                new Fields()
                        .with("name", files.line("/proc/sys/kernel/ostype"))
                        .with("release", files.line("/proc/sys/kernel/osrelease"))
                        .with("version", files.line("/proc/sys/kernel/version")));
        put(items, "host", new Fields().with("name", files.line("/proc/sys/kernel/hostname")));
        put(items, "cpu", cpu(files.text("/proc/cpuinfo")));
        put(items, "memory", memory(files.text("/proc/meminfo")));
        put(items, "system", system());
        disks(items);
        fileSystems(files.text("/proc/self/mounts"), items);
        interfaces(items);
        return items;
    }

    private static void put(SortedMap<String, SortedMap<String, String>> items, String key, Fields fields) {
        if (!fields.get().isEmpty()) {
            items.put(Texts.key(key), fields.get());
        }
    }

    /** os-release(5). */
    static Fields os(String text) {
        Map<String, String> pairs = Texts.pairs(text, '=');
        Fields fields = new Fields();
        for (String name : List.of(
                "ID",
                "ID_LIKE",
                "NAME",
                "PRETTY_NAME",
                "VERSION",
                "VERSION_ID",
                "VERSION_CODENAME",
                "VARIANT_ID",
                "BUILD_ID")) {
            fields.with(name.toLowerCase(java.util.Locale.ROOT), unquoted(pairs.getOrDefault(name, "")));
        }
        return fields;
    }

    private static String unquoted(String value) {
        boolean quoted = value.length() >= 2
                && (value.charAt(0) == '"' || value.charAt(0) == '\'')
                && value.charAt(value.length() - 1) == value.charAt(0);
        return quoted ? value.substring(1, value.length() - 1).replaceAll("\\\\(.)", "$1") : value;
    }

    /** proc_cpuinfo(5): x86 has a block for each thread, ARM names numbers instead of a model. */
    static Fields cpu(String text) {
        Map<String, String> first = Texts.pairs(text, ':');
        long threads =
                text.lines().filter(line -> line.matches("processor\\s*:.*")).count();
        Set<String> sockets = new HashSet<>();
        Set<String> cores = new HashSet<>();
        String socket = "0";
        for (String line : (Iterable<String>) text.lines()::iterator) {
            int colon = line.indexOf(':');
            String name = colon < 0 ? "" : line.substring(0, colon).strip();
            if (name.equals("physical id")) {
                socket = line.substring(colon + 1).strip();
                sockets.add(socket);
            } else if (name.equals("core id")) {
                cores.add(socket + "/" + line.substring(colon + 1).strip());
            }
        }
        String features = first.getOrDefault("flags", first.getOrDefault("Features", ""));
        String model = first.getOrDefault("model name", first.getOrDefault("Model", first.getOrDefault("cpu", "")));
        return new Fields()
                .with("model", model)
                .with("vendor", first.getOrDefault("vendor_id", first.getOrDefault("CPU implementer", "")))
                .with("part", first.getOrDefault("CPU part", ""))
                .with("threads", threads == 0 ? -1 : threads)
                .with("cores", cores.isEmpty() ? -1 : cores.size())
                .with("sockets", sockets.isEmpty() ? -1 : sockets.size())
                .with(
                        "flags",
                        Arrays.stream(features.split("\\s+"))
                                .filter(FLAGS::contains)
                                .sorted()
                                .distinct()
                                .collect(Collectors.joining(" ")));
    }

    /** proc_meminfo(5), in bytes. The kernel's own part varies by some pages, so whole MiB are said. */
    static Fields memory(String text) {
        Map<String, String> pairs = Texts.pairs(text, ':');
        return new Fields()
                .with("bytes", kibibytes(pairs.get("MemTotal")))
                .with("swap", kibibytes(pairs.get("SwapTotal")));
    }

    private static long kibibytes(@org.jspecify.annotations.Nullable String text) {
        long kib = text == null ? -1 : Texts.number(text.replaceFirst("\\s*kB$", ""));
        return kib < 0 || kib > Long.MAX_VALUE / 2048 ? -1 : (kib >> 10) << 20;
    }

    private Fields system() {
        String dmi = "/sys/class/dmi/id/";
        return new Fields()
                .with("vendor", filled(files.line(dmi + "sys_vendor")))
                .with(
                        "product",
                        filled(first(
                                files.line(dmi + "product_name"),
                                files.line("/proc/device-tree/model").replace("\0", ""))))
                .with("version", filled(files.line(dmi + "product_version")))
                .with(
                        "serial",
                        filled(first(
                                files.line(dmi + "product_serial"), files.line("/proc/device-tree/serial-number"))))
                .with("uuid", filled(files.line(dmi + "product_uuid")))
                .with("assetTag", filled(files.line(dmi + "chassis_asset_tag")))
                .with("board", filled(files.line(dmi + "board_name")))
                .with("boardSerial", filled(files.line(dmi + "board_serial")))
                .with("firmware", filled(files.line(dmi + "bios_version")))
                .with("architecture", System.getProperty("os.arch", ""));
    }

    static String first(String one, String other) {
        return one.isEmpty() ? other : one;
    }

    /** Firmware that nobody filled in says so in a hundred ways; these are the usual ones. */
    static String filled(String text) {
        String word = text.toLowerCase(java.util.Locale.ROOT).replaceAll("[^a-z0-9]", "");
        return Set.of(
                                "",
                                "none",
                                "na",
                                "notspecified",
                                "notapplicable",
                                "tobefilledbyoem",
                                "defaultstring",
                                "systemserialnumber",
                                "systemproductname",
                                "systemmanufacturer",
                                "systemversion",
                                "noassettag",
                                "noassetinformation",
                                "assettag",
                                "chassisassettag",
                                "notavailable",
                                "unknown",
                                "invalid",
                                "oem",
                                "0",
                                "00000000",
                                "0123456789",
                                "123456789",
                                "1234567890")
                        .contains(word)
                ? ""
                : text;
    }

    private void disks(SortedMap<String, SortedMap<String, String>> items) {
        for (String name : files.names("/sys/block")) {
            String at = "/sys/block/" + name + "/";
            long sectors = files.number(at + "size");
            if (sectors <= 0 || name.matches("(loop|ram|zram|dm-|md|sr|fd).*")) {
                continue;
            }
            put(
                    items,
                    "disk/" + name,
                    new Fields()
                            .with("bytes", sectors > Long.MAX_VALUE / 512 ? -1 : sectors * 512)
                            .with("model", files.line(at + "device/model"))
                            .with("vendor", files.line(at + "device/vendor").replaceFirst("^0x.*", ""))
                            .with("serial", first(files.line(at + "device/serial"), files.line(at + "serial")))
                            .with("firmware", files.line(at + "device/firmware_rev"))
                            .with(
                                    "kind",
                                    switch (files.line(at + "queue/rotational")) {
                                        case "0" -> "solid state";
                                        case "1" -> "rotating";
                                        default -> "";
                                    })
                            .with("removable", files.line(at + "removable").equals("1") ? "yes" : ""));
        }
    }

    /** Lines of fstab(5) form, spaces as octal. Of a device that is mounted often, containers do so, the first place. */
    private void fileSystems(String mounts, SortedMap<String, SortedMap<String, String>> items) {
        Set<String> seen = new HashSet<>();
        for (String line : (Iterable<String>) mounts.lines()::iterator) {
            String[] parts = line.split(" ", -1);
            if (parts.length < 4 || seen.size() >= MachineFiles.ENTRIES_MAX) {
                continue;
            }
            String type = parts[2];
            boolean local = LOCAL.contains(type);
            boolean ours = parts[1].startsWith("/") && !parts[1].matches("/(proc|sys|dev)(/.*)?");
            if (!(local || REMOTE.contains(type)) || !ours || !seen.add(type.equals("overlay") ? parts[1] : parts[0])) {
                continue;
            }
            String place = unescaped(parts[1]);
            put(
                    items,
                    "filesystem" + (place.equals("/") ? "/" : place),
                    new Fields()
                            .with("device", unescaped(parts[0]))
                            .with("type", type)
                            .with("readOnly", Arrays.asList(parts[3].split(",")).contains("ro") ? "yes" : "")
                            .with("bytes", local ? size(place) : -1));
        }
    }

    private long size(String place) {
        try {
            return java.nio.file.Files.getFileStore(files.root().resolve(place.substring(1)))
                    .getTotalSpace();
        } catch (java.io.IOException | java.nio.file.InvalidPathException e) {
            return -1;
        }
    }

    static String unescaped(String text) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) == '\\'
                    && i + 3 < text.length()
                    && text.substring(i + 1, i + 4).matches("[0-3][0-7]{2}")) {
                out.append((char) Integer.parseInt(text.substring(i + 1, i + 4), 8));
                i += 3;
            } else {
                out.append(text.charAt(i));
            }
        }
        return out.toString();
    }

    private void interfaces(SortedMap<String, SortedMap<String, String>> items) {
        for (String name : files.names("/sys/class/net")) {
            String at = "/sys/class/net/" + name + "/";
            // Containers come and go; their ends of the line are nobody's hardware.
            if (name.equals("lo") || name.startsWith("veth") || name.equals("bonding_masters")) {
                continue;
            }
            long speed = files.number(at + "speed");
            put(
                    items,
                    "network/" + name,
                    new Fields()
                            .with("mac", files.line(at + "address").replaceFirst("^(00:)+00$", ""))
                            .with("state", files.line(at + "operstate"))
                            .with("megabits", speed == 0 || speed > 10_000_000 ? -1 : speed)
                            .with("mtu", files.number(at + "mtu"))
                            .with("physical", files.exists(at + "device") ? "yes" : ""));
        }
    }

    /** Whether the processor says that it is a guest's. */
    boolean saysHypervisor() {
        Predicate<String> flags = line -> line.matches("flags\\s*:.*\\bhypervisor\\b.*");
        return files.text("/proc/cpuinfo").lines().anyMatch(flags);
    }
}
