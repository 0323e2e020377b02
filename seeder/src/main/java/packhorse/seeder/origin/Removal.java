package packhorse.seeder.origin;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.core.OperationException;
import packhorse.core.content.Manifest;
import packhorse.core.content.Sha256;
import packhorse.core.content.TargetDocument;
import packhorse.core.durable.DurableFiles;
import packhorse.core.durable.Durably;
import packhorse.core.trust.Catalogue;
import packhorse.core.trust.TargetInfo;

/**
 * Removes what retired releases left and nothing that is listed names: content, objects, at last the document, which until then says
 * what is to be done. So a crash at any line leaves it to the next call. Called while nobody else writes the catalogue; owns the marks of
 * what is leaving.
 */
final class Removal {
    /** Whoever publishes waits meanwhile: where something cannot be taken out, what is left by then is left to the next time. */
    private static final long HELD_NANOS_MAX = TimeUnit.SECONDS.toNanos(30);

    private static final Logger LOG = LoggerFactory.getLogger(Removal.class);

    /** Takes a retired release out of the store. */
    interface Dropping {
        /**
         * @param document the digest of its manifest
         * @param named whether something that is listed has the same content
         * @throws OperationException where it cannot be taken out now
         */
        void drop(Manifest manifest, Sha256 document, boolean named);
    }

    private final Path repository;
    private final Path contents;
    private final Path leaving;

    /**
     * @param contents where published contents wait for the store
     * @param leaving where the marks are
     */
    Removal(Path repository, Path contents, Path leaving) {
        this.repository = repository;
        this.contents = contents;
        this.leaving = leaving;
    }

    /**
     * Removes what is left of what {@code catalogue} retired.
     *
     * @param listed the documents that are listed, asked for only where something is left
     * @param store what the origin's process does about its store
     * @return whether there was anything
     * @throws OperationException the first of what could not be removed, after all the others were
     */
    boolean clear(
            Catalogue catalogue, Supplier<Collection<TargetDocument>> listed, Dropping store, DurableFiles files) {
        Failures failures = new Failures();
        Map<TargetInfo, TargetDocument> gone = new LinkedHashMap<>();
        catalogue.retired().forEach((path, digest) -> {
            if (catalogue.target(path).isEmpty()) {
                failures.keep(() -> left(path, digest)
                        .ifPresent(document -> gone.put(new TargetInfo(path, 0, digest, Optional.empty()), document)));
            }
        });
        if (!gone.isEmpty()) {
            // Were the catalogue older after a power cut, it would list what is gone.
            flush(repository.resolve("metadata"));
            Set<Sha256> named = new HashSet<>();
            listed.get().forEach(document -> named.addAll(named(document)));
            long startNanos = System.nanoTime();
            gone.forEach((target, document) -> {
                if (failures.none() || System.nanoTime() - startNanos < HELD_NANOS_MAX) {
                    failures.keep(() -> clear(target, document, named, store, files));
                }
            });
        }
        failures.end();
        return !gone.isEmpty();
    }

    /** One that cannot be removed now holds up nothing else. */
    private static final class Failures {
        private @Nullable OperationException first;

        void keep(Runnable work) {
            try {
                work.run();
            } catch (OperationException e) {
                if (first == null) {
                    first = e;
                } else {
                    first.addSuppressed(e);
                }
            }
        }

        boolean none() {
            return first == null;
        }

        void end() {
            if (first != null) {
                throw first;
            }
        }
    }

    private static void flush(Path directory) {
        try {
            Durably.flush(directory);
        } catch (IOException e) {
            throw new OperationException("cannot write " + directory + ": " + DurableFiles.reason(e), e);
        }
    }

    private Optional<TargetDocument> left(String path, Sha256 digest) {
        Path file = repository.resolve(new TargetInfo(path, 0, digest, Optional.empty()).location());
        try {
            byte[] bytes = Files.readAllBytes(file);
            if (!Sha256.of(bytes).equals(digest)) {
                throw new OperationException(file + " was damaged; bring the repository back from a copy");
            }
            return Optional.of(decoded(path, bytes));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new OperationException("cannot read " + file + ": " + e.getMessage(), e);
        }
    }

    /** What cannot be read may name anything: then nothing is retired or removed. */
    static TargetDocument decoded(String path, byte[] bytes) {
        try {
            return TargetDocument.decode(bytes);
        } catch (IllegalArgumentException e) {
            throw new OperationException(path + " cannot be read: " + e.getMessage() + "; update Packhorse", e);
        }
    }

    private void clear(
            TargetInfo target, TargetDocument document, Set<Sha256> named, Dropping store, DurableFiles files) {
        if (document instanceof TargetDocument.ManifestDocument(Manifest manifest)) {
            Sha256 content = manifest.content().sha256();
            boolean shared = named.contains(content);
            if (!shared) {
                files.replace(mark(content), new byte[0]);
            }
            store.drop(manifest, target.sha256(), shared);
            if (!shared) {
                files.delete(contents.resolve(content.hex()));
                files.delete(mark(content));
            }
            for (Sha256 object : objects(manifest)) {
                if (!named.contains(object)) {
                    files.delete(repository.resolve("objects").resolve(object.hex()));
                }
            }
            LOG.info(
                    "removed {}, which was retired: {}",
                    manifest.id(),
                    shared
                            ? "its content stays for another release"
                            : manifest.content().length() + " bytes");
        }
        files.delete(repository.resolve(target.location()));
    }

    /**
     * Stands while a content leaves the store. Whoever takes it out may go on after that failed here and the lock was let go: until it is
     * done, nobody may publish that content again and find it still there.
     */
    private Path mark(Sha256 content) {
        return leaving.resolve(content.hex());
    }

    /** Whether a content is just leaving the store. */
    boolean isLeaving(Sha256 content) {
        return Files.exists(mark(content));
    }

    /** Forgets who was leaving; whether there may have been any. */
    boolean noneIsLeaving() throws IOException {
        if (!Files.isDirectory(leaving)) {
            return false;
        }
        try (DirectoryStream<Path> marks = Files.newDirectoryStream(leaving)) {
            for (Path mark : marks) {
                Files.deleteIfExists(mark);
            }
        }
        return true;
    }

    /** All that a document needs to be there. */
    private static Set<Sha256> named(TargetDocument document) {
        Set<Sha256> named = new HashSet<>();
        if (document instanceof TargetDocument.ManifestDocument(Manifest manifest)) {
            named.add(manifest.content().sha256());
            named.addAll(objects(manifest));
        }
        return named;
    }

    private static Set<Sha256> objects(Manifest manifest) {
        Set<Sha256> objects = new HashSet<>();
        objects.add(manifest.files().sha256());
        objects.add(manifest.pack().torrent().sha256());
        manifest.openSwarm().ifPresent(open -> objects.add(open.torrent().sha256()));
        return objects;
    }
}
