package packhorse.tracker.session;

import java.util.Optional;
import packhorse.core.identity.DeploymentRole;
import packhorse.core.identity.RemoteIdentity;
import packhorse.core.topology.IpAddress;
import packhorse.core.topology.Site;
import packhorse.core.wire.WireSession;
import packhorse.tracker.selection.Place;

/**
 * What speaks for the address that an agent says it has.
 *
 * <p><b>Problem.</b> An office may sit behind one NAT address or a proxy, so an agent is believed where it is when it says which of its
 * addresses it listens at; that says who is near, and costs nobody anything. But some places carry rights: an origin may have all, a
 * site peer carries what its site may have, and desired states and entitlements name sites. Any machine could choose those by
 * listening at the right address. <b>Rule.</b> Rights take more than the word: an origin's address takes an origin's certificate;
 * a site's rights take a session that comes from that very address, or a certificate of that site. Who claims a place of an origin or
 * a site peer without that is refused; who claims an ordinary one is near it and has the rights of no site.
 *
 * @param role in its certificate
 * @param home the site in its certificate
 * @param claimed the address it says it has
 * @param seen the address its session comes from
 */
record Vouch(DeploymentRole role, String home, IpAddress claimed, IpAddress seen) {
    /** For an agent that claims an address in this session. */
    static Vouch of(WireSession session, IpAddress claimed) {
        RemoteIdentity peer = session.peer();
        return new Vouch(peer.role(), peer.site(), claimed, addressOf(session));
    }

    /** Where a session comes from. */
    static IpAddress addressOf(WireSession session) {
        return IpAddress.ofBytes(session.remote().getAddress().getAddress());
    }

    /** Why it cannot be at that place, if it cannot. */
    Optional<String> objection(Place place) {
        return switch (place) {
            case Place.AtOrigin() ->
                role == DeploymentRole.ORIGIN
                        ? Optional.empty()
                        : Optional.of("it claims the origin's address " + claimed + " with the certificate of an "
                                + role.word());
            case Place.InSite(Site site) ->
                !site.sitePeers().contains(claimed) || provesToBeIn(site)
                        ? Optional.empty()
                        : Optional.of("it claims the address " + claimed + " of a site peer of " + site.name()
                                + ", but comes from " + seen + " and its certificate is of site " + home);
            case Place.Roaming() -> Optional.empty();
        };
    }

    /** The site whose rights it has at that place. */
    Optional<String> rights(Place place) {
        return switch (place) {
            case Place.InSite(Site site) when provesToBeIn(site) -> Optional.of(site.name());
            case Place.InSite inSite -> Optional.empty();
            case Place.AtOrigin() -> Optional.empty();
            case Place.Roaming() -> Optional.empty();
        };
    }

    private boolean provesToBeIn(Site site) {
        return claimed.equals(seen) || home.equals(site.name());
    }
}
