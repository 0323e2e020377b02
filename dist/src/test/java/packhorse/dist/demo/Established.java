package packhorse.dist.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import packhorse.core.topology.IpAddress;

/** TCP connections as this machine's kernel lists them (proc(5)), which no program of ours can forget to count. */
final class Established {
    private static final String STATE = "01";

    /** Columns of a line: number, local address, remote address, state. */
    private static final int LOCAL = 1;

    private static final int REMOTE = 2;
    private static final int STATE_AT = 3;

    private Established() {}

    /** The other ends of {@code machine}'s connections within the net {@code prefix}, as {@code ip:port}. */
    static Set<String> of(IpAddress machine, String prefix) {
        Set<String> others = new TreeSet<>();
        for (String table : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
            for (String line : lines(Path.of(table))) {
                String[] words = line.strip().split("\\s+", -1);
                if (words.length > STATE_AT && words[STATE_AT].equals(STATE)) {
                    String other = address(words[REMOTE]);
                    if (address(words[LOCAL]).startsWith(machine + ":")
                            && other.startsWith(prefix + ".")
                            && !other.startsWith(machine + ":")) {
                        others.add(other);
                    }
                }
            }
        }
        return others;
    }

    private static List<String> lines(Path table) {
        try {
            return Files.readAllLines(table);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** {@code 0100007F:1C85}, or the same behind the 24 digits of an IPv4 address in IPv6: the last word, least byte first. */
    private static String address(String hex) {
        int colon = hex.indexOf(':');
        if (colon < 8) {
            return hex;
        }
        byte[] ip = HexFormat.of().parseHex(hex, colon - 8, colon);
        return (ip[3] & 0xff) + "." + (ip[2] & 0xff) + "." + (ip[1] & 0xff) + "." + (ip[0] & 0xff) + ":"
                + Integer.parseInt(hex, colon + 1, hex.length(), 16);
    }
}
