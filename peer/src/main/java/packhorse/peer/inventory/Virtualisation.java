package packhorse.peer.inventory;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import packhorse.peer.inventory.Texts.Fields;

/**
 * Says whether the machine is a guest, of what, and on which host where that can be known. A guest is not told its host by most
 * hypervisors; where one does (Hyper-V's key-value pool, a cloud's asset tags, a container's runtime) it is said with where it
 * was read, and where none does nothing is guessed.
 */
final class Virtualisation {
    /** A record of Hyper-V's pool: a key of 512 bytes and a value of 2,048, both ended by a zero. */
    private static final int POOL_KEY_BYTES = 512;

    private static final int POOL_VALUE_BYTES = 2_048;

    private static final String POOL = "/var/lib/hyperv/.kvp_pool_3";

    /** What firmware is called by those who sell or make virtual machines. */
    private static final Map<String, String> BY_FIRMWARE = firmware();

    private final MachineFiles files;
    private final Programs programs;

    Virtualisation(MachineFiles files, Programs programs) {
        this.files = files;
        this.programs = programs;
    }

    private static Map<String, String> firmware() {
        Map<String, String> names = new LinkedHashMap<>();
        names.put("amazon ec2", "amazon");
        names.put("google compute engine", "google");
        names.put("google", "google");
        names.put("vmware", "vmware");
        names.put("virtualbox", "oracle");
        names.put("innotek", "oracle");
        names.put("parallels", "parallels");
        names.put("microsoft corporation virtual machine", "microsoft");
        names.put("xen", "xen");
        names.put("openstack", "openstack");
        names.put("kvm", "kvm");
        names.put("qemu", "qemu");
        names.put("bochs", "qemu");
        names.put("bhyve", "bhyve");
        return names;
    }

    SortedMap<String, String> fields() {
        Fields fields = new Fields();
        String container = container();
        String machine = machine();
        fields.with("container", container);
        fields.with("machine", machine);
        if (machine.isEmpty() && container.isEmpty()) {
            return fields.get();
        }
        host(fields);
        return fields.get();
    }

    private String machine() {
        String word = programs.output(List.of("systemd-detect-virt", "--vm"))
                .map(Texts::clean)
                .orElse("");
        if (word.matches("[a-z0-9-]{1,32}") && !word.equals("none")) {
            return word;
        }
        String dmi = "/sys/class/dmi/id/";
        String firmware = String.join(
                        " ",
                        files.line(dmi + "sys_vendor"),
                        files.line(dmi + "product_name"),
                        files.line(dmi + "bios_vendor"))
                .toLowerCase(Locale.ROOT);
        for (Map.Entry<String, String> known : BY_FIRMWARE.entrySet()) {
            if (firmware.contains(known.getKey())) {
                return known.getValue();
            }
        }
        String hypervisor = files.line("/sys/hypervisor/type");
        if (!hypervisor.isEmpty()) {
            return hypervisor;
        }
        return new Hardware(files).saysHypervisor() ? "unknown hypervisor" : "";
    }

    private String container() {
        if (files.exists("/run/.containerenv")) {
            return "podman";
        }
        if (files.exists("/.dockerenv")) {
            return "docker";
        }
        String systemd = files.line("/run/systemd/container");
        if (!systemd.isEmpty()) {
            return systemd;
        }
        for (String variable : files.text("/proc/1/environ").split("\0", -1)) {
            if (variable.startsWith("container=")) {
                return variable.substring("container=".length());
            }
        }
        String groups = files.text("/proc/1/cgroup");
        for (String runtime : List.of("kubepods", "docker", "libpod", "lxc", "containerd")) {
            if (groups.contains("/" + runtime)) {
                return runtime.equals("kubepods") ? "kubernetes" : runtime;
            }
        }
        return "";
    }

    private void host(Fields fields) {
        Map<String, String> pool = pool(files.bytes(POOL));
        String physical = pool.getOrDefault("PhysicalHostNameFullyQualified", pool.getOrDefault("HostName", ""));
        if (!physical.isEmpty()) {
            fields.with("host", physical).with("hostFrom", POOL);
        }
        fields.with("hostSystem", pool.getOrDefault("HostingSystemOsVersion", ""));
        String dmi = "/sys/class/dmi/id/";
        String tag = files.line(dmi + "board_asset_tag");
        if (tag.matches("i-[0-9a-f]{8,17}")) {
            fields.with("instance", tag);
        }
        fields.with("hypervisorUuid", files.line("/sys/hypervisor/uuid"));
        fields.with("hypervisorVersion", hypervisorVersion());
    }

    private String hypervisorVersion() {
        String major = files.line("/sys/hypervisor/version/major");
        return major.isEmpty()
                ? ""
                : major + "." + files.line("/sys/hypervisor/version/minor")
                        + files.line("/sys/hypervisor/version/extra");
    }

    /** Hyper-V's pool of what the host tells its guest. */
    static Map<String, String> pool(byte[] bytes) {
        Map<String, String> pool = new LinkedHashMap<>();
        int record = POOL_KEY_BYTES + POOL_VALUE_BYTES;
        for (int at = 0; at + record <= bytes.length && pool.size() < MachineFiles.ENTRIES_MAX; at += record) {
            pool.putIfAbsent(text(bytes, at, POOL_KEY_BYTES), text(bytes, at + POOL_KEY_BYTES, POOL_VALUE_BYTES));
        }
        return pool;
    }

    private static String text(byte[] bytes, int at, int length) {
        int end = at;
        while (end < at + length && bytes[end] != 0) {
            end++;
        }
        return Texts.clean(new String(bytes, at, end - at, StandardCharsets.UTF_8));
    }
}
