package packhorse.console.change;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import packhorse.core.content.Bundle;
import packhorse.core.content.Kind;
import packhorse.core.content.Platform;
import packhorse.core.content.ReleaseId;
import packhorse.core.content.ReleaseName;
import packhorse.core.content.Sha256;

/**
 * What an order carries: releases in the order of their installation, each with the way it travels. It is one unit of approval: the
 * plan's digest covers all of it, the order and the media included. More than one are approved as one and installed one after the other,
 * each a transaction of its own; a published bundle is one item, whose members endpoints install as one.
 *
 * @param releases at least one, none twice
 */
public record Consignment(List<Item> releases) {
    /**
     * One release of it.
     *
     * @param manifest the digest of its manifest's canonical bytes: what is approved is these bytes
     * @param bundle whether it is a bundle, whose document pins its members' manifests; absent: no
     */
    public record Item(ReleaseId release, Sha256 manifest, Kind kind, Medium medium, Optional<Boolean> bundle) {
        public Item {
            if (bundle.orElse(false) && !release.platform().equals(Platform.ANY)) {
                throw new IllegalArgumentException("a bundle is for any platform: write " + release.name() + "/"
                        + release.version() + "/" + Platform.ANY);
            }
        }

        /** A release by itself. */
        public Item(ReleaseId release, Sha256 manifest, Kind kind, Medium medium) {
            this(release, manifest, kind, medium, Optional.empty());
        }

        /** Whether endpoints install its members as one. */
        public boolean isBundle() {
            return bundle.orElse(false);
        }
    }

    public Consignment {
        releases = Words.bounded("the list of releases", releases);
        if (releases.isEmpty()) {
            throw new IllegalArgumentException("the order carries no release; name at least one");
        }
        Set<ReleaseId> seen = new HashSet<>();
        for (Item item : releases) {
            if (!seen.add(item.release())) {
                throw new IllegalArgumentException("the order carries " + item.release() + " twice");
            }
        }
    }

    /** What a bundle names, all of it by one way. */
    public static Consignment of(Bundle bundle, Kind kind, Medium medium) {
        return new Consignment(bundle.members().stream()
                .map(member -> new Item(member.release(), member.manifest(), kind, medium))
                .toList());
    }

    /** Whether more than one is approved as one. */
    public boolean isSeveral() {
        return releases.size() > 1;
    }

    /** The manifests, in order. */
    public List<Sha256> manifests() {
        return releases.stream().map(Item::manifest).toList();
    }

    /** The products it is about. */
    public List<ReleaseName> products() {
        return releases.stream().map(item -> item.release().name()).distinct().toList();
    }

    /** The release that {@code manifest} describes, where it carries it. */
    public Optional<Item> find(Sha256 manifest) {
        return releases.stream()
                .filter(item -> item.manifest().equals(manifest))
                .findFirst();
    }

    /** The same with a release in place of what it carried of it, or as the last of all. */
    public Consignment with(Item item) {
        List<Item> all = new ArrayList<>(releases);
        if (all.stream().anyMatch(one -> one.release().equals(item.release()))) {
            all.replaceAll(one -> one.release().equals(item.release()) ? item : one);
        } else {
            all.add(item);
        }
        return new Consignment(all);
    }

    /** The order of a way back: from the last to the first. */
    public List<Item> backwards() {
        return releases.reversed();
    }
}
