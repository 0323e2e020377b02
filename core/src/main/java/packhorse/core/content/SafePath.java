package packhorse.core.content;

import java.nio.charset.StandardCharsets;

/**
 * Checks names before they can become paths on somebody's disk: no {@code ..}, nothing absolute, no empty element, no
 * control character or backslash, bounded, and links that stay inside the tree.
 */
public final class SafePath {
    /** Linux's own bound on one name, in UTF-8 bytes. */
    public static final int ELEMENT_BYTES_MAX = 255;
    /** Deeper trees are refused: 40 is far beyond real packages and bounds every recursion over them. */
    public static final int DEPTH_MAX = 40;

    public static final int PATH_BYTES_MAX = 4096;

    private SafePath() {}

    /** @throws IllegalArgumentException naming the path, when it is not safe */
    public static void require(String path) {
        if (path.getBytes(StandardCharsets.UTF_8).length > PATH_BYTES_MAX) {
            throw unsafe(path, "is longer than " + PATH_BYTES_MAX + " bytes");
        }
        if (path.startsWith("/")) {
            throw unsafe(path, "is absolute");
        }
        String[] elements = path.split("/", -1);
        if (elements.length > DEPTH_MAX) {
            throw unsafe(path, "is deeper than " + DEPTH_MAX + " levels");
        }
        for (String element : elements) {
            requireElement(path, element);
        }
    }

    /** @throws IllegalArgumentException unless {@code name} is one safe path element */
    public static void requireElement(String name) {
        requireElement(name, name);
    }

    /** @param path that it is an element of, for the message */
    private static void requireElement(String path, String name) {
        if (name.isEmpty()) {
            throw unsafe(path, "has an empty element");
        }
        if (name.equals(".") || name.equals("..")) {
            throw unsafe(path, "has the element \"" + name + "\"");
        }
        if (name.getBytes(StandardCharsets.UTF_8).length > ELEMENT_BYTES_MAX) {
            throw unsafe(path, "has an element longer than " + ELEMENT_BYTES_MAX + " bytes");
        }
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c < 0x20 || c == 0x7f || c == '/' || c == '\\' || c == '\uFFFD') {
                throw unsafe(path, "has the character U+" + String.format("%04X", (int) c));
            }
            if (Character.isSurrogate(c)
                    && !(Character.isHighSurrogate(c)
                            && i + 1 < name.length()
                            && Character.isLowSurrogate(name.charAt(i + 1)))
                    && !(Character.isLowSurrogate(c) && i > 0 && Character.isHighSurrogate(name.charAt(i - 1)))) {
                throw unsafe(path, "is not valid Unicode");
            }
        }
    }

    /**
     * Checks a link's target. {@code ..} may stand at its beginning only: behind a name it would climb from wherever another
     * link leads, and a chain of links could leave the tree though each of them seems to stay inside.
     *
     * @throws IllegalArgumentException when the link at {@code path} would lead out of the tree, or might
     */
    public static void requireLink(String path, String target) {
        if (target.isEmpty() || target.startsWith("/")) {
            throw unsafe(path, "links to \"" + printable(target) + "\", which is not inside the tree");
        }
        if (target.getBytes(StandardCharsets.UTF_8).length > PATH_BYTES_MAX) {
            throw unsafe(path, "links to something longer than " + PATH_BYTES_MAX + " bytes");
        }
        int depth = path.split("/", -1).length - 1;
        boolean descends = false;
        for (String element : target.split("/", -1)) {
            switch (element) {
                case "", "." -> {}
                case ".." -> {
                    depth--;
                    if (descends) {
                        throw unsafe(path, "links to \"" + printable(target) + "\", which has \"..\" behind a name");
                    }
                }
                default -> {
                    requireElement(element);
                    descends = true;
                }
            }
            if (depth < 0) {
                throw unsafe(path, "links to \"" + printable(target) + "\", which leads out of the tree");
            }
        }
    }

    private static IllegalArgumentException unsafe(String path, String why) {
        return new IllegalArgumentException("the path \"" + printable(path) + "\" " + why);
    }

    private static String printable(String path) {
        StringBuilder shown = new StringBuilder();
        path.codePoints().limit(200).forEach(c -> {
            if (Character.isISOControl(c)) {
                shown.append(String.format("\\u%04x", c));
            } else {
                shown.appendCodePoint(c);
            }
        });
        return shown.toString();
    }
}
