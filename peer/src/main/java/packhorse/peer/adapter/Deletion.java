package packhorse.peer.adapter;

import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * Deletes a file, a link or a whole tree that others may own, and may be changing meanwhile.
 *
 * <p>The problem: root deletes what a release's own user filled. Who walks such a tree by path looks at a directory, and opens it by its
 * name a moment later; put a link there in between, and root deletes what that leads to. And a tree can be made deeper than a path may
 * be long, so that by path it cannot be deleted at all. So each name is used within its directory, which is held open ({@code openat},
 * {@code unlinkat}), and no link is followed. A directory {@value #DEPTH_MAX} levels down is moved up into the top one and deleted from
 * there, so neither descriptors nor stack grow with the tree.
 *
 * <p>What is put into it while it is deleted is deleted too, up to {@value #PASSES_MAX} times.
 */
final class Deletion {
    /** Each level holds a descriptor. */
    private static final int DEPTH_MAX = 64;
    /** More often only somebody who does not want it gone makes something new in a directory. */
    private static final int PASSES_MAX = 100;

    private static final String MOVED = ".packhorse-deep-";

    private final SecureDirectoryStream<Path> above;
    private final Path name;
    private long moved;
    private long seen;

    /** @param above the directory that has the name */
    Deletion(SecureDirectoryStream<Path> above, Path name) {
        this.above = above;
        this.name = name;
    }

    /** @throws IOException where something of it is left */
    void run() throws IOException {
        if (!isDirectory(above, name)) {
            deleteFile(above, name);
            return;
        }
        for (int pass = 1; !passed(); ) {
            // A pass that moved directories up has work left, and each is less deep than before.
            pass = moved > seen ? 1 : pass + 1;
            seen = moved;
            if (pass > PASSES_MAX) {
                throw new DirectoryNotEmptyException(name.toString());
            }
        }
    }

    /** Goes through the whole tree once. */
    private boolean passed() throws IOException {
        try (SecureDirectoryStream<Path> top = above.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS)) {
            if (!emptied(top, top, 1)) {
                return false;
            }
        } catch (NoSuchFileException e) {
            // The tree, or something in it, was deleted by somebody else; which of them, the next look tells.
            return !isDirectory(above, name);
        }
        return deletedDirectory(above, name);
    }

    /** Whether all that was found in it is gone, or moved up. */
    private boolean emptied(SecureDirectoryStream<Path> directory, SecureDirectoryStream<Path> top, int depth)
            throws IOException {
        boolean all = true;
        for (Path each : directory) {
            Path one = each.getFileName();
            if (!isDirectory(directory, one)) {
                deleteFile(directory, one);
            } else if (depth == DEPTH_MAX) {
                directory.move(one, top, free(top));
                moved++;
            } else {
                all &= deletedTree(directory, one, top, depth);
            }
        }
        return all;
    }

    /** Whether it is gone; where others delete or make something in it meanwhile, the next pass looks again. */
    private boolean deletedTree(
            SecureDirectoryStream<Path> directory, Path one, SecureDirectoryStream<Path> top, int depth)
            throws IOException {
        try (SecureDirectoryStream<Path> inside = directory.newDirectoryStream(one, LinkOption.NOFOLLOW_LINKS)) {
            if (!emptied(inside, top, depth + 1)) {
                return false;
            }
        } catch (NoSuchFileException e) {
            return false;
        }
        return deletedDirectory(directory, one);
    }

    private Path free(SecureDirectoryStream<Path> top) throws IOException {
        for (long number = moved; ; number++) {
            Path free = Path.of(MOVED + number);
            try {
                attributes(top, free);
            } catch (NoSuchFileException e) {
                return free;
            }
        }
    }

    /** Whether it is gone, whoever deleted it. */
    private static boolean deletedDirectory(SecureDirectoryStream<Path> directory, Path one) throws IOException {
        try {
            directory.deleteDirectory(one);
            return true;
        } catch (NoSuchFileException e) {
            return true;
        } catch (DirectoryNotEmptyException e) {
            return false;
        }
    }

    /** Whether it was there until now; it is gone in both cases. */
    private static boolean deleteFile(SecureDirectoryStream<Path> directory, Path one) throws IOException {
        try {
            directory.deleteFile(one);
            return true;
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    private static boolean isDirectory(SecureDirectoryStream<Path> directory, Path one) throws IOException {
        try {
            return attributes(directory, one).isDirectory();
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    private static BasicFileAttributes attributes(SecureDirectoryStream<Path> directory, Path one) throws IOException {
        return directory
                .getFileAttributeView(one, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                .readAttributes();
    }
}
