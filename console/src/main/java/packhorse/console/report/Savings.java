package packhorse.console.report;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * What the WAN links were spared. What was delivered is the releases' size for each endpoint that got them; it must be the sum of what
 * came from each source. Where it is not, the report says so, and by how much: more came than was delivered where pieces were fetched
 * twice or for endpoints that failed, less where agents did not say all.
 */
public final class Savings {
    private Savings() {}

    /**
     * One site's share.
     *
     * @param endpoints that got it
     * @param delivered bytes that they have now
     * @param bytes that came, by source
     */
    public record Site(String name, long endpoints, long delivered, SourceBytes bytes) {
        public Site {
            if (endpoints < 0 || delivered < 0) {
                throw new IllegalArgumentException(
                        name + " with " + endpoints + " endpoints and " + delivered + " bytes");
            }
        }

        /** More came than was delivered, or, below zero, less. */
        public long difference() {
            return Math.subtractExact(bytes.sum(), delivered);
        }

        /** Bytes that would have crossed the WAN if each endpoint had fetched its own, less those that did. */
        public long saved() {
            return Math.subtractExact(delivered, bytes.wan());
        }
    }

    /** All sites together. */
    public static Site total(List<Site> sites) {
        long endpoints = 0;
        long delivered = 0;
        SourceBytes bytes = SourceBytes.NONE;
        for (Site site : sites) {
            endpoints = Math.addExact(endpoints, site.endpoints());
            delivered = Math.addExact(delivered, site.delivered());
            bytes = bytes.plus(site.bytes());
        }
        return new Site("all sites", endpoints, delivered, bytes);
    }

    /** The report. */
    public static Report report(String about, List<Site> sites, Instant at) {
        return new Report("savings", "Savings", about, at, sections(sites));
    }

    static List<Report.Section> sections(List<Site> sites) {
        Site total = total(sites);
        List<Block> balance = new ArrayList<>(balance(sites, total));
        balance.add(new Block.Bars(
                "sources",
                "Where it came from",
                List.of(Source.values()).stream()
                        .filter(source -> total.bytes().of(source) > 0)
                        .map(source -> new Block.Bar(
                                source.title(),
                                total.bytes().of(source),
                                new Cell.Bytes(total.bytes().of(source))))
                        .toList()));
        List<List<Cell>> rows = new ArrayList<>();
        sites.forEach(site -> rows.add(row(site)));
        rows.add(row(total));
        return List.of(
                Report.Section.of(
                        "In short",
                        new Block.Facts(List.of(
                                new Block.Fact("endpoints", "endpoints", Cell.of(total.endpoints())),
                                new Block.Fact("delivered", "delivered", new Cell.Bytes(total.delivered())),
                                new Block.Fact(
                                        "wan",
                                        "over WAN links",
                                        new Cell.Bytes(total.bytes().wan())),
                                new Block.Fact("saved", "spared the WAN links", new Cell.Bytes(total.saved())),
                                new Block.Fact(
                                        "difference", "came less delivered", new Cell.Bytes(total.difference()))))),
                new Report.Section("Balance", balance),
                Report.Section.of("By site", new Block.Table("sites", "Bytes by site and source", columns(), rows)));
    }

    private static List<Block> balance(List<Site> sites, Site total) {
        List<Site> off = sites.stream().filter(site -> site.difference() != 0).toList();
        if (off.isEmpty()) {
            return List.of(new Block.Words("It balances: what was delivered is the sum of what came from each source, "
                    + total.delivered() + " bytes."));
        }
        List<Block> warnings = new ArrayList<>();
        warnings.add(new Block.Warning("It does not balance: " + total.delivered() + " bytes were delivered and "
                + total.bytes().sum() + " came, " + told(total.difference()) + ", at " + off.size() + " of "
                + sites.size() + " sites."));
        off.stream()
                .limit(LISTED_MAX)
                .forEach(site -> warnings.add(new Block.Words(site.name() + ": " + told(site.difference()))));
        return warnings;
    }

    /** The worst are in the table too. */
    private static final int LISTED_MAX = 20;

    private static String told(long difference) {
        return difference == 0
                ? "the sums are the same"
                : Math.abs(difference) + " bytes too " + (difference > 0 ? "many" : "few");
    }

    private static List<Block.Column> columns() {
        List<Block.Column> columns = new ArrayList<>(List.of(
                new Block.Column("site", "site"),
                new Block.Column("endpoints", "endpoints"),
                new Block.Column("delivered", "delivered")));
        for (Source source : Source.values()) {
            columns.add(new Block.Column(source.key().replace('-', '_'), source.title()));
        }
        columns.add(new Block.Column("saved", "spared the WAN"));
        columns.add(new Block.Column("difference", "came less delivered"));
        return columns;
    }

    private static List<Cell> row(Site site) {
        List<Cell> row = new ArrayList<>(
                List.of(Cell.of(site.name()), Cell.of(site.endpoints()), new Cell.Bytes(site.delivered())));
        for (Source source : Source.values()) {
            row.add(new Cell.Bytes(site.bytes().of(source)));
        }
        row.add(new Cell.Bytes(site.saved()));
        row.add(new Cell.Bytes(site.difference()));
        return row;
    }
}
