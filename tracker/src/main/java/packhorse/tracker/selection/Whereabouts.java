package packhorse.tracker.selection;

import java.util.HashMap;
import java.util.Map;
import packhorse.core.topology.IpAddress;
import packhorse.core.topology.SiteMap;

/** Where addresses are by one site map: answers the same question once, since selection asks it for everybody each time. */
public final class Whereabouts {
    /** Answers kept; more addresses than agents can be there. All are dropped when it is full: asking again is cheap. */
    private static final int KNOWN_MAX = 200_000;

    private final SiteMap sites;
    private final Map<IpAddress, Place> known = new HashMap<>();

    public Whereabouts(SiteMap sites) {
        this.sites = sites;
    }

    public SiteMap sites() {
        return sites;
    }

    public Place of(IpAddress address) {
        Place place = known.get(address);
        if (place == null) {
            place = sites.origins().contains(address)
                    ? new Place.AtOrigin()
                    : sites.siteOf(address).<Place>map(Place.InSite::new).orElseGet(Place.Roaming::new);
            if (known.size() >= KNOWN_MAX) {
                known.clear();
            }
            known.put(address, place);
        }
        return place;
    }
}
