package packhorse.peer.adapter.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import packhorse.core.content.CodeClass;
import packhorse.core.durable.Durably;
import packhorse.peer.adapter.AdapterException;

/**
 * Finds the file behind a path of the settings, as the machine whose root this is would: links on the way are followed, absolute ones
 * from that root, and none leads out of it.
 *
 * <p>An installer that writes as root must not be led by somebody else's link. So a way that came through something a user owns (a
 * directory, a link) may only go on to what the same user owns; from root's it may go anywhere. What a user may do to his own files by
 * this he can do anyway. The idea is systemd's {@code CHASE_SAFE}.
 */
final class Places {
    /** As Linux has it. */
    private static final int LINKS_MAX = 40;

    private Places() {}

    /**
     * The path without links.
     *
     * @param absolute need not exist, nor the directories before it
     * @throws AdapterException with one line where it cannot be followed safely
     */
    static Path find(Path root, String absolute) throws IOException {
        Path base = root.toRealPath();
        Deque<String> left = new ArrayDeque<>();
        push(left, absolute);
        Path at = base;
        int owner = ownerOf(base);
        int links = 0;
        while (!left.isEmpty()) {
            String name = left.pop();
            if (name.isEmpty() || name.equals(".")) {
                continue;
            }
            if (name.equals("..")) {
                at = at.equals(base) ? base : Durably.directoryOf(at);
                continue;
            }
            Path next = at.resolve(name);
            if (!Files.exists(next, LinkOption.NOFOLLOW_LINKS)) {
                at = next;
                continue;
            }
            int nextOwner = ownerOf(next);
            if (owner != 0 && nextOwner != owner) {
                throw refused(
                        absolute,
                        "leads from what user " + owner + " owns to " + next + ", which user " + nextOwner
                                + " owns; that user could lead it elsewhere: correct the owners");
            }
            owner = nextOwner;
            if (Files.isSymbolicLink(next)) {
                if (++links > LINKS_MAX) {
                    throw refused(absolute, "goes through more than " + LINKS_MAX + " links; correct them");
                }
                String target = Files.readSymbolicLink(next).toString();
                push(left, target);
                at = target.startsWith("/") ? base : at;
            } else {
                if (!left.isEmpty() && !Files.isDirectory(next, LinkOption.NOFOLLOW_LINKS)) {
                    throw refused(absolute, "goes through " + next + ", which is no directory; correct the path");
                }
                at = next;
            }
        }
        return at;
    }

    private static void push(Deque<String> left, String path) {
        String[] names = path.split("/", -1);
        for (int i = names.length - 1; i >= 0; i--) {
            left.push(names[i]);
        }
    }

    private static int ownerOf(Path path) throws IOException {
        return (Integer) Files.getAttribute(path, "unix:uid", LinkOption.NOFOLLOW_LINKS);
    }

    private static AdapterException refused(String path, String why) {
        return new AdapterException(CodeClass.ENVIRONMENT, path + " " + why);
    }
}
