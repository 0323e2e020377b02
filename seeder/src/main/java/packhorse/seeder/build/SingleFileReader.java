package packhorse.seeder.build;

import java.nio.ByteBuffer;

/** The content of a single published file: the file's own bytes. */
final class SingleFileReader implements ContentReader {
    private final OpenSource source;

    SingleFileReader(SourceEntry.File file) {
        source = new OpenSource(file);
    }

    @Override
    public void fill(ByteBuffer target) {
        source.fill(target);
    }

    @Override
    public void requireEnd() {
        source.requireEnd();
    }

    @Override
    public void close() {
        source.close();
    }
}
