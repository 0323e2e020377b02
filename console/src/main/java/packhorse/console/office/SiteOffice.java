package packhorse.console.office;

import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import packhorse.console.change.Actor;
import packhorse.console.change.Role;
import packhorse.console.ledger.Books;
import packhorse.console.ledger.Pages;
import packhorse.console.ledger.Stored;
import packhorse.core.UsageException;
import packhorse.core.config.SiteMapFile;
import packhorse.core.topology.IpAddress;
import packhorse.core.topology.Link;
import packhorse.core.topology.Site;
import packhorse.core.topology.SiteMap;
import packhorse.core.topology.Subnet;
import packhorse.core.unit.ByteRate;

/** Sites: what trackers go by, and their clocks. What trackers are told has a revision that grows with each change. */
public final class SiteOffice {
    private static final Set<Role> ADMINISTRATORS = Set.of(Role.ADMINISTRATOR);

    private static final String ORIGINS = "origins";

    private static final ZoneId UTC = ZoneId.of("UTC");

    private final Desk desk;

    public SiteOffice(Books books) {
        this.desk = new Desk(books);
    }

    /**
     * A site as people write it.
     *
     * @param down into the site: {@code 100Mbit}
     * @param up out of it
     * @param zone of its clock: {@code Europe/Berlin}
     */
    public record SiteForm(
            ZoneId zone,
            List<String> subnets,
            String down,
            String up,
            Optional<List<String>> sitePeers,
            Optional<Boolean> servesOutsiders,
            Optional<Boolean> lanMayBePlain) {
        Site site(String name) {
            return new Site(
                    name,
                    subnets.stream().map(Subnet::parse).toList(),
                    new Link(ByteRate.parse(down), ByteRate.parse(up)),
                    sitePeers.orElse(List.of()).stream().map(IpAddress::parse).collect(Collectors.toSet()),
                    servesOutsiders.orElse(false),
                    lanMayBePlain.orElse(false));
        }
    }

    /**
     * Writes a site, or another text of one; subnets of two sites do not overlap.
     *
     * @param meant whether it may be the first though trackers place endpoints by files of their own
     */
    public Stored<KnownSite> write(Actor.Person who, String name, OptionalLong seen, SiteForm form, boolean meant) {
        return desk.write(who, pages -> {
            Desk.requireRole(who, ADMINISTRATORS, "a site is written");
            FirstSites.requireMeant(pages, Set.of(name), meant);
            Stored<KnownSite> kept =
                    Desk.put(pages, OfficeKinds.SITE, name, seen, new KnownSite(form.site(name), form.zone()));
            siteMap(pages);
            Revision.next(pages, Revision.SITES);
            pages.audit(
                    "site.write",
                    name,
                    Desk.details("zone", form.zone().getId(), "down", form.down(), "up", form.up()));
            return kept;
        });
    }

    /** Takes a site away. */
    public void remove(Actor.Person who, String name, OptionalLong seen) {
        desk.write(who, pages -> {
            Desk.requireRole(who, ADMINISTRATORS, "a site is taken away");
            pages.remove(pages.get(OfficeKinds.SITE, name, seen));
            Revision.next(pages, Revision.SITES);
            pages.audit("site.remove", name, Desk.details());
            return 0;
        });
    }

    /**
     * Takes sites from a tracker's file, in place of those of the same names, and the addresses of origins; other sites stay.
     *
     * @param zone the clock of those whose clock is not known yet; absent: UTC, and they are named
     * @param meant whether these may be the first though trackers place endpoints elsewhere by files of their own
     */
    public Imported importFile(Actor.Person who, String yaml, String name, Optional<ZoneId> zone, boolean meant) {
        return desk.write(who, pages -> {
            Desk.requireRole(who, ADMINISTRATORS, "sites are written");
            SiteMap map = parsed(yaml, name);
            FirstSites.requireMeant(pages, map.sites().stream().map(Site::name).collect(Collectors.toSet()), meant);
            return take(pages, map, zone, name);
        });
    }

    /**
     * What a file brought.
     *
     * @param unzoned sites whose clock nobody said: UTC counts
     */
    public record Imported(List<Stored<KnownSite>> sites, List<String> unzoned) {
        public Imported {
            sites = List.copyOf(sites);
            unzoned = List.copyOf(unzoned);
        }

        /** A line for whoever schedules nights there, for each site whose clock nobody said. */
        public List<String> notes() {
            return unzoned.stream()
                    .map(site -> site + ": nobody said its clock, so UTC counts, and windows open and close by it;"
                            + " write the site with its zone, such as Europe/Berlin")
                    .toList();
        }
    }

    private static Imported take(Pages pages, SiteMap map, Optional<ZoneId> zone, String name) {
        List<Stored<KnownSite>> kept = new ArrayList<>();
        List<String> unzoned = new ArrayList<>();
        for (Site site : map.sites()) {
            Optional<ZoneId> known = pages.find(OfficeKinds.SITE, site.name())
                    .map(before -> before.value().zone())
                    .or(() -> zone);
            if (known.isEmpty()) {
                unzoned.add(site.name());
            }
            ZoneId clock = known.orElse(UTC);
            kept.add(Desk.put(pages, OfficeKinds.SITE, site.name(), OptionalLong.empty(), new KnownSite(site, clock)));
        }
        if (!map.origins().isEmpty()) {
            Desk.put(pages, OfficeKinds.ORIGINS, ORIGINS, OptionalLong.empty(), new Origins(map.origins()));
        }
        siteMap(pages);
        Revision.next(pages, Revision.SITES);
        pages.audit(
                "site.import", name.isBlank() ? "file" : name, Desk.details("sites", Integer.toString(kept.size())));
        return new Imported(kept, unzoned);
    }

    /**
     * Takes sites from a file while there never was one; otherwise does nothing.
     *
     * @return what it brought, where it did
     */
    public Optional<Imported> importFirst(String yaml, String name) {
        SiteMap map = parsed(yaml, name);
        return desk.write(Actor.product(), pages -> {
            if (Revision.of(pages, Revision.SITES).isPresent()) {
                return Optional.empty();
            }
            return Optional.of(take(pages, map, Optional.empty(), name));
        });
    }

    private static SiteMap parsed(String yaml, String name) {
        try {
            return SiteMapFile.parse(name, yaml);
        } catch (UsageException e) {
            throw Desk.invalid(String.valueOf(e.getMessage()));
        }
    }

    /** Sites, by name. */
    public List<Stored<KnownSite>> list(String after, int limit) {
        return desk.read(
                pages -> Lists.page(pages, OfficeKinds.SITE, Optional.empty(), Optional.empty(), after, limit));
    }

    /** One site. */
    public Stored<KnownSite> get(String name) {
        return desk.read(pages -> pages.get(OfficeKinds.SITE, name));
    }

    /** Where origins are, which belong to no site; version 0 and nowhere before somebody says so. */
    public Stored<Origins> origins() {
        return desk.read(pages -> pages.find(OfficeKinds.ORIGINS, ORIGINS)
                .orElseGet(() -> new Stored<>(
                        OfficeKinds.ORIGINS,
                        ORIGINS,
                        0,
                        new Origins(Set.of()),
                        pages.now(),
                        pages.who().name())));
    }

    /**
     * Says where origins are.
     *
     * @param meant whether it may be the first that is said of sites though trackers place endpoints by files of their own
     */
    public Stored<Origins> origins(Actor.Person who, OptionalLong seen, Origins origins, boolean meant) {
        return desk.write(who, pages -> {
            Desk.requireRole(who, ADMINISTRATORS, "origins are written");
            FirstSites.requireMeant(pages, Set.of(), meant);
            Stored<Origins> kept = Desk.put(pages, OfficeKinds.ORIGINS, ORIGINS, seen, origins);
            Revision.next(pages, Revision.SITES);
            pages.audit(
                    "site.origins",
                    ORIGINS,
                    Desk.details("addresses", origins.addresses().toString()));
            return kept;
        });
    }

    /** What trackers go by; empty where the console keeps no site and their own files hold. */
    public Optional<Revised<SiteMap>> siteMap() {
        return desk.read(pages -> pages.find(OfficeKinds.REVISION, Revision.SITES)
                .map(revision -> new Revised<>(revision.value().number(), siteMap(pages))));
    }

    /** The revision of what trackers go by; empty where the console keeps no site. */
    public OptionalLong revision() {
        return desk.read(pages -> Revision.of(pages, Revision.SITES));
    }

    /** Writes down what a tracker counts, in place of what it counted before. */
    public void counted(SiteTraffic traffic) {
        desk.write(
                Actor.product(),
                pages -> Desk.put(pages, OfficeKinds.TRAFFIC, traffic.tracker(), OptionalLong.empty(), traffic));
    }

    /** What each tracker counts, by its address. */
    public List<Stored<SiteTraffic>> traffic(String after, int limit) {
        return desk.read(
                pages -> Lists.page(pages, OfficeKinds.TRAFFIC, Optional.empty(), Optional.empty(), after, limit));
    }

    /** Two sites that overlap are refused here. */
    private static SiteMap siteMap(Pages pages) {
        return new SiteMap(
                Lists.all(pages, OfficeKinds.SITE, Optional.empty()).stream()
                        .map(one -> one.value().site())
                        .toList(),
                pages.find(OfficeKinds.ORIGINS, ORIGINS)
                        .map(stored -> stored.value().addresses())
                        .orElse(Set.of()));
    }
}
