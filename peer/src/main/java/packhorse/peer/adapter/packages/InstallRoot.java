package packhorse.peer.adapter.packages;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Map;
import java.util.Optional;
import packhorse.core.PlainText;
import packhorse.core.content.CodeClass;
import packhorse.core.durable.Durably;
import packhorse.peer.adapter.AdapterException;
import packhorse.peer.adapter.InstallDisk;

/**
 * The directory that packages take for {@code /}. Names in packages are absolute in it, and links on the way to a name, absolute
 * ones too, are followed as a program would that has it as its root: a link to {@code /usr/lib} leads to this root's.
 *
 * @param directory the real one, absolute
 */
public record InstallRoot(Path directory) {
    /** Linux gives up after as many. */
    private static final int LINKS_MAX = 40;

    private static final int NAME_BYTES_MAX = 4096;

    public InstallRoot {
        directory = directory.toAbsolutePath().normalize();
    }

    /** Whether it is the machine's own. */
    public boolean own() {
        return directory.getParent() == null;
    }

    /** Where {@code name} is; links above it are followed inside the root, the last element is not. */
    public Path at(String name) throws IOException {
        return directory.resolve(physical(name).substring(1));
    }

    /** The name without links above its last element, from {@code /}. */
    public String physical(String name) throws IOException {
        Deque<String> left = new ArrayDeque<>(Arrays.asList(name.split("/", -1)));
        Path here = directory;
        int links = 0;
        while (!left.isEmpty()) {
            String element = left.removeFirst();
            if (element.isEmpty() || element.equals(".")) {
                continue;
            }
            if (element.equals("..")) {
                here = here.equals(directory) ? here : Durably.directoryOf(here);
                continue;
            }
            Path next = child(here, element);
            if (left.isEmpty() || !Files.isSymbolicLink(next)) {
                here = next;
                continue;
            }
            if (++links > LINKS_MAX) {
                throw new IOException("too many links on the way to " + name + " below " + directory);
            }
            String target = Files.readSymbolicLink(next).toString();
            if (target.startsWith("/")) {
                here = directory;
            }
            String[] elements = target.split("/", -1);
            for (int i = elements.length - 1; i >= 0; i--) {
                left.addFirst(elements[i]);
            }
        }
        return "/" + directory.relativize(here);
    }

    /**
     * The link on the way to a name at which a program would leave this directory that follows links as this machine does, and not as
     * one whose root it is; empty where the way stays in it.
     *
     * @param coming targets of links that come with the name, by their own names
     */
    public Optional<String> leftAt(String name, Map<String, String> coming) throws IOException {
        Deque<String> left = new ArrayDeque<>(Arrays.asList(name.split("/", -1)));
        String here = "";
        String last = name;
        int links = 0;
        while (left.size() > 1) {
            String element = left.removeFirst();
            if (element.isEmpty() || element.equals(".")) {
                continue;
            }
            if (element.equals("..")) {
                if (here.isEmpty()) {
                    return Optional.of(last);
                }
                here = here.substring(0, here.lastIndexOf('/'));
                continue;
            }
            String next = here + "/" + element;
            Optional<String> target = target(next, coming);
            if (target.isEmpty()) {
                here = next;
                continue;
            }
            last = next;
            if (target.get().startsWith("/") || ++links > LINKS_MAX) {
                return Optional.of(last);
            }
            String[] elements = target.get().split("/", -1);
            for (int i = elements.length - 1; i >= 0; i--) {
                left.addFirst(elements[i]);
            }
        }
        return Optional.empty();
    }

    private Optional<String> target(String name, Map<String, String> coming) throws IOException {
        if (coming.containsKey(name)) {
            return Optional.ofNullable(coming.get(name));
        }
        Path link = child(directory, name.substring(1));
        return Files.isSymbolicLink(link)
                ? Optional.of(Files.readSymbolicLink(link).toString())
                : Optional.empty();
    }

    private static Path child(Path directory, String element) {
        try {
            return directory.resolve(element);
        } catch (InvalidPathException e) {
            throw new AdapterException(
                    CodeClass.ENVIRONMENT,
                    "the name \"" + element
                            + "\" cannot be written in this process's locale; start it with LC_ALL=C.UTF-8",
                    e);
        }
    }

    /** Whether anything has that name. */
    public boolean exists(String name) throws IOException {
        return Files.exists(at(name), LinkOption.NOFOLLOW_LINKS);
    }

    /** The bytes of a small file of the system below the root, links followed inside. */
    public byte[] read(String name) throws IOException {
        String at = physical(name);
        for (int links = 0; Files.isSymbolicLink(directory.resolve(at.substring(1))); links++) {
            if (links > LINKS_MAX) {
                throw new NoSuchFileException(name);
            }
            String target =
                    Files.readSymbolicLink(directory.resolve(at.substring(1))).toString();
            int slash = at.lastIndexOf('/');
            at = physical(target.startsWith("/") ? target : at.substring(0, slash + 1) + target);
        }
        return Files.readAllBytes(directory.resolve(at.substring(1)));
    }

    /**
     * A name out of a package, made one from {@code /} with single slashes: {@code ./opt/app/} becomes {@code /opt/app}.
     *
     * @throws AdapterException where no honest package has such a name
     */
    public static String name(String inPackage, String where) {
        String rest = inPackage;
        if (rest.startsWith("/")) {
            throw hostile(where, inPackage, "is absolute");
        }
        while (rest.startsWith("./")) {
            rest = rest.substring(2);
        }
        while (rest.endsWith("/")) {
            rest = rest.substring(0, rest.length() - 1);
        }
        if (rest.isEmpty() || rest.equals(".")) {
            return "/";
        }
        if (rest.length() > NAME_BYTES_MAX) {
            throw hostile(where, inPackage.substring(0, 80) + "…", "is longer than " + NAME_BYTES_MAX + " characters");
        }
        for (String element : rest.split("/", -1)) {
            if (element.isEmpty() || element.equals(".") || element.equals("..")) {
                throw hostile(where, inPackage, "has the element \"" + element + "\"");
            }
        }
        for (int i = 0; i < rest.length(); i++) {
            char c = rest.charAt(i);
            if (c < 0x20 || c == 0x7f || c == '\uFFFD') {
                throw hostile(where, inPackage, String.format("has the character U+%04X", (int) c));
            }
        }
        try {
            InstallDisk.requireFree(rest);
        } catch (IllegalArgumentException e) {
            throw new AdapterException(CodeClass.PERMANENT, where + ": " + e.getMessage(), e);
        }
        return "/" + rest;
    }

    private static AdapterException hostile(String where, String name, String what) {
        return new AdapterException(
                CodeClass.PERMANENT,
                where + ": the name \"" + PlainText.line(name) + "\" " + what + "; build the package anew");
    }
}
