package packhorse.peer.installer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.peer.process.Surroundings;

/**
 * With which rights the installer's process is started, as far as this machine can give and take them.
 *
 * <p>The problem: it changes the machine, so it needs nearly all of its rights, and whoever talks it into something has them too.
 * What can be taken is what installing never needs. A network: {@code unshare --net} gives it a namespace of its own in which
 * nothing is but a loopback that is down; so neither it nor any program it starts can fetch anything or send anything out,
 * and a daemon that a package starts by itself, not through the system's service manager, has none either. Capabilities: {@code setpriv} keeps those below
 * in the bounding set, so that no program it starts ever has others. Its files are its own: umask 077, set by the shell, which
 * also leads a session of its own, so that a terminal's keys reach the agent alone. All of these replace themselves by the next, and Java
 * closes every descriptor but three.
 *
 * <p>What this is not: a cage for a process that was taken over. Root with the right to mount can leave a namespace; the aim is
 * that mistakes and simple tricks lead nowhere. Rejected: a namespace of process ids, because services that packages start would
 * end with the installer; {@code no_new_privs}, because SELinux then keeps package tools from their own domains.
 *
 * <p>An agent that is not root gets a namespace of its own for users, where the system allows that, and in it one for the network; rights it
 * has none to take.
 */
final class Confinement {
    /**
     * What installing needs: owners, modes and whatever files there are (chown to setfcap), other users for scripts (setuid, setgid, setpcap),
     * other roots and sandboxes (sys_chroot, sys_admin for mounts and namespaces, net_admin for a sandbox's loopback), device nodes,
     * finding and ending what runs too long or has to be started again (sys_ptrace to read of whom a process is, kill), the machine's
     * restart (sys_boot), and what account tools want (audit_write, sys_nice, sys_resource).
     */
    private static final List<String> CAPABILITIES = List.of(
            "chown",
            "dac_override",
            "dac_read_search",
            "fowner",
            "fsetid",
            "setfcap",
            "setuid",
            "setgid",
            "setpcap",
            "sys_chroot",
            "sys_admin",
            "net_admin",
            "mknod",
            "kill",
            "sys_ptrace",
            "sys_boot",
            "audit_write",
            "sys_nice",
            "sys_resource");

    private static final List<String> PRIVATE = List.of("/bin/sh", "-c", "umask 077; exec \"$0\" \"$@\"");
    /** Ends well where nothing but the loopback is. */
    private static final List<String> ALONE = List.of(
            "/bin/sh",
            "-c",
            "test -z \"$(sed -n '/^ *lo:/d;/:/p' /proc/self/net/dev)\" || { echo it still has a network; exit 1; }");

    private static final List<String> NOTHING = List.of("/bin/true");
    private static final Path DEVICES = Path.of("/proc/self/net/dev");

    private static final Logger LOG = LoggerFactory.getLogger(Confinement.class);

    private final List<String> prefix;
    private final Optional<String> exposed;

    private Confinement(List<String> prefix, Optional<String> exposed) {
        this.prefix = List.copyOf(prefix);
        this.exposed = exposed;
    }

    /** Tries out what this machine can do. */
    static Confinement choose() {
        boolean root = Surroundings.isRoot();
        List<String> prefix = new ArrayList<>();
        List<String> missing = new ArrayList<>();
        take(prefix, missing, "its own session", session(), NOTHING);
        take(prefix, missing, "a namespace without network", network(root), ALONE);
        if (root) {
            take(prefix, missing, "fewer capabilities", capabilities(), NOTHING);
        }
        prefix.addAll(PRIVATE);
        return new Confinement(prefix, missing.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", missing)));
    }

    private static void take(
            List<String> prefix, List<String> missing, String what, List<String> words, List<String> proof) {
        Optional<Path> program = Surroundings.program(words.getFirst());
        if (program.isEmpty()) {
            missing.add(what + " cannot be had: there is no " + words.getFirst() + " (package util-linux)");
            return;
        }
        List<String> more = new ArrayList<>(prefix);
        more.add(program.get().toString());
        more.addAll(words.subList(1, words.size()));
        Optional<String> obstacle = Surroundings.obstacle(more, proof);
        if (obstacle.isPresent()) {
            missing.add(what + " cannot be had: " + obstacle.get());
            return;
        }
        prefix.clear();
        prefix.addAll(more);
    }

    private static List<String> session() {
        return List.of("setsid");
    }

    private static List<String> network(boolean root) {
        return root
                ? List.of("unshare", "--net", "--")
                : List.of("unshare", "--user", "--map-current-user", "--net", "--");
    }

    private static List<String> capabilities() {
        return List.of(
                "setpriv",
                "--inh-caps=-all",
                "--ambient-caps=-all",
                "--bounding-set=-all,+" + String.join(",+", CAPABILITIES),
                "--");
    }

    /** What a command begins with. */
    List<String> prefix() {
        return prefix;
    }

    /** What could not be taken from it, one line; absent: everything could. */
    Optional<String> exposed() {
        return exposed;
    }

    /** Asked by the process itself, whoever started it: the networks it has; absent: none. */
    static Optional<String> network() {
        try {
            List<String> devices = Files.readAllLines(DEVICES).stream()
                    .filter(line -> line.indexOf(':') >= 0)
                    .map(line -> line.substring(0, line.indexOf(':')).strip())
                    .filter(device -> !device.equals("lo"))
                    .toList();
            return devices.isEmpty()
                    ? Optional.empty()
                    : Optional.of("the installer has the machine's network (" + String.join(", ", devices) + ")");
        } catch (IOException e) {
            LOG.debug("cannot read {}", DEVICES, e);
            return Optional.of("whether the installer has a network cannot be told: " + e.getMessage());
        }
    }
}
