package packhorse.peer.agent;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.core.OperationException;
import packhorse.core.content.Bundle;
import packhorse.core.content.Manifest;
import packhorse.core.content.ReleaseId;
import packhorse.core.content.Sha256;
import packhorse.core.durable.Durably;
import packhorse.core.state.Subject;
import packhorse.core.trust.Catalogue;
import packhorse.core.trust.TargetInfo;
import packhorse.core.trust.TrustException;
import packhorse.core.trust.TufClient;
import packhorse.core.trust.VerifiedBundle;
import packhorse.core.trust.VerifiedManifest;
import packhorse.peer.desired.Resolution;

/**
 * Looks up what a desired state names, in the catalogue that this machine verified. Signed documents are small and never
 * change, so each is kept on the disk under its digest and proven again when it is read: an agent that starts without any
 * tracker still knows what its orders mean. Everything here blocks; any thread may enter.
 */
final class Catalogued {
    private static final Logger LOG = LoggerFactory.getLogger(Catalogued.class);

    private final Path directory;
    private final TufClient catalogue;
    private final Map<Sha256, VerifiedManifest> manifests = new ConcurrentHashMap<>();

    /** @param directory where documents are kept, made when it is needed */
    Catalogued(Path directory, TufClient catalogue) {
        this.directory = directory;
        this.catalogue = catalogue;
    }

    /** The manifest with that digest, among those looked up since the agent started. */
    Optional<VerifiedManifest> manifest(Sha256 digest) {
        return Optional.ofNullable(manifests.get(digest));
    }

    /**
     * What a subject is.
     *
     * @param refreshed whether a catalogue that does not list it was refreshed a moment ago
     */
    Resolution resolve(Subject subject, boolean refreshed) {
        try {
            Optional<Catalogue> held = catalogue.catalogue();
            if (held.filter(known -> known.target(path(subject)).isPresent()).isEmpty()) {
                if (refreshed && held.isPresent()) {
                    return new Resolution.Wrong(subject + " is not in the catalogue (version "
                            + held.get().version() + "); publish it, or order what is there");
                }
                held = Optional.of(catalogue.refresh());
                if (held.get().target(path(subject)).isEmpty()) {
                    return new Resolution.Wrong(subject + " is not in the catalogue (version "
                            + held.get().version() + "); publish it, or order what is there");
                }
            }
            return of(subject, held.orElseThrow());
        } catch (TrustException e) {
            return switch (e.kind()) {
                case MALFORMED, UNSUPPORTED -> new Resolution.Wrong(String.valueOf(e.getMessage()));
                default -> new Resolution.Unavailable(String.valueOf(e.getMessage()));
            };
        } catch (OperationException e) {
            return new Resolution.Unavailable(String.valueOf(e.getMessage()));
        }
    }

    private static String path(Subject subject) {
        return subject.bundle()
                ? Bundle.targetPath(subject.id().name(), subject.id().version())
                : subject.id().targetPath();
    }

    private Resolution of(Subject subject, Catalogue held) {
        Sha256 listed = held.target(path(subject)).orElseThrow().sha256();
        if (subject.digest().filter(digest -> !digest.equals(listed)).isPresent()) {
            return new Resolution.Wrong(
                    subject + " is listed with the digest " + listed + ", but what was approved has "
                            + subject.digest().get() + "; order what is listed, or have its publisher look into it");
        }
        if (!subject.bundle()) {
            return new Resolution.Known(List.of(part(release(subject.id(), held))));
        }
        List<Resolution.Part> parts = new ArrayList<>();
        for (Bundle.Member member : bundle(subject, held).bundle().members()) {
            Optional<TargetInfo> target = held.target(member.release().targetPath());
            if (target.filter(info -> info.sha256().equals(member.manifest())).isEmpty()) {
                return new Resolution.Wrong(subject + " names "
                        + (target.isEmpty()
                                ? member.release() + ", which the catalogue does not list"
                                : "another " + member.release() + " than the catalogue lists")
                        + "; its publisher has to publish the bundle again");
            }
            parts.add(part(release(member.release(), held)));
        }
        return new Resolution.Known(parts);
    }

    private static Resolution.Part part(VerifiedManifest verified) {
        Manifest manifest = verified.manifest();
        return new Resolution.Part(
                manifest.id(),
                verified.digest(),
                manifest.content().sha256(),
                manifest.dependencies(),
                manifest.install());
    }

    /** The manifest of a listed release, from the disk where it is kept there. */
    VerifiedManifest release(ReleaseId id, Catalogue held) {
        Sha256 digest = held.target(id.targetPath()).map(TargetInfo::sha256).orElse(Sha256.of(new byte[0]));
        VerifiedManifest known = manifests.get(digest);
        if (known != null) {
            return known;
        }
        VerifiedManifest manifest = kept(digest)
                .map(bytes -> held.verifyManifest(id, bytes))
                .orElseGet(() -> {
                    VerifiedManifest fetched = catalogue.manifest(id);
                    keep(fetched.digest(), fetched.bytes());
                    return fetched;
                });
        manifests.put(manifest.digest(), manifest);
        return manifest;
    }

    private VerifiedBundle bundle(Subject subject, Catalogue held) {
        String path = path(subject);
        Sha256 digest = held.target(path).orElseThrow().sha256();
        return kept(digest).map(bytes -> held.verifyBundle(path, bytes)).orElseGet(() -> {
            VerifiedBundle fetched =
                    catalogue.bundle(subject.id().name(), subject.id().version());
            keep(fetched.digest(), fetched.bytes());
            return fetched;
        });
    }

    /**
     * The release that has a pack as its content, looked for through the whole catalogue.
     *
     * @param most releases to look at; each costs one small fetch the first time
     */
    Optional<VerifiedManifest> carrying(Sha256 pack, int most) {
        Catalogue held = catalogue.refresh();
        return held.releases().reversed().stream()
                .limit(most)
                .map(id -> release(id, held))
                .filter(manifest -> manifest.manifest().content().sha256().equals(pack))
                .findFirst();
    }

    private Optional<byte[]> kept(Sha256 digest) {
        try {
            byte[] bytes = Files.readAllBytes(directory.resolve(digest.hex()));
            return Sha256.of(bytes).equals(digest) ? Optional.of(bytes) : Optional.empty();
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            LOG.warn("{} is fetched again: {}", digest, e.getMessage());
            return Optional.empty();
        }
    }

    /** What cannot be kept is fetched again some day. */
    private void keep(Sha256 digest, byte[] bytes) {
        try {
            Files.createDirectories(directory);
            Durably.replace(directory.resolve(digest.hex()), bytes);
        } catch (IOException e) {
            LOG.warn("{} cannot be kept: {}", digest, e.getMessage());
        }
    }
}
