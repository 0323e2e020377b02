package packhorse.peer.gateway;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import packhorse.core.OperationException;

/**
 * Tells whose program is at the other end of a connection within this machine, and whether that may be a person's.
 *
 * <p>The problem: whatever runs here reaches a loopback address, a web server's account and the swarm process that somebody took over too;
 * neither is the person at this machine. Linux lists each end of a connection with the user who opened its socket (proc_net(5)), so the
 * end that asks is found by its addresses. A socket that was closed has no owner any more and is listed as root's, without an
 * inode; that says nothing, and so is refused.
 *
 * <p>Persons are root, users from {@value #PERSON_FROM} on (login.defs(5)), and this agent's own user, less those that services get for
 * the time of a run (systemd's 61184 to 65519) and nobody. Where the list cannot be read, on systems that have none, nothing is known and everybody
 * on the machine passes.
 */
final class LocalUsers {
    private static final int PERSON_FROM = 1000;
    private static final int SERVICES_FROM = 61_184;
    private static final int SERVICES_TO = 65_535;

    private static final int LOCAL = 1;
    private static final int REMOTE = 2;
    private static final int USER = 7;
    private static final int INODE = 9;

    private final List<Path> tables;
    private final long self;

    LocalUsers(List<Path> tables, long self) {
        this.tables = List.copyOf(tables);
        this.self = self;
    }

    static LocalUsers ofMachine() {
        List<Path> tables = new ArrayList<>();
        for (String name : List.of("/proc/self/net/tcp", "/proc/self/net/tcp6")) {
            if (Files.isReadable(Path.of(name))) {
                tables.add(Path.of(name));
            }
        }
        try {
            Object uid = tables.isEmpty() ? 0 : Files.getAttribute(Path.of("/proc/self"), "unix:uid");
            return new LocalUsers(tables, ((Number) uid).longValue());
        } catch (IOException e) {
            throw new OperationException("cannot tell who this is from /proc/self; mount /proc", e);
        }
    }

    /**
     * Why this is no person's program.
     *
     * @param theirs their end of the connection
     * @param ours ours
     */
    Optional<String> objection(InetSocketAddress theirs, InetSocketAddress ours) {
        if (tables.isEmpty()) {
            return Optional.empty();
        }
        OptionalLong user = user(theirs, ours);
        if (user.isEmpty()) {
            return Optional.of("whose program asks cannot be told; ask again");
        }
        return isPerson(user.getAsLong())
                ? Optional.empty()
                : Optional.of("this page is for the persons at this machine, not for the service of user "
                        + user.getAsLong());
    }

    private boolean isPerson(long user) {
        boolean service = user >= SERVICES_FROM && user <= SERVICES_TO;
        return user == 0 || user == self || (user >= PERSON_FROM && !service);
    }

    private OptionalLong user(InetSocketAddress theirs, InetSocketAddress ours) {
        for (Path table : tables) {
            try {
                for (String line : Files.readAllLines(table)) {
                    String[] fields = line.strip().split("\\s+", -1);
                    if (fields.length > INODE
                            && is(fields[LOCAL], theirs)
                            && is(fields[REMOTE], ours)
                            && !fields[INODE].equals("0")) {
                        return OptionalLong.of(Long.parseLong(fields[USER]));
                    }
                }
            } catch (IOException | IllegalArgumentException e) {
                return OptionalLong.empty();
            }
        }
        return OptionalLong.empty();
    }

    /** Whether a table's word, hexadecimal and each four bytes in this machine's order, is that address. */
    private static boolean is(String word, InetSocketAddress address) throws UnknownHostException {
        String port = String.format(":%04X", address.getPort());
        if (!word.endsWith(port)) {
            return false;
        }
        ByteBuffer there = ByteBuffer.wrap(HexFormat.of().parseHex(word.substring(0, word.length() - port.length())));
        ByteBuffer plain = ByteBuffer.allocate(there.capacity()).order(ByteOrder.nativeOrder());
        while (there.hasRemaining()) {
            plain.putInt(there.getInt());
        }
        return InetAddress.getByAddress(plain.array()).equals(address.getAddress());
    }
}
