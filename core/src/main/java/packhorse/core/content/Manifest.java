package packhorse.core.content;

import java.util.List;
import java.util.Optional;

/**
 * A release's description, the thing that is signed. It names everything else by digest: the content, the list of its files,
 * the packs that carry it, their torrents; so whoever holds a verified manifest can verify every byte, whoever served it.
 * Its one byte form is written and read by {@link ManifestCodec}.
 *
 * @param id the release's identity
 * @param kind package or image
 * @param form whether the content is the published file itself or the archive of a tree
 * @param contentName the published file's or directory's own name, one path element
 * @param content the whole content's digest and length (of the archive for a tree)
 * @param files the list of files, an object of its own ({@link FileList})
 * @param fileCount entries in that list
 * @param packs what makes up the content, in order; for now always one, the content itself
 * @param dependencies what must be there too
 * @param install how it is put in place; absent: it can only be distributed
 */
public record Manifest(
        ReleaseId id,
        Kind kind,
        Form form,
        String contentName,
        BlobRef content,
        BlobRef files,
        long fileCount,
        List<Pack> packs,
        List<Dependency> dependencies,
        Optional<InstallSection> install) {
    /** How the content arrives. */
    public enum Form {
        /** One file, as it was published. */
        FILE,
        /** A directory tree as an uncompressed pax archive, unpacked on arrival. */
        TREE
    }

    /** Of a release that is only distributed. */
    public Manifest(
            ReleaseId id,
            Kind kind,
            Form form,
            String contentName,
            BlobRef content,
            BlobRef files,
            long fileCount,
            List<Pack> packs,
            List<Dependency> dependencies) {
        this(id, kind, form, contentName, content, files, fileCount, packs, dependencies, Optional.empty());
    }

    public Manifest {
        packs = List.copyOf(packs);
        dependencies = List.copyOf(dependencies);
        SafePath.requireElement(contentName);
        if (packs.size() != 1 || !packs.getFirst().data().equals(content)) {
            throw new IllegalArgumentException(
                    "the content of " + id + " is carried by exactly one pack, the content itself");
        }
        if (fileCount < 1) {
            throw new IllegalArgumentException(id + " lists no file");
        }
    }

    /** The one pack. */
    public Pack pack() {
        return packs.getFirst();
    }

    /** The sibling for other clients, where this release allows it. */
    public Optional<Pack.OpenSwarm> openSwarm() {
        return pack().openSwarm();
    }
}
