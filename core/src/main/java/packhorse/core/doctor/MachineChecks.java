package packhorse.core.doctor;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import packhorse.core.unit.ByteCount;

/** The checks of the machine itself: Java, disk, clock, ports, limits, programs. Each says what it found and never throws. */
public final class MachineChecks {
    /** Below this, a release of middle size and everything else that is written there do not fit. */
    private static final long FREE_BYTES_LEAST = 1L << 30;

    private static final long FREE_BYTES_FAIL = 64L << 20;
    private static final int JAVA_LEAST = 21;
    private static final long PROGRAM_SECONDS_MAX = 5;
    /** /proc/net/tcp of a tracker with 19,000 agents has about 3 MiB. */
    private static final int TEXT_BYTES_MAX = 16 << 20;

    private static final long INODES_LEAST = 10_000;

    private MachineChecks() {}

    /** The Java that runs this. */
    public static Finding java() {
        int feature = Runtime.version().feature();
        String what = "Java " + Runtime.version() + " of " + System.getProperty("java.vendor", "somebody");
        return feature >= JAVA_LEAST
                ? Finding.ok("java", what)
                : Finding.fail(
                        "java",
                        what,
                        "install a JDK of version " + JAVA_LEAST + " or later, or set PACKHORSE_JAVA_HOME");
    }

    /** Space, rights, flushes and inodes of a directory, or of where it will be made. */
    public static List<Finding> disk(String name, Path directory) {
        Path there = directory.toAbsolutePath();
        while (!Files.exists(there) && there.getParent() != null) {
            there = there.getParent();
        }
        List<Finding> findings = new ArrayList<>();
        if (!Files.isDirectory(there)) {
            return List.of(Finding.fail(name, there + " is not a directory", "name another one in the configuration"));
        }
        try {
            long free = Files.getFileStore(there).getUsableSpace();
            String what = new ByteCount(free) + " free for " + directory;
            String mend = "make room, or move the directory to a larger disk";
            findings.add(
                    free < FREE_BYTES_FAIL
                            ? Finding.fail(name, what, mend)
                            : free < FREE_BYTES_LEAST ? Finding.warn(name, what, mend) : Finding.ok(name, what));
        } catch (IOException e) {
            findings.add(
                    Finding.fail(name, "the disk of " + directory + " cannot be asked: " + e, "mount it, or mend it"));
        }
        inodes(name, there).ifPresent(findings::add);
        findings.add(writable(name, there, directory));
        return findings;
    }

    private static Finding writable(String name, Path there, Path directory) {
        Path probe =
                there.resolve(".packhorse-doctor-" + ProcessHandle.current().pid());
        long before = System.nanoTime();
        try (FileChannel channel = FileChannel.open(
                probe, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, StandardOpenOption.DELETE_ON_CLOSE)) {
            channel.write(ByteBuffer.wrap(new byte[4096]));
            channel.force(true);
            long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - before);
            return Finding.ok(name, directory + " can be written; a flush takes " + millis + " ms");
        } catch (IOException e) {
            return Finding.fail(
                    name,
                    there + " cannot be written by " + System.getProperty("user.name", "this user") + ": " + reason(e),
                    "run as the role's own user, or give that user the directory");
        }
    }

    private static Optional<Finding> inodes(String name, Path there) {
        return output("stat", "-f", "-c", "%c %d", there.toString())
                .map(String::strip)
                .filter(line -> line.matches("[0-9]{1,18} [0-9]{1,18}"))
                .flatMap(line -> {
                    long all = Long.parseLong(line.substring(0, line.indexOf(' ')));
                    long free = Long.parseLong(line.substring(line.indexOf(' ') + 1));
                    return all > 0 && free < INODES_LEAST
                            ? Optional.of(Finding.warn(
                                    name,
                                    "only " + free + " inodes are free on the disk of " + there,
                                    "delete small files there, or move the directory"))
                            : Optional.empty();
                });
    }

    /** Whether somebody keeps the clock right. */
    public static Finding clockIsKept() {
        Optional<String> said = output("timedatectl", "show", "-p", "NTPSynchronized", "--value")
                .map(String::strip);
        if (said.equals(Optional.of("yes")) || Files.exists(Path.of("/run/systemd/timesync/synchronized"))) {
            return Finding.ok("clock", "kept right over the network");
        }
        Optional<String> chrony = output("chronyc", "-n", "tracking");
        if (chrony.map(text -> text.contains("Leap status     : Normal")).orElse(false)) {
            return Finding.ok("clock", "kept right by chrony");
        }
        return said.equals(Optional.of("no")) || chrony.isPresent()
                ? Finding.warn(
                        "clock",
                        "nobody keeps it right",
                        "switch time synchronisation on (timedatectl set-ntp true): certificates count by the clock")
                : Finding.ok("clock", "it cannot be known here whether somebody keeps it right");
    }

    /** The clock beside another machine's. */
    public static Finding clockBeside(String whose, long differenceMillis) {
        double seconds = differenceMillis / 1000.0;
        String what = String.format(
                Locale.ROOT, "%.1f s %s %s", Math.abs(seconds), seconds >= 0 ? "before" : "behind", whose);
        String mend = "set this machine's clock, or the other's: certificates are back-dated by 60 s only";
        return Math.abs(seconds) > 60
                ? Finding.fail("clock", what, mend)
                : Math.abs(seconds) > 5 ? Finding.warn("clock", what, mend) : Finding.ok("clock", what);
    }

    /**
     * Whether an address can be listened on.
     *
     * @param key where it is configured
     * @param running whether the role runs, so that the port is in use by it
     */
    public static Finding port(String key, InetSocketAddress address, boolean running) {
        String name = "port " + address.getPort();
        InetAddress ip = address.getAddress();
        if (ip == null) {
            return Finding.fail(
                    name, key + ": " + address.getHostString() + " has no address", "write an address of this machine");
        }
        String shown = ip.getHostAddress() + " (" + key + ")";
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(address);
            return Finding.ok(name, (address.getPort() == 0 ? "any port" : "free") + " at " + shown);
        } catch (IOException e) {
            Optional<String> who = Listeners.of(address.getPort());
            if (running
                    && who.map(word -> word.contains("java") || word.contains("packhorse"))
                            .orElse(true)) {
                return Finding.ok(name, "in use at " + shown + by(who) + ", which is the role that runs here");
            }
            boolean inUse = String.valueOf(e.getMessage()).contains("in use");
            String mend = inUse
                    ? "stop what uses it, or change \"" + key + "\""
                    : "write an address of this machine, and a port that this user may have (above 1023)";
            return Finding.fail(name, (inUse ? "in use" : reason(e)) + " at " + shown + by(who), mend);
        }
    }

    private static String by(Optional<String> who) {
        return who.map(word -> " by " + word).orElse("");
    }

    /** How many files and sockets a process may have. */
    public static Finding descriptors(long needed, String why) {
        String limits = text(Path.of("/proc/self/limits"));
        Matcher line = Pattern.compile("Max open files\\s+(\\S+)\\s+(\\S+)").matcher(limits);
        if (!line.find()) {
            return Finding.ok("descriptors", "the limit cannot be known here");
        }
        String hard = String.valueOf(line.group(2));
        // Java raises the soft limit to the hard one by itself.
        long most = hard.equals("unlimited") ? Long.MAX_VALUE : Long.parseLong(hard);
        String what = "up to " + hard + " (" + why + ")";
        return most >= needed
                ? Finding.ok("descriptors", what)
                : Finding.warn(
                        "descriptors",
                        what,
                        "raise it to " + needed + ": ulimit -n, or LimitNOFILE= in the service's unit");
    }

    /** A number of the kernel that should not be smaller. */
    public static Finding kernel(String key, long least, String why) {
        String text = text(Path.of("/proc/sys/" + key.replace('.', '/'))).strip();
        if (!text.matches("[0-9]{1,18}")) {
            return Finding.ok("buffers", key + " cannot be known here");
        }
        long value = Long.parseLong(text);
        return value >= least
                ? Finding.ok("buffers", key + " = " + value)
                : Finding.warn(
                        "buffers",
                        key + " = " + value + ", " + least + " is better: " + why,
                        "sysctl -w " + key + "=" + least);
    }

    /** A program that a feature needs. */
    public static Finding program(List<String> anyOf, String feature, String mend) {
        for (String name : anyOf) {
            for (String folder : List.of("/usr/bin", "/bin", "/usr/sbin", "/sbin", "/usr/local/bin")) {
                if (Files.isExecutable(Path.of(folder, name))) {
                    return Finding.ok(name, folder + "/" + name + ", for " + feature);
                }
            }
        }
        return Finding.warn(anyOf.getFirst(), "missing: " + feature, mend);
    }

    /** In reads of some KiB: a file of /proc/sys ends after the first read, however short that was. */
    static String text(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            return new String(in.readNBytes(TEXT_BYTES_MAX), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return "";
        }
    }

    /** What a program says, where it is there and ends well. */
    private static Optional<String> output(String... command) {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            try {
                process.getOutputStream().close();
                boolean ended = process.waitFor(PROGRAM_SECONDS_MAX, TimeUnit.SECONDS);
                return ended && process.exitValue() == 0
                        ? Optional.of(new String(process.getInputStream().readNBytes(64 << 10), StandardCharsets.UTF_8))
                        : Optional.empty();
            } finally {
                process.destroyForcibly();
            }
        } catch (IOException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    /** Why, in words: without the path that stands beside it. */
    static String reason(IOException e) {
        return switch (e) {
            case java.nio.file.AccessDeniedException denied -> "permission denied";
            case java.nio.file.FileSystemException fault when fault.getReason() != null -> fault.getReason();
            case java.net.UnknownHostException unknown -> "no such name";
            default -> String.valueOf(e.getMessage());
        };
    }
}
