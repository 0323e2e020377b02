package packhorse.seeder.build;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.List;
import org.jspecify.annotations.Nullable;
import packhorse.core.content.Sha256;

/**
 * The content of a published tree: one uncompressed pax archive, made while it is read. Entries come in the order of the plan,
 * each as header blocks, data, padding; two zero blocks end it. Each file's own SHA-256 is taken on the way, the one hash that a
 * tree costs beyond those of a file.
 */
final class TreeArchiveReader implements ContentReader {
    /** For entries without data. */
    private static final Sha256 NO_DIGEST = Sha256.of(new byte[0]);

    private final List<SourceEntry> entries;
    private final FileListSink files;
    private final MessageDigest digest = Sha256.newDigest();

    private int next;
    private ByteBuffer blocks = ByteBuffer.allocate(0);
    private @Nullable OpenFile file;
    private boolean ended;

    /** The file whose data are being handed out. */
    private record OpenFile(SourceEntry.File entry, OpenSource source, long remaining) {}

    TreeArchiveReader(List<SourceEntry> entries, FileListSink files) {
        this.entries = entries;
        this.files = files;
    }

    /** Exact length of the archive of {@code entries} in bytes. */
    static long lengthOf(List<SourceEntry> entries) {
        long length = PaxHeader.END_BYTES;
        for (SourceEntry entry : entries) {
            length += PaxHeader.of(entry).length;
            if (entry instanceof SourceEntry.File f) {
                length = Math.addExact(length, f.size() + PaxHeader.paddingAfter(f.size()));
            }
        }
        return length;
    }

    @Override
    public void fill(ByteBuffer target) {
        while (target.hasRemaining()) {
            if (blocks.hasRemaining()) {
                copy(blocks, target);
            } else if (file != null) {
                file = read(file, target);
            } else if (next < entries.size()) {
                begin(entries.get(next++));
            } else if (!ended) {
                ended = true;
                blocks = ByteBuffer.allocate(PaxHeader.END_BYTES);
            } else {
                throw new IllegalStateException("the archive is shorter than planned");
            }
        }
    }

    private void begin(SourceEntry entry) {
        blocks = ByteBuffer.wrap(PaxHeader.of(entry));
        switch (entry) {
            case SourceEntry.File f -> file = new OpenFile(f, new OpenSource(f), f.size());
            case SourceEntry.Directory d -> files.add(d.listed(NO_DIGEST));
            case SourceEntry.Link l -> files.add(l.listed(NO_DIGEST));
        }
    }

    private @Nullable OpenFile read(OpenFile open, ByteBuffer target) {
        int wanted = (int) Math.min(target.remaining(), open.remaining());
        int from = target.position();
        int limit = target.limit();
        target.limit(from + wanted);
        open.source().fill(target);
        digest.update(target.slice(from, wanted));
        target.limit(limit);
        if (open.remaining() > wanted) {
            return new OpenFile(open.entry(), open.source(), open.remaining() - wanted);
        }
        SourceEntry.File entry = open.entry();
        open.source().requireEnd();
        open.source().close();
        blocks = ByteBuffer.allocate(PaxHeader.paddingAfter(entry.size()));
        files.add(entry.listed(Sha256.ofDigest(digest.digest())));
        return null;
    }

    private static void copy(ByteBuffer from, ByteBuffer to) {
        int count = Math.min(from.remaining(), to.remaining());
        to.put(from.slice(from.position(), count));
        from.position(from.position() + count);
    }

    @Override
    public void requireEnd() {
        // An empty last file has no data to fetch and is begun only when somebody asks for more.
        if (blocks.hasRemaining() || file != null || next < entries.size() || !ended) {
            throw new IllegalStateException("the archive is longer than planned");
        }
    }

    @Override
    public void close() {
        if (file != null) {
            file.source().close();
            file = null;
        }
    }
}
