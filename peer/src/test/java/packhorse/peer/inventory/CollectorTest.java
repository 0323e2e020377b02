package packhorse.peer.inventory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.content.Platform;
import packhorse.core.content.ReleaseId;
import packhorse.core.content.ReleaseName;
import packhorse.core.content.Sha256;
import packhorse.core.content.Version;
import packhorse.core.state.Inventory;
import packhorse.core.state.LineState;
import packhorse.core.testing.Cases;

/** Machines as they were recorded, and whatever else may stand in those files. */
final class CollectorTest {
    private static final String OS_RELEASE = """
        PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"
        NAME="Debian GNU/Linux"
        VERSION_ID="12"
        VERSION_CODENAME=bookworm
        ID=debian
        HOME_URL="https://www.debian.org/"
        """;

    private static final String CPU_X86 = """
        processor	: 0
        vendor_id	: GenuineIntel
        model name	: Intel(R) Xeon(R) Gold 6230 CPU @ 2.10GHz
        physical id	: 0
        core id		: 0
        flags		: fpu vme nx lm aes avx avx2 hypervisor

        processor	: 1
        vendor_id	: GenuineIntel
        model name	: Intel(R) Xeon(R) Gold 6230 CPU @ 2.10GHz
        physical id	: 0
        core id		: 0
        flags		: fpu vme nx lm aes avx avx2 hypervisor

        processor	: 2
        physical id	: 1
        core id		: 0
        """;

    private static final String CPU_ARM = """
        processor	: 0
        BogoMIPS	: 108.00
        Features	: fp asimd aes crc32
        CPU implementer	: 0x41
        CPU part	: 0xd08

        Model		: Raspberry Pi 4 Model B Rev 1.4
        """;

    private static final String MOUNTS = """
        sysfs /sys sysfs rw,nosuid 0 0
        proc /proc proc rw 0 0
        /dev/sda1 / ext4 rw,relatime 0 0
        /dev/sda1 /var/lib/docker ext4 rw 0 0
        /dev/sdb1 /mnt/my\\040disk xfs ro 0 0
        tmpfs /run tmpfs rw 0 0
        server:/export /net/share nfs4 rw 0 0
        """;

    @TempDir
    Path folder;

    private static Map<String, String> item(Inventory inventory, String key) {
        SortedMap<String, String> fields = inventory.items().get(key);
        assertTrue(fields != null, () -> key + " is not in " + inventory.items().keySet());
        return fields == null ? Map.of() : fields;
    }

    private Recording server() {
        return new Recording(folder)
                .with("/etc/os-release", OS_RELEASE)
                .with("/proc/cpuinfo", CPU_X86)
                .with("/proc/meminfo", "MemTotal:       16315412 kB\nSwapTotal:       2097148 kB\n")
                .with("/proc/sys/kernel/osrelease", "6.1.0-18-amd64\n")
                .with("/proc/sys/kernel/hostname", "till-7\n")
                .with("/proc/self/mounts", MOUNTS)
                .with("/sys/block/sda/size", "1953525168\n")
                .with("/sys/block/sda/device/model", "Samsung SSD 860 \n")
                .with("/sys/block/sda/queue/rotational", "0\n")
                .with("/sys/block/loop0/size", "8\n")
                .with("/sys/block/sdc/size", "0\n")
                .with("/sys/class/net/eth0/address", "52:54:00:12:34:56\n")
                .with("/sys/class/net/eth0/operstate", "up\n")
                .with("/sys/class/net/eth0/speed", "1000\n")
                .with("/sys/class/net/eth0/device/vendor", "0x8086\n")
                .with("/sys/class/net/eth1/address", "00:00:00:00:00:00\n")
                .with("/sys/class/net/eth1/speed", "-1\n")
                .with("/sys/class/net/veth12/address", "1:2\n")
                .with("/sys/class/net/lo/address", "00:00:00:00:00:00\n")
                .with("/sys/class/dmi/id/sys_vendor", "Dell Inc.\n")
                .with("/sys/class/dmi/id/product_name", "PowerEdge R640\n")
                .with("/sys/class/dmi/id/product_serial", "ABC1234\n")
                .with("/sys/class/dmi/id/chassis_asset_tag", "To be filled by O.E.M.\n");
    }

    @Test
    void aServerIsWhatItsFilesSay() {
        Inventory taken = server().taken();
        assertEquals("debian", item(taken, "os").get("id"));
        assertEquals("Debian GNU/Linux 12 (bookworm)", item(taken, "os").get("pretty_name"));
        assertEquals("6.1.0-18-amd64", item(taken, "kernel").get("release"));
        assertEquals("till-7", item(taken, "host").get("name"));
        Map<String, String> cpu = item(taken, "cpu");
        assertEquals("Intel(R) Xeon(R) Gold 6230 CPU @ 2.10GHz", cpu.get("model"));
        assertEquals(
                List.of("3", "2", "2"),
                List.of(
                        String.valueOf(cpu.get("threads")),
                        String.valueOf(cpu.get("cores")),
                        String.valueOf(cpu.get("sockets"))));
        assertEquals("aes avx avx2 hypervisor lm nx", cpu.get("flags"));
        assertEquals("16706961408", item(taken, "memory").get("bytes"));
        Map<String, String> disk = item(taken, "disk/sda");
        assertEquals("1000204886016", disk.get("bytes"));
        assertEquals("Samsung SSD 860", disk.get("model"));
        assertEquals("solid state", disk.get("kind"));
        assertFalse(taken.items().containsKey("disk/loop0") || taken.items().containsKey("disk/sdc"));
        assertEquals("ext4", item(taken, "filesystem/").get("type"));
        assertEquals("yes", item(taken, "filesystem/mnt/my disk").get("readOnly"));
        assertEquals("nfs4", item(taken, "filesystem/net/share").get("type"));
        assertNull(item(taken, "filesystem/net/share").get("bytes"), "a server that is away would hold the look up");
        assertFalse(taken.items().containsKey("filesystem/var/lib/docker"), "the same device again");
        assertEquals(
                Map.of(
                        "addresses",
                        "10.1.0.5",
                        "mac",
                        "52:54:00:12:34:56",
                        "megabits",
                        "1000",
                        "physical",
                        "yes",
                        "state",
                        "up"),
                item(taken, "network/eth0"));
        assertNull(taken.items().get("network/veth12"));
        assertNull(taken.items().get("network/lo"));
        assertEquals("ABC1234", item(taken, "system").get("serial"));
        assertNull(item(taken, "system").get("assetTag"), "nobody filled it in");
    }

    @Test
    void anArmBoardNamesItsModel() {
        Map<String, String> cpu =
                item(new Recording(folder).with("/proc/cpuinfo", CPU_ARM).taken(), "cpu");
        assertEquals("Raspberry Pi 4 Model B Rev 1.4", cpu.get("model"));
        assertEquals("aes asimd crc32", cpu.get("flags"));
        assertEquals("0xd08", cpu.get("part"));
    }

    @Test
    void aGuestSaysWhatOfAndOnWhichHostWhereThatIsTold() {
        byte[] pool = new byte[2 * (512 + 2_048)];
        byte[] key = "HostName".getBytes(StandardCharsets.UTF_8);
        byte[] host = "HV-NODE-3".getBytes(StandardCharsets.UTF_8);
        System.arraycopy(key, 0, pool, 512 + 2_048, key.length);
        System.arraycopy(host, 0, pool, 2 * 512 + 2_048, host.length);
        Map<String, String> hyperV = item(
                new Recording(folder.resolve("a"))
                        .with("/sys/class/dmi/id/sys_vendor", "Microsoft Corporation\n")
                        .with("/sys/class/dmi/id/product_name", "Virtual Machine\n")
                        .with("/var/lib/hyperv/.kvp_pool_3", pool)
                        .taken(),
                "virtual");
        assertEquals(
                Map.of("machine", "microsoft", "host", "HV-NODE-3", "hostFrom", "/var/lib/hyperv/.kvp_pool_3"), hyperV);
        assertEquals(
                Map.of("machine", "amazon", "instance", "i-0123456789abcdef0"),
                item(
                        new Recording(folder.resolve("b"))
                                .with("/sys/class/dmi/id/sys_vendor", "Amazon EC2\n")
                                .with("/sys/class/dmi/id/board_asset_tag", "i-0123456789abcdef0\n")
                                .taken(),
                        "virtual"));
        assertEquals(
                Map.of("machine", "kvm", "container", "docker"),
                item(
                        new Recording(folder.resolve("c"))
                                .with("/.dockerenv", "")
                                .saying("systemd-detect-virt", "kvm\n")
                                .taken(),
                        "virtual"));
        assertEquals(
                Map.of("machine", "unknown hypervisor"),
                item(
                        new Recording(folder.resolve("d"))
                                .with("/proc/cpuinfo", CPU_X86)
                                .taken(),
                        "virtual"));
        assertEquals(
                Map.of("container", "kubernetes"),
                item(
                        new Recording(folder.resolve("e"))
                                .with("/proc/1/cgroup", "0::/kubepods/besteffort/pod1/abc\n")
                                .taken(),
                        "virtual"));
        assertFalse(server().taken().items().get("system") == null);
    }

    @Test
    void debianPackagesHaveTheLicencesOfTheirMachineReadableFiles() {
        Recording machine = new Recording(folder)
                .with("/var/lib/dpkg/status", "x")
                .with("/usr/share/doc/bash/copyright", """
                    Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
                    Files: *
                    License: GPL-3+

                    Files: doc/*
                    License: GFDL-NIV-1.3

                    License: GPL-3+
                     On Debian systems …
                    """)
                .with("/usr/share/doc/libc6/copyright", "License: this file is prose and not machine-readable")
                .saying("dpkg-query", """
                    installed	bash	5.2.15-2+b2	amd64	bash	7164
                    installed	libc6:amd64	2.36-9	amd64	glibc	12986
                    config-files	gone	1.0	amd64	gone	1
                    installed	../../etc/shadow	1.0	amd64	x	1
                    broken line
                    """);
        Inventory taken = machine.taken();
        assertEquals(
                Map.of(
                        "version",
                        "5.2.15-2+b2",
                        "architecture",
                        "amd64",
                        "bytes",
                        "7335936",
                        "licence",
                        "GPL-3+, GFDL-NIV-1.3"),
                item(taken, "package/deb/bash"));
        assertEquals("glibc", item(taken, "package/deb/libc6:amd64").get("source"));
        assertNull(item(taken, "package/deb/libc6:amd64").get("licence"));
        assertNull(taken.items().get("package/deb/gone"));
        int asked = machine.asked;
        assertEquals(taken, machine.taken());
        assertEquals(asked + 1, machine.asked, "only systemd-detect-virt was asked again");
        machine.with("/var/lib/dpkg/status", "xy").saying("dpkg-query", "");
        assertNull(machine.taken().items().get("package/deb/bash"));
    }

    @Test
    void rpmPackagesSayTheirLicence() {
        Inventory taken = new Recording(folder)
                .with("/var/lib/rpm/rpmdb.sqlite", "x")
                .saying("rpm", """
                    bash	(none)	5.2.26-3.fc40	x86_64	8507334	Fedora Project	GPL-3.0-or-later
                    kernel	(none)	6.8.5-301.fc40	x86_64	0	Fedora Project	GPL-2.0-only
                    kernel	(none)	6.9.0-1.fc40	x86_64	0	Fedora Project	GPL-2.0-only
                    shadow-utils	2	4.15-2	x86_64	4317	(none)	BSD-3-Clause
                    gpg-pubkey	(none)	a15b79cc-63d04c2c	(none)	0	(none)	pubkey
                    """)
                .taken();
        assertEquals("GPL-3.0-or-later", item(taken, "package/rpm/bash.x86_64").get("licence"));
        assertEquals("2:4.15-2", item(taken, "package/rpm/shadow-utils.x86_64").get("version"));
        assertEquals(
                "6.9.0-1.fc40",
                item(taken, "package/rpm/kernel.x86_64/6.9.0-1.fc40").get("version"));
        assertEquals(
                4,
                taken.items().keySet().stream()
                        .filter(key -> key.startsWith("package/"))
                        .count());
    }

    private static List<String> packages(Inventory taken) {
        return taken.items().keySet().stream()
                .filter(key -> key.startsWith("package/"))
                .toList();
    }

    @Test
    void aToolThatFailsLeavesWhatWasKnownOfItsKindAlsoOverARestart() {
        Inventory before = new Recording(folder)
                .with("/var/lib/dpkg/status", "x")
                .with("/var/lib/rpm/rpmdb.sqlite", "x")
                .saying("dpkg-query", "installed\tbash\t5\tamd64\tbash\t1\n")
                .saying("rpm", "zsh\t0\t5-1\tx86_64\t1\tFedora\tMIT\n")
                .taken();
        assertEquals(List.of("package/deb/bash", "package/rpm/zsh.x86_64"), packages(before));

        Recording restarted = new Recording(folder).saying("rpm", "ksh\t0\t5-1\tx86_64\t1\tFedora\tMIT\n");

        Inventory during = restarted.takenAfter(before);
        assertEquals(List.of("package/deb/bash", "package/rpm/ksh.x86_64"), packages(during));
        assertEquals(item(before, "package/deb/bash"), item(during, "package/deb/bash"));
        restarted.saying("dpkg-query", "installed\tash\t5\tamd64\tash\t1\n");
        Inventory after = restarted.takenAfter(during);
        assertEquals(List.of("package/deb/ash", "package/rpm/ksh.x86_64"), packages(after), "asked again soon");
        restarted.silent("dpkg-query").with("/var/lib/dpkg/status", "longer");
        assertEquals(packages(after), packages(restarted.takenAfter(after)));
    }

    @Test
    void whatTheAgentHoldsIsInIt() {
        ReleaseId id = new ReleaseId(ReleaseName.parse("acme/editor"), Version.parse("2.0"), Platform.ANY);
        Inventory taken = new Collector(new MachineFiles(folder), new Recording(folder), name -> List.of())
                .collect(List.of(new HeldRelease(id, Sha256.of(new byte[0]), 7, "staged")), Inventory.EMPTY);
        assertEquals("staged", item(taken, "release/acme/editor/2.0/any").get("presence"));
    }

    @Test
    void whatIsInPlaceIsInItAndStaysWhileNobodyKnows() {
        LineState line = new LineState(
                ReleaseName.parse("acme/editor"),
                Platform.ANY,
                Optional.of(Version.parse("2.0")),
                Optional.of(Version.parse("1.0")),
                LineState.Presence.INSTALLED,
                LineState.TransactionState.COMMITTED,
                LineState.Activation.PENDING_REBOOT,
                LineState.Health.DRIFT,
                false,
                "somebody changed it");
        Collector collector = new Collector(new MachineFiles(folder), new Recording(folder), name -> List.of());
        Inventory taken = collector.collect(List.of(), Optional.of(List.of(line)), Inventory.EMPTY);
        assertEquals(
                Map.of(
                        "version", "2.0",
                        "previous", "1.0",
                        "presence", "installed",
                        "transaction", "committed",
                        "activation", "pending-reboot",
                        "health", "drift",
                        "undoable", "no",
                        "detail", "somebody changed it"),
                item(taken, "release/acme/editor/any"));
        assertEquals(taken, collector.collect(List.of(), Optional.empty(), taken));
        assertFalse(collector
                .collect(List.of(), Optional.of(List.of()), taken)
                .items()
                .containsKey("release/acme/editor/any"));
    }

    @Test
    void thisMachineCanBeTaken() {
        Inventory taken = Collector.ofThisMachine().collect(List.of(), Inventory.EMPTY);
        assertTrue(
                taken.items().containsKey("os") && taken.items().containsKey("memory"),
                taken.items().keySet()::toString);
        assertEquals(
                taken,
                Collector.ofThisMachine().collect(List.of(), Inventory.EMPTY),
                "nothing in it changes by itself");
    }

    /** Every file is somebody else's: an inventory comes of it, bounded and clean, whatever it says. */
    @Test
    void hostileFilesMakeAnInventoryAllTheSame() {
        List<String> paths = List.of(
                "/etc/os-release",
                "/proc/cpuinfo",
                "/proc/meminfo",
                "/proc/self/mounts",
                "/proc/sys/kernel/hostname",
                "/sys/block/sda/size",
                "/sys/block/sda/device/model",
                "/sys/class/net/eth0/speed",
                "/sys/class/net/eth0/address",
                "/sys/class/dmi/id/product_serial",
                "/proc/1/environ",
                "/usr/share/doc/bash/copyright",
                "/var/lib/hyperv/.kvp_pool_3",
                "/sys/hypervisor/type");
        List<String> words = List.of(
                "\u0000",
                "\u202e",
                "=",
                ":",
                "\"",
                "\\040",
                "\\999",
                "\n",
                "\t",
                "processor\t: 1\n",
                "License: ",
                "Format: x\n",
                "MemTotal: 99999999999999999999 kB\n",
                "9".repeat(40),
                "-1",
                "/dev/sda1 / ext4 rw\n",
                "é",
                "\ud800",
                "x".repeat(5_000),
                "ID=\"",
                "flags : hypervisor\n");
        Cases.run(300, random -> {
            Recording machine =
                    new Recording(folder.resolve("h" + random.nextLong())).with("/var/lib/dpkg/status", "x");
            for (String path : paths) {
                StringBuilder text = new StringBuilder();
                for (int i = random.nextInt(12); i > 0; i--) {
                    text.append(words.get(random.nextInt(words.size())));
                }
                machine.with(path, text.toString().getBytes(StandardCharsets.UTF_8));
            }
            List<String> lines = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                lines.add("installed\t" + words.get(random.nextInt(words.size())) + "\t1\t"
                        + words.get(random.nextInt(words.size())) + "\tbash\t9");
            }
            machine.saying("dpkg-query", String.join("\n", lines))
                    .saying("systemd-detect-virt", words.get(random.nextInt(words.size())));
            Inventory taken = machine.taken();
            taken.items()
                    .forEach((key, fields) -> fields.values()
                            .forEach(value -> assertFalse(
                                    value.isEmpty()
                                            || value.chars().anyMatch(Character::isISOControl)
                                            || value.contains("\u202e"),
                                    key + ": " + value)));
        });
    }

    @Test
    void theDifferencePutOnIsTheOther() {
        Cases.run(500, random -> {
            Inventory one = drawn(random.nextLong());
            Inventory other = drawn(random.nextLong());
            assertEquals(other, one.with(other.since(one)));
            assertTrue(one.since(one).isEmpty());
        });
    }

    private static Inventory drawn(long seed) {
        var random = new java.util.SplittableRandom(seed);
        SortedMap<String, SortedMap<String, String>> items = new TreeMap<>();
        for (int i = random.nextInt(10); i > 0; i--) {
            items.put(
                    "k" + random.nextInt(12), new TreeMap<>(Map.of("f" + random.nextInt(2), "v" + random.nextInt(3))));
        }
        return new Inventory(items);
    }
}
