package packhorse.peer.adapter;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the kernel says is mounted, from the text of {@code /proc/self/mountinfo}.
 *
 * @see <a href="https://man7.org/linux/man-pages/man5/proc_pid_mountinfo.5.html">proc_pid_mountinfo(5)</a>
 */
public record Mounts(List<Mount> all) {
    /**
     * One.
     *
     * @param device {@code major:minor} of what it shows
     * @param point where
     * @param type of its file system
     * @param source what it was mounted from; a file system over several devices names one of them
     * @param writable whether anything may change it
     */
    public record Mount(String device, String point, String type, String source, boolean writable) {}

    public Mounts {
        all = List.copyOf(all);
    }

    public static Mounts parse(String mountinfo) {
        List<Mount> mounts = new ArrayList<>();
        for (String line : mountinfo.lines().toList()) {
            List<String> fields = List.of(line.split(" ", -1));
            int dash = fields.indexOf("-");
            // Six fields, any number of optional ones, a dash, three more.
            if (dash >= 6 && fields.size() >= dash + 4) {
                boolean readOnly = option(fields.get(5)) || option(fields.get(dash + 3));
                mounts.add(new Mount(
                        fields.get(2),
                        plain(fields.get(4)),
                        fields.get(dash + 1),
                        plain(fields.get(dash + 2)),
                        !readOnly));
            }
        }
        return new Mounts(mounts);
    }

    private static boolean option(String options) {
        return List.of(options.split(",", -1)).contains("ro");
    }

    /** White space and backslashes stand there in octal. */
    private static String plain(String text) {
        StringBuilder plain = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) == '\\'
                    && i + 3 < text.length()
                    && text.substring(i + 1, i + 4).matches("[0-7]{3}")) {
                plain.append((char) Integer.parseInt(text.substring(i + 1, i + 4), 8));
                i += 3;
            } else {
                plain.append(text.charAt(i));
            }
        }
        return plain.toString();
    }

    /** Where a device is mounted; the root directory before others. */
    public Optional<Mount> of(String device, String path) {
        List<Mount> here = all.stream()
                .filter(mount -> mount.device().equals(device) || mount.source().equals(path))
                .toList();
        return here.stream()
                .filter(mount -> mount.point().equals("/"))
                .findFirst()
                .or(() -> here.stream().filter(Mount::writable).findFirst())
                .or(() -> here.stream().findFirst());
    }
}
