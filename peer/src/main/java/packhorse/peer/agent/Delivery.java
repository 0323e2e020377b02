package packhorse.peer.agent;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import packhorse.core.OperationException;
import packhorse.core.UsageException;
import packhorse.core.content.Manifest;
import packhorse.core.content.Sha256;
import packhorse.core.trust.VerifiedManifest;
import packhorse.peer.store.TreeUnpacker;

/**
 * Puts verified content where somebody asked for it: a file is copied beside its place and then renamed into it, a tree is
 * unpacked. What stands there already stays when it is the same and is refused when it is not; nothing is overwritten. Into one
 * directory one delivery goes after the other.
 */
final class Delivery {
    private static final int READ_BYTES = 1 << 20;

    private final Shelf shelf;
    private final OneByOne places;
    private final VerifiedManifest proof;
    private final Manifest manifest;
    private final Path content;

    Delivery(Shelf shelf, OneByOne places, VerifiedManifest proof, Path content) {
        this.shelf = shelf;
        this.places = places;
        this.proof = proof;
        this.manifest = proof.manifest();
        this.content = content;
    }

    /**
     * Refuses early what could not be delivered later.
     *
     * @throws UsageException when something else stands there
     */
    static void requireFree(Manifest manifest, Path out, boolean inside) throws IOException {
        Path place = place(manifest, out, inside);
        if (!Files.exists(place, LinkOption.NOFOLLOW_LINKS)) {
            Path parent = place.toAbsolutePath().getParent();
            if (!inside && (parent == null || !Files.isDirectory(parent))) {
                throw new UsageException(parent + " is no directory; make it or choose another --out");
            }
            return;
        }
        boolean maybeSame = manifest.form() == Manifest.Form.FILE
                && Files.isRegularFile(place, LinkOption.NOFOLLOW_LINKS)
                && Files.size(place) == manifest.content().length();
        if (!maybeSame) {
            throw inTheWay(place);
        }
    }

    private static Path place(Manifest manifest, Path out, boolean inside) {
        boolean into = inside || (manifest.form() == Manifest.Form.FILE && Files.isDirectory(out));
        return into ? out.resolve(manifest.contentName()) : out;
    }

    private static UsageException inTheWay(Path place) {
        return new UsageException(
                place + " is there already and is something else; move it away or choose another --out");
    }

    /**
     * Delivers; blocks.
     *
     * @param out the file to make or the directory to make or put it into
     * @param inside whether {@code out} is a directory for several releases, each under its own name
     * @return what was made
     */
    Path to(Path out, boolean inside) throws IOException {
        try {
            if (inside) {
                Files.createDirectories(out);
            }
            Path place = place(manifest, out, inside);
            Path parent = place.toAbsolutePath().getParent();
            if (parent == null || !Files.isDirectory(parent)) {
                throw new UsageException(parent + " is no directory; make it or choose another --out");
            }
            return places.in(parent, () -> manifest.form() == Manifest.Form.TREE ? tree(place) : file(place, parent));
        } catch (FileSystemException e) {
            throw new OperationException(
                    "cannot write " + out + ": " + (e.getReason() == null ? e.getMessage() : e.getReason())
                            + "; choose another --out or make room there",
                    e);
        }
    }

    private Path file(Path out, Path parent) throws IOException {
        if (Files.exists(out, LinkOption.NOFOLLOW_LINKS)) {
            if (Files.isRegularFile(out, LinkOption.NOFOLLOW_LINKS) && isSame(out)) {
                return out;
            }
            throw inTheWay(out);
        }
        // Named after the content: what a crash left of the same delivery is written over. Nobody else is at it now.
        Path beside = parent.resolve("." + manifest.content().sha256().hex() + ".part");
        try {
            try (FileChannel from = FileChannel.open(content, StandardOpenOption.READ);
                    FileChannel to = FileChannel.open(
                            beside,
                            StandardOpenOption.CREATE,
                            StandardOpenOption.WRITE,
                            StandardOpenOption.TRUNCATE_EXISTING,
                            // Others may write in that directory, and the agent is root: no link leads it elsewhere.
                            LinkOption.NOFOLLOW_LINKS)) {
                copy(from, to);
                to.force(true);
            }
            Files.move(beside, out);
        } finally {
            Files.deleteIfExists(beside);
        }
        return out;
    }

    /** Proves the content once more as it goes: whoever could write to the store's file has no say in what is delivered. */
    private void copy(FileChannel from, FileChannel to) throws IOException {
        MessageDigest digest = Sha256.newDigest();
        ByteBuffer buffer = ByteBuffer.allocate(READ_BYTES);
        while (from.read(buffer) >= 0) {
            digest.update(buffer.flip());
            buffer.rewind();
            while (buffer.hasRemaining()) {
                to.write(buffer);
            }
            buffer.clear();
        }
        if (!Sha256.ofDigest(digest.digest()).equals(manifest.content().sha256())) {
            throw new OperationException(
                    content + " is not what " + manifest.id() + " signs any more; check the disk, then pull it again");
        }
    }

    private boolean isSame(Path out) throws IOException {
        if (Files.size(out) != manifest.content().length()) {
            return false;
        }
        MessageDigest digest = Sha256.newDigest();
        ByteBuffer buffer = ByteBuffer.allocate(READ_BYTES);
        try (FileChannel channel = FileChannel.open(out, StandardOpenOption.READ)) {
            while (channel.read(buffer) >= 0) {
                digest.update(buffer.flip());
                buffer.clear();
            }
        }
        return Sha256.ofDigest(digest.digest()).equals(manifest.content().sha256());
    }

    private Path tree(Path out) throws IOException {
        Path scratch = out.resolveSibling("." + manifest.files().sha256().hex() + ".list");
        try {
            new TreeUnpacker(proof).unpack(content, shelf.fileList(manifest, scratch), out, bytes -> {});
        } finally {
            Files.deleteIfExists(scratch);
        }
        return out;
    }
}
