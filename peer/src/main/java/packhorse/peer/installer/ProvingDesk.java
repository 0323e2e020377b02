package packhorse.peer.installer;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.core.OperationException;
import packhorse.core.content.BadContentException;
import packhorse.core.content.BlobRef;
import packhorse.core.content.CodeClass;
import packhorse.core.content.ContentVerifier;
import packhorse.core.content.Manifest;
import packhorse.core.content.ManifestCodec;
import packhorse.core.content.Sha256;
import packhorse.core.durable.DurableFiles;
import packhorse.core.trust.Catalogue;
import packhorse.core.trust.TrustException;
import packhorse.core.trust.TrustedStore;
import packhorse.core.trust.TufClient;
import packhorse.core.trust.VerifiedManifest;
import packhorse.peer.adapter.AdapterException;
import packhorse.peer.adapter.InstallDisk;
import packhorse.peer.install.InstallTask.Member;
import packhorse.peer.installer.engine.ContentDesk;
import packhorse.peer.installer.engine.InstallerSettings;

/**
 * Proves what the agent says against a catalogue of its own, and copies content to where only the installer writes.
 *
 * <p>The problem: the installer changes the machine, the agent only brings bytes and talks with the network. An agent that was
 * taken over must not get anything put in place that the key holders did not publish, nor an old release as the newest, nor a pack that
 * changes after it was looked at. So nothing of the agent's is believed. Each proof runs the whole client workflow
 * ({@link TufClient}) over the agent's metadata as over a stranger's, into a {@link TrustedStore} of its own: a version that went
 * back, an expired file, a root of another deployment end it. The manifest named has to be the one that this catalogue lists. The
 * pack is copied into this desk's directory byte by byte, each hashed on its way; a second name of the same file would not do,
 * nor a clone made by its name, for who holds it open from before may still write to it.
 *
 * <p>What was proven once is kept, by digest. Going back, committing and removing need nothing else: they work without the
 * agent, without a catalogue, and after both have expired. That the directory is the installer's alone (mode 0700) is all the
 * proof these need.
 *
 * <p>Layout: {@code trust/} as a {@link TrustedStore} has it, {@code manifests/DIGEST.json}, {@code content/DIGEST/pack} and
 * {@code files}, by the manifest's digest. One thread enters.
 */
final class ProvingDesk implements ContentDesk {
    private static final int PRIVATE_DIRECTORY = 0700;
    private static final int PRIVATE_FILE = 0600;
    /** About a million entries. */
    private static final long FILE_LIST_BYTES_MAX = 256L << 20;
    /** What else wants to write there meanwhile. */
    private static final long SPARE_BYTES = 16L << 20;
    /**
     * The agent writes its metadata one file after the other; a proof between two of them is taken again after a pause, so often.
     */
    private static final int LOOKS_MAX = 5;

    private static final int BUFFER_BYTES = 256 << 10;

    private static final long LOOK_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    private static final Logger LOG = LoggerFactory.getLogger(ProvingDesk.class);

    private final Path store;
    private final Path manifests;
    private final Path contents;
    private final InstallDisk disk;
    private final TufClient catalogue;
    /** Copies that this process made or read. */
    private final Set<Path> whole = ConcurrentHashMap.newKeySet();
    /** Why nothing new can be proven by this deployment's root; absent: it can. */
    private final Optional<String> distrust;

    private ProvingDesk(InstallerSettings settings, InstallDisk disk, TufClient catalogue, Optional<String> distrust) {
        this.store = settings.store();
        this.manifests = settings.data().resolve("manifests");
        this.contents = settings.data().resolve("content");
        this.disk = disk;
        this.catalogue = catalogue;
        this.distrust = distrust;
    }

    /**
     * Opens the desk in the installer's directory.
     *
     * @param trustedRoot root metadata, believed where no root is trusted yet
     */
    static ProvingDesk open(InstallerSettings settings, byte[] trustedRoot, InstallDisk disk, InstantSource clock) {
        Path trust = settings.data().resolve("trust");
        TufClient catalogue = new TufClient(new KeptMetadata(settings.metadata()), TrustedStore.open(trust), clock);
        try {
            for (Path directory : List.of(
                    trust, settings.data().resolve("manifests"), settings.data().resolve("content"))) {
                if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
                    disk.createDirectory(directory, PRIVATE_DIRECTORY);
                }
            }
        } catch (IOException e) {
            throw new OperationException(
                    "the installer's directory " + settings.data() + " cannot be written: " + DurableFiles.reason(e)
                            + "; mend the disk or its permissions",
                    e);
        }
        return new ProvingDesk(settings, disk, catalogue, pin(catalogue, trustedRoot));
    }

    private static Optional<String> pin(TufClient catalogue, byte[] trustedRoot) {
        try {
            catalogue.initialise(trustedRoot);
            return Optional.empty();
        } catch (TrustException e) {
            LOG.error("nothing new will be installed: {}", e.getMessage());
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    @Override
    public Manifest prove(Member member) {
        if (distrust.isPresent()) {
            throw new AdapterException(CodeClass.ENVIRONMENT, distrust.get());
        }
        byte[] bytes = offered(member);
        VerifiedManifest proven = proven(member, bytes);
        try {
            disk.replace(manifest(member), proven.bytes(), PRIVATE_FILE);
        } catch (IOException e) {
            throw unwritable(manifest(member), e);
        }
        return proven.manifest();
    }

    private VerifiedManifest proven(Member member, byte[] bytes) {
        try {
            VerifiedManifest proven = refreshed().verifyManifest(member.release(), bytes);
            if (!proven.digest().equals(member.manifest())) {
                throw new AdapterException(
                        CodeClass.PERMANENT,
                        member.release() + " is in the catalogue as " + proven.digest() + ", the task means "
                                + member.manifest() + "; order it again");
            }
            requirePack(member, proven.manifest());
            return proven;
        } catch (TrustException e) {
            throw new AdapterException(
                    e.kind() == TrustException.Kind.MISSING ? CodeClass.TRANSIENT : CodeClass.ENVIRONMENT,
                    "the installer does not believe that " + member.release() + " may be installed: " + e.getMessage(),
                    e);
        }
    }

    private Catalogue refreshed() {
        for (int look = 1; ; look++) {
            try {
                return catalogue.refresh();
            } catch (TrustException e) {
                boolean amid = e.kind() == TrustException.Kind.MIX_AND_MATCH || e.kind() == TrustException.Kind.MISSING;
                if (!amid || look == LOOKS_MAX) {
                    throw e;
                }
                LockSupport.parkNanos(LOOK_AGAIN_NANOS);
            }
        }
    }

    /** What the agent keeps under the manifest's name. */
    private byte[] offered(Member member) {
        Path file = directory(pack(member)).resolve("manifests").resolve(member.manifest() + ".json");
        try {
            return PlainFiles.read(file, ManifestCodec.BYTES_MAX)
                    .orElseThrow(() -> new AdapterException(
                            CodeClass.TRANSIENT,
                            file + ", the manifest of " + member.release()
                                    + ", is not there; the agent has to bring the release first"));
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    private Path directory(Sha256 pack) {
        return store.resolve("packs").resolve(pack.hex());
    }

    private static Sha256 pack(Member member) {
        return member.pack()
                .orElseThrow(() -> new AdapterException(
                        CodeClass.PERMANENT, "the task names no pack for " + member.release() + ", which needs one"));
    }

    private static void requirePack(Member member, Manifest manifest) {
        if (member.pack().isPresent()
                && !member.pack().get().equals(manifest.content().sha256())) {
            throw new AdapterException(
                    CodeClass.PERMANENT,
                    member.release() + " consists of " + manifest.content().sha256() + ", the task names "
                            + member.pack().get() + "; order it again");
        }
    }

    private Path manifest(Member member) {
        return manifests.resolve(member.manifest() + ".json");
    }

    @Override
    public Manifest kept(Member member) {
        Path file = manifest(member);
        try {
            byte[] bytes = PlainFiles.read(file, ManifestCodec.BYTES_MAX)
                    .orElseThrow(() -> new AdapterException(
                            CodeClass.PERMANENT,
                            member.release() + " was not installed by this installer, or long ago; install it first"));
            if (!Sha256.of(bytes).equals(member.manifest())) {
                throw damaged(file, member);
            }
            Manifest manifest = ManifestCodec.decode(bytes);
            if (!manifest.id().equals(member.release())) {
                throw new AdapterException(
                        CodeClass.PERMANENT,
                        "the task calls " + manifest.id() + " " + member.release() + "; order it again");
            }
            requirePack(member, manifest);
            return manifest;
        } catch (BadContentException e) {
            throw damaged(file, member);
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    @Override
    public void restore(Member member) {
        byte[] bytes = offered(member);
        if (!Sha256.of(bytes).equals(member.manifest())) {
            throw new AdapterException(
                    CodeClass.TRANSIENT,
                    "the agent's manifest of " + member.release()
                            + " is damaged too; the agent has to bring the release" + " again");
        }
        try {
            disk.replace(manifest(member), bytes, PRIVATE_FILE);
        } catch (IOException e) {
            throw unwritable(manifest(member), e);
        }
    }

    @Override
    public Content content(Member member, LongConsumer progress) {
        Manifest manifest = kept(member);
        Path own = contents.resolve(member.manifest().hex());
        Path from = directory(manifest.content().sha256());
        try {
            if (!Files.isDirectory(own, LinkOption.NOFOLLOW_LINKS)) {
                disk.createDirectory(own, PRIVATE_DIRECTORY);
                disk.force(contents);
            }
            Optional<Path> fileList = Optional.empty();
            if (manifest.form() == Manifest.Form.TREE) {
                if (manifest.files().length() > FILE_LIST_BYTES_MAX) {
                    throw new AdapterException(
                            CodeClass.PERMANENT,
                            "the file list of " + manifest.id() + " has "
                                    + manifest.files().length() + " bytes, the most is " + FILE_LIST_BYTES_MAX);
                }
                fileList = Optional.of(
                        copied(manifest, from.resolve("files.ndjson"), manifest.files(), own, "files", done -> {}));
            }
            Path pack = copied(
                    manifest,
                    from.resolve(manifest.content().sha256().hex()),
                    manifest.content(),
                    own,
                    "pack",
                    progress);
            return new Content(pack, fileList);
        } catch (IOException e) {
            throw unwritable(own, e);
        }
    }

    /** A copy that has its name only once it is whole, proven and on the disk. */
    private Path copied(Manifest manifest, Path from, BlobRef expected, Path own, String name, LongConsumer progress)
            throws IOException {
        Path to = own.resolve(name);
        if (isWhole(to, expected, progress)) {
            return to;
        }
        Path fresh = own.resolve(name + ".new");
        disk.delete(fresh);
        requireRoom(to, expected.length());
        try (InputStream in = opened(manifest, from);
                Proven proven = new Proven(in, expected)) {
            disk.create(fresh, proven, PRIVATE_FILE, progress);
            proven.finish();
        } catch (BadContentException e) {
            disk.delete(fresh);
            throw new AdapterException(
                    CodeClass.TRANSIENT,
                    from + " is not what was signed for " + manifest.id() + ": " + e.getMessage()
                            + "; the agent has to bring it again",
                    e);
        }
        disk.force(fresh);
        disk.rename(fresh, to);
        disk.force(own);
        whole.add(to);
        return to;
    }

    /** What an earlier process copied is read once more: the disk had time to damage it. */
    private boolean isWhole(Path copy, BlobRef expected, LongConsumer progress) throws IOException {
        if (!Files.isRegularFile(copy, LinkOption.NOFOLLOW_LINKS) || Files.size(copy) != expected.length()) {
            return false;
        }
        if (whole.contains(copy)) {
            return true;
        }
        byte[] buffer = new byte[BUFFER_BYTES];
        try (Proven proven = new Proven(Files.newInputStream(copy, LinkOption.NOFOLLOW_LINKS), expected)) {
            long done = 0;
            for (int count = proven.read(buffer, 0, buffer.length); count >= 0; ) {
                done += count;
                progress.accept(done);
                count = proven.read(buffer, 0, buffer.length);
            }
            proven.finish();
        } catch (BadContentException e) {
            LOG.warn("{} was damaged on the installer's disk and is copied again: {}", copy, e.getMessage());
            return false;
        }
        whole.add(copy);
        return true;
    }

    private static InputStream opened(Manifest manifest, Path from) {
        try {
            return PlainFiles.open(from)
                    .orElseThrow(() -> new AdapterException(
                            CodeClass.TRANSIENT,
                            from + " of " + manifest.id() + " is not there; the agent has to bring the release first"));
        } catch (IOException e) {
            throw unreadable(from, e);
        }
    }

    private void requireRoom(Path to, long bytes) throws IOException {
        long usable = disk.usableBytes(to);
        if (usable < bytes + SPARE_BYTES) {
            throw new AdapterException(
                    CodeClass.TRANSIENT,
                    "the installer's copy needs " + (bytes + SPARE_BYTES) + " bytes at " + to + ", where " + usable
                            + " are free; make room there");
        }
    }

    /** Hashes what passes and lets no more pass than there may be. */
    private static final class Proven extends FilterInputStream {
        private final ContentVerifier verifier;
        private final long most;
        private long passed;

        Proven(InputStream in, BlobRef expected) {
            super(in);
            this.verifier = new ContentVerifier(expected);
            this.most = expected.length();
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            // One byte more than expected is enough to know.
            int count = super.read(buffer, offset, (int) Math.min(length, most - passed + 1));
            if (count > 0) {
                passed += count;
                verifier.update(buffer, offset, count);
                if (passed > most) {
                    throw new BadContentException("it is longer than " + most + " bytes");
                }
            }
            return count;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        void finish() {
            LOG.debug("copied {}", verifier.finish());
        }
    }

    @Override
    public void release(Member member) {
        Path own = contents.resolve(member.manifest().hex());
        whole.removeIf(copy -> copy.startsWith(own));
        try {
            disk.delete(own);
            disk.force(contents);
        } catch (IOException e) {
            throw unwritable(own, e);
        }
    }

    @Override
    public void retain(Collection<Sha256> digests) {
        Set<String> names = digests.stream().map(Sha256::hex).collect(Collectors.toSet());
        try {
            for (Path directory : List.of(manifests, contents)) {
                List<Path> others;
                try (Stream<Path> all = Files.list(directory)) {
                    others = all.filter(each -> !names.contains(
                                    each.getFileName().toString().replace(".json", "")))
                            .toList();
                }
                for (Path other : others) {
                    whole.removeIf(copy -> copy.startsWith(other));
                    disk.delete(other);
                }
                if (!others.isEmpty()) {
                    disk.force(directory);
                }
            }
        } catch (IOException e) {
            throw unwritable(manifests, e);
        }
    }

    private static AdapterException damaged(Path file, Member member) {
        return new AdapterException(
                CodeClass.ENVIRONMENT,
                file + ", the manifest of " + member.release()
                        + ", was damaged on the installer's disk; mend the disk, install it again");
    }

    private static AdapterException unreadable(Path file, IOException e) {
        return new AdapterException(
                CodeClass.ENVIRONMENT,
                file + " cannot be read: " + DurableFiles.reason(e) + "; mend the disk or its permissions",
                e);
    }

    private static AdapterException unwritable(Path file, IOException e) {
        return new AdapterException(
                CodeClass.TRANSIENT,
                file + " cannot be written: " + DurableFiles.reason(e) + "; mend the disk or make room on it",
                e);
    }
}
