package packhorse.peer.installer.engine;

import java.nio.file.Path;
import java.util.Collection;
import java.util.Optional;
import java.util.function.LongConsumer;
import packhorse.core.content.Manifest;
import packhorse.core.content.Sha256;
import packhorse.peer.install.InstallTask;

/**
 * The only door by which releases and their bytes come in: hands out manifests that the installer proved itself, and copies of
 * content that nobody else can write. All methods throw {@link packhorse.peer.adapter.AdapterException} with one line and the
 * class of the failure.
 */
public interface ContentDesk {
    /**
     * The manifest of a release that is to come in place: the catalogue as it is now lists it, under this digest. Kept from here
     * on, until {@link #retain} leaves it out.
     */
    Manifest prove(InstallTask.Member member);

    /** A manifest that was {@link #prove proven} before and kept; needs no catalogue. */
    Manifest kept(InstallTask.Member member);

    /**
     * Keeps anew what cannot be {@link #kept read} any more, from what the agent has under the same digest. Only for a member whose
     * digest comes from the journal: that it was proven once is all the proof.
     */
    void restore(InstallTask.Member member);

    /**
     * The member's content as a private copy, hashed while it was copied, and its file list; made once, then found. The manifest
     * was proven or is kept.
     *
     * @param progress told the bytes copied so far
     */
    Content content(InstallTask.Member member, LongConsumer progress);

    /** Frees the private copy; fine when there is none. */
    void release(InstallTask.Member member);

    /** Forgets every manifest but these, by digest, and the copies of the others' content. */
    void retain(Collection<Sha256> manifests);

    /**
     * Where it lies, readable by the installer only.
     *
     * @param fileList of a tree
     */
    record Content(Path pack, Optional<Path> fileList) {}
}
