package packhorse.tracker.session;

import java.util.List;
import java.util.Optional;
import packhorse.core.topology.Link;
import packhorse.core.topology.Subnet;
import packhorse.tracker.selection.Place;

/**
 * What an assignment says about where an agent is.
 *
 * @param site its site's name, empty for none
 * @param local what counts as its own site
 * @param wan its site's line
 */
record Station(String site, List<Subnet> local, Optional<Link> wan) {
    static Station of(Place place) {
        return switch (place) {
            case Place.InSite(var site) -> new Station(site.name(), site.subnets(), Optional.of(site.wan()));
            case Place.AtOrigin() -> new Station("", List.of(), Optional.empty());
            case Place.Roaming() -> new Station("", List.of(), Optional.empty());
        };
    }
}
