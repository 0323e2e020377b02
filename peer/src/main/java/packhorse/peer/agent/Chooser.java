package packhorse.peer.agent;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.core.content.Bundle;
import packhorse.core.content.InstallSection;
import packhorse.core.content.Manifest;
import packhorse.core.content.Platform;
import packhorse.core.content.ReleaseId;
import packhorse.core.content.ReleaseName;
import packhorse.core.content.Version;
import packhorse.core.message.v1.LocalReply;
import packhorse.core.message.v1.ReleaseLine;
import packhorse.core.message.v1.ReleaseList;
import packhorse.core.state.Subject;
import packhorse.core.trust.Catalogue;
import packhorse.core.trust.TufClient;
import packhorse.peer.adapter.Adapters;
import packhorse.peer.adapter.Irreversible;
import packhorse.peer.desired.Listing;
import packhorse.peer.desired.Listing.Choice;

/**
 * The agent's reading of the catalogue: what there is, and what a wish means. The choice itself is made in
 * {@link Listing}; this brings a fresh catalogue to it and falls back to the verified one for what is already here.
 *
 * <p>Owns the version of the catalogue that was read last. Only the owner thread enters.
 */
final class Chooser {
    /** Releases in a list whose size is looked up; each costs one small fetch. */
    private static final int SIZES_MAX = 500;

    private static final Logger LOG = LoggerFactory.getLogger(Chooser.class);

    private final TufClient catalogue;
    private final List<Platform> machine;
    private final Packs packs;
    private final Errands errands;
    private final Adapters adapters = Adapters.standard();
    private long catalogueVersion;

    /** @param machine the platforms that run here, best first */
    Chooser(TufClient catalogue, List<Platform> machine, Packs packs, Errands errands) {
        this.catalogue = catalogue;
        this.machine = machine;
        this.packs = packs;
        this.errands = errands;
    }

    /** The version of the catalogue that was read last; 0 before. */
    long catalogueVersion() {
        return catalogueVersion;
    }

    /** Refreshes the catalogue and chooses; where it cannot be refreshed, what was verified before will do for what is here. */
    void choose(ContentWish.Release wish, boolean bundlesOnly, Consumer<Choice> then, Consumer<Refused> refused) {
        List<Platform> platforms = wish.platform().map(List::of).orElse(bundlesOnly ? List.of() : machine);
        errands.run(
                catalogue::refresh,
                fresh -> {
                    catalogueVersion = fresh.version();
                    then.accept(listing(fresh).choose(wish.name(), wish.version(), platforms));
                },
                failure -> errands.run(
                        catalogue::catalogue,
                        held -> {
                            Choice choice = held.map(Chooser::listing)
                                    .map(listing -> listing.choose(wish.name(), wish.version(), platforms))
                                    .orElseGet(() -> new Choice.NotFound(""));
                            if (choice instanceof Choice.OneRelease(ReleaseId id)
                                    && packs.whole(id).isPresent()) {
                                then.accept(choice);
                            } else {
                                refused.accept(failure);
                            }
                        },
                        again -> refused.accept(failure)));
    }

    /**
     * Lists what there is that this endpoint may have, and what of it is here.
     *
     * @param all also what it may not have, with the reason
     */
    void sendAvailable(ReplySink sink, Permission permission, boolean all) {
        Set<ReleaseId> here = new HashSet<>();
        packs.all().stream()
                .filter(pack -> pack.phase == PackState.Phase.WHOLE)
                .forEach(pack -> here.addAll(pack.releases));
        errands.run(
                () -> available(here),
                list -> permission.sort(list.keySet(), denied -> {
                    ReleaseList.Builder shown = ReleaseList.newBuilder();
                    list.forEach((subject, line) -> {
                        String reason = denied.getOrDefault(subject, "");
                        if (all || reason.isEmpty()) {
                            shown.addReleases(line.toBuilder().setDenied(reason));
                        }
                    });
                    sink.send(LocalReply.newBuilder().setReleases(shown).build());
                    sink.send(LocalDoor.done());
                }),
                refused -> sink.send(LocalDoor.failure(refused.exitCode(), refused.reason())));
    }

    private Map<Subject, ReleaseLine> available(Set<ReleaseId> here) {
        Catalogue now = catalogue.refresh();
        Map<Subject, ReleaseLine> list = new LinkedHashMap<>();
        for (ReleaseId id : now.releases()) {
            ReleaseLine.Builder line = ReleaseLine.newBuilder()
                    .setName(id.name().toString())
                    .setVersion(id.version().toString())
                    .setPlatform(id.platform().word())
                    .setHere(here.contains(id));
            if (list.size() < SIZES_MAX) {
                Manifest manifest = catalogue.manifest(id).manifest();
                line.setKind(manifest.kind().name().toLowerCase(Locale.ROOT))
                        .setBytes(manifest.content().length())
                        .setAdapter(
                                manifest.install().map(InstallSection::adapter).orElse(""))
                        .addAllIrreversible(Irreversible.reasons(manifest, adapters));
            }
            list.put(Subject.release(id), line.build());
        }
        for (Listing.BundleId id : listing(now).bundles()) {
            ReleaseLine.Builder line = ReleaseLine.newBuilder()
                    .setName(id.name().toString())
                    .setVersion(id.version().toString())
                    .setPlatform("bundle")
                    .setKind("bundle");
            if (list.size() < SIZES_MAX) {
                line.addAllIrreversible(irreversible(id));
            }
            list.put(Permission.subject(id), line.build());
        }
        return list;
    }

    /** Of the members, whose manifests are proven against the digests that the bundle names. */
    private List<String> irreversible(Listing.BundleId id) {
        List<String> reasons = new ArrayList<>();
        for (Bundle.Member member :
                catalogue.bundle(id.name(), id.version()).bundle().members()) {
            Irreversible.reasons(catalogue.manifest(member.release()).manifest(), adapters)
                    .forEach(reason -> reasons.add(member.release() + ": " + reason));
        }
        return reasons;
    }

    /** What a catalogue offers, by name. */
    static Listing listing(Catalogue catalogue) {
        List<Listing.BundleId> bundles = new ArrayList<>();
        for (String path : catalogue.targets().keySet()) {
            String[] parts = path.split("/", -1);
            if (parts.length == 4 && parts[3].equals("bundle.json")) {
                try {
                    bundles.add(new Listing.BundleId(new ReleaseName(parts[0], parts[1]), Version.parse(parts[2])));
                } catch (IllegalArgumentException e) {
                    LOG.debug("{} is a target of a later version: {}", path, e.getMessage());
                }
            }
        }
        return new Listing(catalogue.releases(), bundles);
    }
}
