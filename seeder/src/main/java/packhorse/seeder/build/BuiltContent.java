package packhorse.seeder.build;

import packhorse.core.content.BlobRef;
import packhorse.core.content.ContentHashes;
import packhorse.core.content.Manifest;

/**
 * What one pass over a source yields, besides the bytes that the sink took.
 *
 * @param form file or tree
 * @param contentName the source's own name
 * @param hashes of the content
 * @param files the list of files, already written where the caller asked
 * @param fileCount entries in it
 */
public record BuiltContent(
        Manifest.Form form, String contentName, ContentHashes hashes, BlobRef files, long fileCount) {}
