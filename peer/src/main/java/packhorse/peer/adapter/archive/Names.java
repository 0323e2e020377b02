package packhorse.peer.adapter.archive;

import java.util.Locale;
import java.util.regex.Pattern;
import packhorse.core.content.BadContentException;
import packhorse.core.content.SafePath;
import packhorse.peer.adapter.InstallDisk;

/** Decides which names an archive may hold: those that are safe here and mean the same on every machine. */
final class Names {
    /** What Windows takes for a device, with any ending. */
    private static final Pattern DEVICE =
            Pattern.compile("(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\\$|conout\\$)(\\..*)?");

    private Names() {}

    /**
     * A checked path of an archive's name, without the {@code ./} that tools put in front.
     *
     * @return empty for the top directory itself
     * @throws BadContentException naming it and why it may not be
     */
    static String path(String name, boolean directory, int depthMax) {
        String path = name;
        if (path.equals(".") || path.equals("./")) {
            if (!directory) {
                throw new BadContentException("the path \"" + path + "\" is not a directory");
            }
            return "";
        }
        if (path.startsWith("./")) {
            path = path.substring(2);
        }
        if (directory && path.endsWith("/")) {
            path = path.substring(0, path.length() - 1);
        }
        try {
            SafePath.require(path);
            InstallDisk.requireFree(path);
        } catch (IllegalArgumentException e) {
            throw new BadContentException(String.valueOf(e.getMessage()), e);
        }
        String[] elements = path.split("/", -1);
        if (elements.length > depthMax) {
            throw new BadContentException("the path \"" + path + "\" is deeper than " + depthMax + " levels");
        }
        for (String element : elements) {
            requireEverywhere(path, element);
        }
        return path;
    }

    /** @throws BadContentException where {@code path}, of a signed list, is a name of ours */
    static void requireFree(String path) {
        try {
            InstallDisk.requireFree(path);
        } catch (IllegalArgumentException e) {
            throw new BadContentException(String.valueOf(e.getMessage()), e);
        }
    }

    private static void requireEverywhere(String path, String element) {
        if (element.endsWith(".") || element.endsWith(" ")) {
            throw new BadContentException("the path \"" + path + "\" has the element \"" + element
                    + "\", whose last character Windows drops");
        }
        if (DEVICE.matcher(element.toLowerCase(Locale.ROOT)).matches()) {
            throw new BadContentException(
                    "the path \"" + path + "\" has the element \"" + element + "\", which is a device on Windows");
        }
    }

    /** A name that was not checked, fit to be shown in one line. */
    static String shown(String name) {
        StringBuilder shown = new StringBuilder();
        name.codePoints()
                .limit(200)
                .forEach(c ->
                        shown.append(Character.isISOControl(c) ? String.format("\\u%04x", c) : Character.toString(c)));
        return shown.toString();
    }

    /** @throws BadContentException unless the link at {@code path} stays in the tree */
    static void requireLink(String path, String target) {
        try {
            SafePath.requireLink(path, target);
        } catch (IllegalArgumentException e) {
            throw new BadContentException(String.valueOf(e.getMessage()), e);
        }
    }

    /** @throws BadContentException where the mode says more than who may read, write and execute */
    static void requireMode(String path, int mode) {
        if ((mode & 06000) != 0) {
            throw new BadContentException("\"" + path + "\" has the mode " + Integer.toOctalString(mode & 07777)
                    + ": what runs as somebody else (set-user-id, set-group-id) may not come in an archive");
        }
    }
}
