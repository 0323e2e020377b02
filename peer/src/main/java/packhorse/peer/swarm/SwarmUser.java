package packhorse.peer.swarm;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.core.UsageException;
import packhorse.peer.process.Surroundings;

/**
 * As whom the swarm process runs, and what of the store that user may touch.
 *
 * <p>An agent that is root starts it through {@code setpriv}: another user and his group, no other groups, no capability, none
 * to be had again, no new privileges. The rights are the least that swarming needs. The process is started in the store's
 * directory and stays there, so nothing above the store has to be open, and the agent's key lies out of reach under its directory's
 * mode. Inside the store the user's group may pass through directories and read the content of packs; list, make, rename or
 * delete it may nothing. The one thing it may write is the content file of a pack that is arriving, which the agent
 * makes for it. The moment the process says that a pack is complete that right ends, before the agent reads
 * the whole and compares it with the signed SHA-256: what was proven cannot be opened for writing any more. A process that was
 * taken over and holds the file open from before could still write to it; therefore nothing is used as it lies in the store: delivering,
 * unpacking and streaming hash again what they pass on, and so do peers.
 *
 * <p>An agent that is not root cannot change users: the process then runs as the agent's own, and owns what that owns.
 */
final class SwarmUser {
    /** The user that packages make for this purpose. */
    static final String DEDICATED = "packhorse-swarm";
    /** The one that every system has. */
    static final String ANYBODY_LEAST = "nobody";

    private static final Path PASSWD = Path.of("/etc/passwd");

    private static final int GROUP_READ = 0040;
    private static final int GROUP_WRITE = 0020;
    private static final int GROUP_PASS = 0010;
    private static final int MODE_BITS = 07777;

    private static final Logger LOG = LoggerFactory.getLogger(SwarmUser.class);

    private final String name;
    private final Optional<Integer> uid;
    private final Optional<Integer> gid;
    private final List<String> prefix;
    private final Optional<String> whyNotApart;

    private SwarmUser(
            String name,
            Optional<Integer> uid,
            Optional<Integer> gid,
            List<String> prefix,
            Optional<String> whyNotApart) {
        this.name = name;
        this.uid = uid;
        this.gid = gid;
        this.prefix = List.copyOf(prefix);
        this.whyNotApart = whyNotApart;
    }

    /**
     * Decides.
     *
     * @param wanted the name that was configured
     * @param needed files that the process has to read to start at all
     * @throws UsageException when there is no such user
     */
    static SwarmUser choose(Optional<String> wanted, List<Path> needed) {
        if (!Surroundings.isRoot()) {
            return same("this agent is not root");
        }
        if (wanted.equals(Optional.of("root"))) {
            return same("swarmUser says root");
        }
        Optional<Account> account = wanted.map(user -> account(user)
                        .orElseThrow(() -> new UsageException(
                                "swarmUser: there is no user " + user + "; make one or leave it out")))
                .or(() -> account(DEDICATED))
                .or(() -> account(ANYBODY_LEAST));
        Optional<Path> setpriv = Surroundings.program("setpriv");
        if (account.isEmpty() || setpriv.isEmpty()) {
            return same(account.isEmpty() ? "there is no user nobody" : "there is no setpriv (package util-linux)");
        }
        List<String> prefix = List.of(
                setpriv.get().toString(),
                "--reuid=" + account.get().uid(),
                "--regid=" + account.get().gid(),
                "--clear-groups",
                "--inh-caps=-all",
                "--ambient-caps=-all",
                "--bounding-set=-all",
                "--no-new-privs");
        Optional<String> obstacle = Surroundings.obstacle(prefix, Surroundings.reading(needed));
        if (obstacle.isPresent()) {
            return same("another user cannot start it, see " + obstacle.get());
        }
        return new SwarmUser(
                account.get().name(),
                Optional.of(account.get().uid()),
                Optional.of(account.get().gid()),
                prefix,
                Optional.empty());
    }

    private static SwarmUser same(String why) {
        return new SwarmUser(
                System.getProperty("user.name", ""), Optional.empty(), Optional.empty(), List.of(), Optional.of(why));
    }

    private record Account(String name, int uid, int gid) {}

    private static Optional<Account> account(String name) {
        try (Stream<String> lines = Files.lines(PASSWD)) {
            return lines.map(line -> line.split(":", -1))
                    .filter(fields -> fields.length >= 4 && fields[0].equals(name))
                    .findFirst()
                    .map(fields -> new Account(name, Integer.parseInt(fields[2]), Integer.parseInt(fields[3])));
        } catch (IOException | NumberFormatException e) {
            LOG.debug("cannot read {}", PASSWD, e);
            return Optional.empty();
        }
    }

    /** Why it is the agent's own user; empty where it is another one. */
    Optional<String> whyNotApart() {
        return whyNotApart;
    }

    /** Whether it is the user with that number, and not the agent's own. */
    boolean is(int number) {
        return uid.equals(Optional.of(number));
    }

    String name() {
        return name;
    }

    /** What the command that starts the process begins with. */
    List<String> prefix() {
        return prefix;
    }

    /** Lets the user pass through the store to its packs. */
    void admit(Path store) throws IOException {
        for (Path directory : List.of(store, store.resolve("partial"), store.resolve("packs"))) {
            if (Files.isDirectory(directory)) {
                allow(directory, GROUP_PASS);
            }
        }
    }

    /** Lets the user read a pack, and write it while it arrives. */
    void admit(Path directory, Path content, boolean complete) throws IOException {
        if (gid.isEmpty()) {
            return;
        }
        allow(directory, GROUP_PASS);
        if (!complete && !Files.exists(content, LinkOption.NOFOLLOW_LINKS)) {
            Files.newByteChannel(content, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)
                    .close();
        }
        allow(content, complete ? GROUP_READ : GROUP_READ | GROUP_WRITE);
    }

    /** From now on the user may only read. */
    void seal(Path content) throws IOException {
        if (gid.isPresent() && Files.exists(content, LinkOption.NOFOLLOW_LINKS)) {
            Files.setAttribute(content, "unix:mode", mode(content) & ~GROUP_WRITE, LinkOption.NOFOLLOW_LINKS);
        }
    }

    private void allow(Path path, int bits) throws IOException {
        if (gid.isPresent()) {
            if (Files.isSymbolicLink(path)) {
                throw new IOException(path + " is a symbolic link");
            }
            Files.setAttribute(path, "unix:gid", gid.get(), LinkOption.NOFOLLOW_LINKS);
            // The owner's change of group may clear bits, so the mode comes last.
            Files.setAttribute(path, "unix:mode", mode(path) | bits);
        }
    }

    private static int mode(Path path) throws IOException {
        return (Integer) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS) & MODE_BITS;
    }
}
