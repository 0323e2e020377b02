package packhorse.peer.agent;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import packhorse.core.content.InstallSection;
import packhorse.core.content.Manifest;
import packhorse.core.content.Platform;
import packhorse.core.content.ReleaseId;
import packhorse.core.message.v1.LocalReply;
import packhorse.core.message.v1.Offer;
import packhorse.core.message.v1.OfferList;
import packhorse.core.message.v1.ReleaseLine;
import packhorse.core.state.DesiredItem;
import packhorse.core.state.LineState;
import packhorse.core.state.Operation;
import packhorse.core.state.Subject;
import packhorse.core.trust.Catalogue;
import packhorse.core.trust.TufClient;
import packhorse.peer.adapter.Adapters;
import packhorse.peer.adapter.Irreversible;
import packhorse.peer.desired.LineName;
import packhorse.peer.desired.Listing;
import packhorse.peer.installer.engine.InstallFields;

/**
 * What the user of this machine could install: what the catalogue lists for it, whether it may be had, whether it can be put in place, and
 * what is in place already. Owns nothing; only the owner thread enters.
 */
final class Offers {
    /** Manifests that are looked into; each costs one small fetch the first time. */
    private static final int RELEASES_MAX = 500;

    private final TufClient catalogue;
    private final Catalogued catalogued;
    private final Permission permission;
    private final Steward steward;
    private final Installations installations;
    private final Packs packs;
    private final List<Platform> platforms;
    private final Errands errands;
    private final Adapters adapters = Adapters.standard();

    Offers(
            TufClient catalogue,
            Catalogued catalogued,
            Permission permission,
            Steward steward,
            Installations installations,
            Packs packs,
            List<Platform> platforms,
            Errands errands) {
        this.catalogue = catalogue;
        this.catalogued = catalogued;
        this.permission = permission;
        this.steward = steward;
        this.installations = installations;
        this.packs = packs;
        this.platforms = platforms;
        this.errands = errands;
    }

    /** @param all also what may not be had or cannot be installed here, with the reason */
    void send(ReplySink sink, boolean all) {
        Set<ReleaseId> here = new HashSet<>();
        packs.all().stream()
                .filter(pack -> pack.phase == PackState.Phase.WHOLE)
                .forEach(pack -> here.addAll(pack.releases));
        String off = installations.isThere() ? "" : installations.trouble();
        errands.run(
                () -> look(here, off, all),
                found -> permission.sort(found.keySet(), denied -> {
                    OfferList.Builder offers = OfferList.newBuilder();
                    found.forEach((subject, offer) -> {
                        String reason = denied.getOrDefault(subject, "");
                        if (all || (reason.isEmpty() && offer.getUnable().isEmpty())) {
                            offers.addOffers(completed(subject, offer, reason));
                        }
                    });
                    sink.send(LocalReply.newBuilder().setOffers(offers).build());
                    sink.send(LocalDoor.done());
                }),
                refused -> sink.send(LocalDoor.failure(refused.exitCode(), refused.reason())));
    }

    private Offer completed(Subject subject, Offer offer, String denied) {
        Offer.Builder complete = offer.toBuilder();
        complete.getReleaseBuilder().setDenied(denied);
        steward.desired().items().stream()
                .filter(item -> item.operation() == Operation.INSTALL || item.operation() == Operation.UPDATE)
                .filter(item -> item.subject().bundle() == subject.bundle()
                        && item.subject().id().equals(subject.id()))
                .map(DesiredItem::action)
                .reduce((earlier, later) -> later)
                .ifPresent(complete::setAction);
        Map<LineName, LineState> lines = new HashMap<>();
        installations.lines().forEach(line -> lines.put(LineName.of(line), line));
        Optional.ofNullable(subject.bundle() ? null : lines.get(LineName.of(subject.id())))
                .ifPresent(line -> complete.setLine(InstallFields.write(line)));
        return complete.build();
    }

    private Map<Subject, Offer> look(Set<ReleaseId> here, String off, boolean all) {
        Catalogue now = catalogue.refresh();
        Map<Subject, Offer> offers = new LinkedHashMap<>();
        for (ReleaseId id : now.releases()) {
            if (all || platforms.contains(id.platform())) {
                Optional<Manifest> manifest = offers.size() < RELEASES_MAX
                        ? Optional.of(catalogued.release(id, now).manifest())
                        : Optional.empty();
                offers.put(Subject.release(id), offer(id, manifest, here.contains(id), off));
            }
        }
        for (Listing.BundleId id : Chooser.listing(now).bundles()) {
            offers.put(
                    Permission.subject(id),
                    Offer.newBuilder()
                            .setRelease(ReleaseLine.newBuilder()
                                    .setName(id.name().toString())
                                    .setVersion(id.version().toString())
                                    .setPlatform("bundle")
                                    .setKind("bundle"))
                            .setUnable(off)
                            .build());
        }
        return offers;
    }

    private Offer offer(ReleaseId id, Optional<Manifest> manifest, boolean here, String off) {
        ReleaseLine.Builder line = ReleaseLine.newBuilder()
                .setName(id.name().toString())
                .setVersion(id.version().toString())
                .setPlatform(id.platform().word())
                .setHere(here);
        manifest.ifPresent(known -> line.setKind(known.kind().name().toLowerCase(Locale.ROOT))
                .setBytes(known.content().length()));
        Optional<InstallSection> section = manifest.flatMap(Manifest::install);
        String unable = off;
        if (unable.isEmpty() && manifest.isPresent() && section.isEmpty()) {
            unable = "it can only be distributed; its publisher has to publish it with --install";
        }
        if (unable.isEmpty() && !platforms.contains(id.platform())) {
            unable = "it is for another platform than this machine's";
        }
        return Offer.newBuilder()
                .setRelease(line)
                .setUnable(unable)
                .setAdapter(section.map(InstallSection::adapter).orElse(""))
                .setIrreversible(manifest.filter(
                                known -> !Irreversible.reasons(known, adapters).isEmpty())
                        .isPresent())
                .build();
    }
}
