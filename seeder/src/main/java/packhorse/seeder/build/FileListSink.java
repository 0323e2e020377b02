package packhorse.seeder.build;

import packhorse.core.content.FileEntry;

/** Takes the entries of the file list in order, as soon as each is known. */
interface FileListSink {
    void add(FileEntry entry);
}
