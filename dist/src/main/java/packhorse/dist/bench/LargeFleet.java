package packhorse.dist.bench;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.IntConsumer;
import packhorse.console.change.Actor;
import packhorse.console.fleet.EndpointFacts;
import packhorse.console.ledger.Books;
import packhorse.console.office.KnownSite;
import packhorse.console.office.OfficeKinds;
import packhorse.core.content.Version;
import packhorse.core.topology.EndpointId;
import packhorse.core.topology.Link;
import packhorse.core.topology.Site;
import packhorse.core.topology.Subnet;
import packhorse.core.unit.ByteCount;
import packhorse.core.unit.ByteRate;

/**
 * Sites and endpoints of a large company, written into a ledger in bulk: each site has as many endpoints as any other, every two of them stand
 * in for each other, every twenty are guests of one machine, and each has said what it is made of.
 *
 * @param salt what tells this fleet's ids from those of another in the same ledger
 */
record LargeFleet(int endpoints, int sites, int salt) {
    private static final int TOGETHER = 5_000;
    private static final List<String> ZONES = List.of("Europe/Berlin", "America/New_York", "Asia/Tokyo", "UTC");
    private static final List<String> MODELS = List.of("Latitude 7440", "ThinkPad T14", "EliteDesk 800");

    /** The endpoint of a number, from 0. */
    EndpointId endpoint(int number) {
        return EndpointId.ofBytes(ByteBuffer.allocate(EndpointId.LENGTH_BYTES)
                .putInt(number * 0x9e3779b1)
                .putInt(salt)
                .putLong(number)
                .array());
    }

    /** What its host is called. */
    String name(int number) {
        return "host-" + Integer.toHexString(salt) + "-" + number;
    }

    /** Where it is. */
    String site(int number) {
        return "site" + number % sites;
    }

    /** Writes all of it; {@code done} hears how many endpoints are written. */
    void write(Books books, Instant now, IntConsumer done) {
        books.<Boolean>write(Actor.product(), pages -> {
            for (int i = 0; i < sites; i++) {
                String name = "site" + i;
                if (pages.find(OfficeKinds.SITE, name).isEmpty()) {
                    pages.add(OfficeKinds.SITE, name, known(name, i));
                }
            }
            return true;
        });
        for (int from = 0; from < endpoints; from += TOGETHER) {
            List<EndpointFacts> some = new ArrayList<>();
            for (int i = from; i < Math.min(endpoints, from + TOGETHER); i++) {
                some.add(facts(i, now));
            }
            books.<Boolean>write(Actor.product(), pages -> {
                pages.fleet().add(some);
                return true;
            });
            done.accept(from + some.size());
        }
    }

    private static KnownSite known(String name, int number) {
        return new KnownSite(
                new Site(
                        name,
                        List.of(Subnet.parse("10." + number / 256 + "." + number % 256 + ".0/24")),
                        new Link(ByteRate.parse("100Mbit"), ByteRate.parse("20Mbit")),
                        Set.of(),
                        false),
                ZoneId.of(ZONES.get(number % ZONES.size())));
    }

    private EndpointFacts facts(int number, Instant now) {
        Map<String, String> labels = new TreeMap<>();
        labels.put("department", "d" + number % 40);
        labels.put("ring", number % 10 == 0 ? "early" : "broad");
        labels.put(EndpointFacts.PAIR_LABEL, "pair" + number / 2);
        labels.put(EndpointFacts.HOST_LABEL, "host" + number / 20);
        return new EndpointFacts(
                endpoint(number),
                name(number),
                site(number),
                new TreeMap<>(labels),
                new EndpointFacts.OperatingSystem(
                        List.of("debian", "linux"),
                        "Debian GNU/Linux 12 (bookworm)",
                        Optional.of(Version.parse(number % 3 == 0 ? "11" : "12")),
                        Optional.of(Version.parse("6.1.0"))),
                new EndpointFacts.Hardware(
                        "Example Corporation",
                        MODELS.get(number % MODELS.size()),
                        "S" + number,
                        "x86_64",
                        "Example CPU 2.4 GHz",
                        8,
                        Optional.of(new ByteCount(16L << 30)),
                        Optional.of(new ByteCount(512L << 30)),
                        "kvm",
                        "",
                        List.of("10." + number / 65_536 + "." + number / 256 % 256 + "." + number % 256)),
                Optional.of(Version.parse("1.0.0")),
                List.of(),
                false,
                Optional.of(now),
                Optional.of(now),
                new TreeMap<>());
    }
}
