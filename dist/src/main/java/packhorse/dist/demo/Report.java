package packhorse.dist.demo;

import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import packhorse.core.unit.ByteCount;
import packhorse.core.unit.ByteRate;

/**
 * What one demo found, for people and for programs.
 *
 * @param size of the content
 * @param sha256 of the content as it was published
 * @param originBytesOut what the origin sent to agents
 * @param bytesSent what all machines say they sent
 * @param bytesReceived what all machines say they received
 * @param links pairs of machines that exchanged content, each direction counted
 * @param differences directions whose two accounts differ
 * @param openUrl the torrent for outsiders; empty without {@code --open}
 * @param outsider what an outsider's download came to; empty when none was tried
 */
record Report(
        String release,
        String version,
        ByteCount size,
        String sha256,
        ByteRate wan,
        LowerBound lowerBound,
        double publishSeconds,
        long originBytesOut,
        List<SiteResult> sites,
        long bytesSent,
        long bytesReceived,
        int links,
        List<Books.Difference> differences,
        String openUrl,
        String outsider) {

    /** One office. */
    record SiteResult(
            String site, long wanBytes, long lanBytes, MachineResult sitePeer, List<MachineResult> endpoints) {
        double copies(ByteCount size) {
            return (double) wanBytes / size.bytes();
        }

        double slowestSeconds() {
            return endpoints.stream().mapToDouble(MachineResult::seconds).max().orElse(0);
        }
    }

    /** One machine: seconds from the first request of all to its last verified byte; the hash of its copy, by the demo. */
    record MachineResult(String id, String address, double seconds, String sha256, boolean verified, int rescues) {}

    Report {
        sites = List.copyOf(sites);
        differences = List.copyOf(differences);
    }

    double slowestSeconds() {
        return sites.stream().mapToDouble(SiteResult::slowestSeconds).max().orElse(0);
    }

    boolean identical() {
        return sites.stream()
                .allMatch(site ->
                        site.sitePeer().verified() && site.endpoints().stream().allMatch(MachineResult::verified));
    }

    boolean balanced() {
        return differences.isEmpty();
    }

    void print(PrintWriter out) {
        out.printf(
                Locale.ROOT,
                "%n%-10s %15s %7s %15s %9s  %s%n",
                "site",
                "WAN bytes",
                "copies",
                "LAN bytes",
                "slowest",
                "endpoints, seconds");
        for (SiteResult site : sites) {
            StringBuilder seconds = new StringBuilder();
            site.endpoints().forEach(each -> seconds.append(String.format(Locale.ROOT, "%.1f ", each.seconds())));
            out.printf(
                    Locale.ROOT,
                    "%-10s %,15d %7.2f %,15d %7.1f s  %s%n",
                    site.site(),
                    site.wanBytes(),
                    site.copies(size),
                    site.lanBytes(),
                    site.slowestSeconds(),
                    seconds.toString().strip());
        }
        out.printf(
                Locale.ROOT,
                "%-10s %,15d bytes out; copies: bytes between peers / size, ideal 1.00%n%n",
                "origin",
                originBytesOut);
        out.printf(
                Locale.ROOT,
                "lower bound %.2f s (multi-site star; F size, U origin uplink, D and V line down and up, S sites,%n",
                lowerBound.seconds());
        out.printf(Locale.ROOT, "n receivers of a site, u their uplinks inside it); the largest term binds:%n");
        for (LowerBound.Term term : lowerBound.terms()) {
            out.printf(
                    Locale.ROOT,
                    "  %8s  %-24s %s%n",
                    term.seconds() == 0 ? "no limit" : String.format(Locale.ROOT, "%.2f s", term.seconds()),
                    term.what(),
                    term.formula() + (term.equals(lowerBound.binding()) ? "  <- binds" : ""));
        }
        out.printf(
                Locale.ROOT,
                "  %+7.2f s  %-24s %s%n",
                lowerBound.pipelineSeconds(),
                "pipeline",
                lowerBound.pipelineFormula());
        out.printf(
                Locale.ROOT,
                "slowest endpoint %.2f s = %.2f x the lower bound%n%n",
                slowestSeconds(),
                slowestSeconds() / lowerBound.seconds());

        out.printf("SHA-256 %s  as published%n", sha256);
        for (SiteResult site : sites) {
            copy(out, site.site(), site.sitePeer());
            site.endpoints().forEach(each -> copy(out, site.site(), each));
        }
        out.printf(
                Locale.ROOT,
                "%nbooks: %,d bytes sent, %,d received, over %d directions of pairs: %s%n",
                bytesSent,
                bytesReceived,
                links,
                balanced() ? "balanced, each of them" : differences.size() + " differ");
        differences.forEach(each -> out.println("  " + each));
        if (!openUrl.isEmpty()) {
            out.println("open swarm: " + openUrl);
        }
        if (!outsider.isEmpty()) {
            out.println("outsider: " + outsider);
        }
        long copies =
                sites.stream().mapToLong(site -> site.endpoints().size() + 1L).sum();
        long good = sites.stream()
                .mapToLong(site -> site.endpoints().stream()
                                .filter(MachineResult::verified)
                                .count()
                        + (site.sitePeer().verified() ? 1 : 0))
                .sum();
        out.printf("%d of %d copies identical, books %s%n", good, copies, balanced() ? "balanced" : "NOT balanced");
        out.flush();
    }

    private static void copy(PrintWriter out, String site, MachineResult machine) {
        out.printf(
                "        %s  %s %s%s%n", machine.sha256(), site, machine.id(), machine.verified() ? "" : "  DIFFERS");
    }

    /** The object of {@code demo --json}. */
    Map<String, Object> json() {
        Map<String, Object> root = new LinkedHashMap<>();
        root.put("release", object("name", release, "version", version, "bytes", size.bytes(), "sha256", sha256));
        root.put("lowerBoundSeconds", lowerBound.seconds());
        root.put(
                "lowerBoundTerms",
                lowerBound.terms().stream()
                        .map(term -> object("term", term.what(), "formula", term.formula(), "seconds", term.seconds()))
                        .toList());
        root.put("slowestSeconds", slowestSeconds());
        root.put("publishSeconds", publishSeconds);
        root.put("wanBytesPerSecond", wan.bytesPerSecond());
        root.put("origin", object("bytesOut", originBytesOut));
        root.put(
                "sites",
                sites.stream()
                        .map(site -> object(
                                "site", site.site(),
                                "wanBytes", site.wanBytes(),
                                "wanCopies", site.copies(size),
                                "lanBytes", site.lanBytes(),
                                "sitePeer", json(site.sitePeer()),
                                "endpoints",
                                        site.endpoints().stream()
                                                .map(Report::json)
                                                .toList()))
                        .toList());
        root.put(
                "books",
                object(
                        "bytesSent", bytesSent,
                        "bytesReceived", bytesReceived,
                        "directions", links,
                        "balanced", balanced(),
                        "differences",
                                differences.stream()
                                        .map(Books.Difference::toString)
                                        .toList()));
        if (!openUrl.isEmpty()) {
            root.put("openTorrent", openUrl);
            root.put("outsider", outsider);
        }
        return root;
    }

    private static Map<String, Object> json(MachineResult machine) {
        return object(
                "id", machine.id(),
                "address", machine.address(),
                "seconds", machine.seconds(),
                "sha256", machine.sha256(),
                "verified", machine.verified(),
                "rescues", machine.rescues());
    }

    private static Map<String, Object> object(Object... keysAndValues) {
        Map<String, Object> out = new LinkedHashMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            out.put((String) keysAndValues[i], keysAndValues[i + 1]);
        }
        return out;
    }
}
