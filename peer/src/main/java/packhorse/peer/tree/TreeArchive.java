package packhorse.peer.tree;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.jspecify.annotations.Nullable;
import packhorse.core.content.BadContentException;
import packhorse.core.content.FileEntry;
import packhorse.core.content.Manifest;

/**
 * A published tree's archive beside its file list. The list, signed by way of the manifest, says what there must be; the archive only
 * brings the bytes, and must hold exactly the list's entries in the list's order. So nothing an archive could smuggle in has a
 * place: {@code ..}, absolute names, duplicates, hard links, devices and pipes differ from every list entry, and modes and owners are
 * taken from the list. Links that lead out of the tree no list can say.
 *
 * <p>Both are read in step, with memory for one entry. A walk that looks at no file's bytes costs the headers only, so looking at all
 * of an archive before anything is written is cheap.
 */
public final class TreeArchive {
    private final Manifest manifest;
    private final Path archive;
    private final Path fileList;

    /**
     * Nothing is opened yet.
     *
     * @param archive the verified content
     * @param fileList the manifest's file list
     */
    public TreeArchive(Manifest manifest, Path archive, Path fileList) {
        if (manifest.form() != Manifest.Form.TREE) {
            throw new IllegalArgumentException(manifest.id() + " is one file, there is nothing to unpack");
        }
        this.manifest = manifest;
        this.archive = archive;
        this.fileList = fileList;
    }

    /** What is done with each entry, once list and archive agree on it. */
    public interface Visitor {
        /** @param data the bytes of a file, as many as the list says or fewer; need not be read */
        void visit(FileEntry entry, InputStream data) throws IOException;
    }

    /**
     * Shows every entry, in the list's order.
     *
     * @throws BadContentException when archive or list are not what the manifest says; entries may have been shown by then
     */
    public void walk(Visitor visitor) throws IOException {
        try (FileListReader list = new FileListReader(manifest.files(), manifest.fileCount(), fileList);
                FileChannel channel = FileChannel.open(archive, StandardOpenOption.READ);
                PassableInput passable = new PassableInput(channel);
                TarArchiveInputStream tar = new TarArchiveInputStream(passable, "UTF-8")) {
            Optional<FileEntry> expected = list.next();
            while (expected.isPresent()) {
                TarArchiveEntry found = nextOf(tar);
                if (found == null) {
                    throw new BadContentException("the archive of " + manifest.id() + " ends before "
                            + expected.get().path());
                }
                requireSame(expected.get(), found);
                Counted data = new Counted(tar);
                visitor.visit(expected.get(), data);
                if (expected.get() instanceof FileEntry.File file) {
                    passable.passOver(file.size() - data.count());
                }
                expected = list.next();
            }
            TarArchiveEntry extra = nextOf(tar);
            if (extra != null) {
                throw new BadContentException("the archive of " + manifest.id() + " holds \"" + extra.getName()
                        + "\", which its file list does not");
            }
        }
    }

    private @Nullable TarArchiveEntry nextOf(TarArchiveInputStream tar) throws IOException {
        try {
            return tar.getNextEntry();
        } catch (IllegalArgumentException e) {
            throw new BadContentException("the archive of " + manifest.id() + " is malformed: " + e.getMessage(), e);
        }
    }

    private void requireSame(FileEntry expected, TarArchiveEntry found) {
        boolean same = switch (expected) {
            case FileEntry.File file ->
                found.isFile()
                        && !found.isLink()
                        && !found.isSymbolicLink()
                        && !found.isCharacterDevice()
                        && !found.isBlockDevice()
                        && !found.isFIFO()
                        && !found.isSparse()
                        && found.getName().equals(file.path())
                        && found.getSize() == file.size();
            case FileEntry.Directory directory ->
                found.isDirectory() && found.getName().equals(directory.path() + "/");
            case FileEntry.Link link ->
                found.isSymbolicLink()
                        && found.getName().equals(link.path())
                        && found.getLinkName().equals(link.target());
        };
        if (!same) {
            throw new BadContentException("the archive of " + manifest.id() + " holds \"" + found.getName()
                    + "\" (type " + (char) found.getLinkFlag() + ", " + found.getSize()
                    + " bytes) where its file list has \""
                    + expected.path() + "\"");
        }
    }

    /** Counts what a visitor read of a file. */
    private static final class Counted extends InputStream {
        private final InputStream in;
        private long count;

        Counted(InputStream in) {
            this.in = in;
        }

        long count() {
            return count;
        }

        @Override
        public int read() throws IOException {
            int c = in.read();
            count += c < 0 ? 0 : 1;
            return c;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            int read = in.read(buffer, offset, length);
            count += Math.max(0, read);
            return read;
        }
    }
}
