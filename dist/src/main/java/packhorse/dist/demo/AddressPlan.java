package packhorse.dist.demo;

import packhorse.core.topology.IpAddress;
import packhorse.core.topology.Subnet;

/**
 * Who has which address under one /16: {@code x.y.0.z} is the middle (trackers, origin, outsiders); {@code x.y.s.0/24} is office s,
 * its site peer at {@code .1}, its endpoints from {@code .11} on.
 *
 * @param prefix the first two bytes, {@code 127.101}
 */
record AddressPlan(String prefix) {
    IpAddress tracker() {
        return IpAddress.parse(prefix + ".0.1");
    }

    IpAddress origin() {
        return IpAddress.parse(prefix + ".0.2");
    }

    /** Of the tracker that joined by a token, where there is one. */
    IpAddress secondTracker() {
        return IpAddress.parse(prefix + ".0.3");
    }

    IpAddress console() {
        return IpAddress.parse(prefix + ".0.4");
    }

    IpAddress outsider() {
        return IpAddress.parse(prefix + ".0.9");
    }

    Subnet site(int site) {
        return Subnet.parse(prefix + "." + site + ".0/24");
    }

    IpAddress sitePeer(int site) {
        return IpAddress.parse(prefix + "." + site + ".1");
    }

    IpAddress endpoint(int site, int endpoint) {
        return IpAddress.parse(prefix + "." + site + "." + (10 + endpoint));
    }
}
