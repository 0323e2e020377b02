package packhorse.console.retrospect;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import packhorse.console.audit.AuditEntry;
import packhorse.console.audit.BoundLink;
import packhorse.console.change.Attachment;
import packhorse.console.change.ChangeOrder;
import packhorse.console.change.ChangeRequest;
import packhorse.console.change.OrderId;
import packhorse.console.change.Problem;
import packhorse.console.change.YellowFlag;
import packhorse.console.evidence.EvidenceContents;
import packhorse.console.json.Records;
import packhorse.console.ledger.Chronicle;
import packhorse.console.ledger.Kinds;
import packhorse.console.ledger.OutboxBook;
import packhorse.console.ledger.Pages;
import packhorse.console.ledger.Stored;
import packhorse.console.office.AttachmentOffice;
import packhorse.console.office.Deployments;
import packhorse.console.office.Flags;
import packhorse.console.office.Lists;
import packhorse.console.office.OfficeKinds;
import packhorse.console.office.OrderFiller;
import packhorse.console.office.Population;
import packhorse.console.office.ReleaseOffice;
import packhorse.console.office.WrittenReport;
import packhorse.console.report.DistributionLine;
import packhorse.console.report.OrderStory;
import packhorse.console.wave.Deployment;
import packhorse.console.wave.Hold;
import packhorse.console.wave.Plan;

/** One look back at one order, within one transaction. */
final class Looking {
    /** Of one order; whoever is told more often reads nothing of it any more. */
    private static final int TOLD_MAX = 10_000;

    /** Clocks of several consoles, and one that is set back: links that are so much earlier are looked at, too. */
    private static final Duration CLOCKS = Duration.ofDays(1);

    private final Pages pages;
    private final Population population;
    private final ChangeOrder order;
    private final List<ChangeRequest> requests;
    private final List<Problem> problems;
    private final Optional<Plan> plan;
    private final List<Deployment> deployments;

    Looking(Pages pages, Population population, OrderFiller filler, OrderId id) {
        this.pages = pages;
        this.population = population;
        this.order = filler.filled(pages, pages.get(Kinds.ORDER, id.text()).value());
        this.requests = order.requests().stream()
                .flatMap(one -> pages.find(Kinds.REQUEST, one.text()).stream())
                .map(Stored::value)
                .toList();
        this.problems = Lists.of(pages, Kinds.PROBLEM, id.text());
        this.plan = Deployments.plan(pages, order);
        this.deployments = Deployments.of(pages, id);
    }

    OrderStory story() {
        WaveStories waves = new WaveStories(pages, plan);
        links().forEachRemaining(one -> waves.hear(AuditEntry.parse(one.link().bytes())));
        List<Hold> holds = deployments.stream()
                .flatMap(one -> one.holds().stream())
                .sorted(Comparator.comparing(Hold::since))
                .toList();
        return new OrderStory(
                order,
                requests,
                Deployments.digest(pages, order),
                problems,
                holds,
                waves.of(deployments),
                SiteSavings.of(pages, order, plan, deployments),
                flags(),
                told(),
                // Nobody writes down what people spend.
                Optional.empty(),
                pages.now());
    }

    /** What stood before the order was over stands in its decisions. */
    private List<String> flags() {
        return order.state().isFinal()
                ? List.of()
                : Flags.raise(pages, order, population).stream()
                        .map(YellowFlag::text)
                        .toList();
    }

    Iterator<DistributionLine> log() {
        return new LogLines(pages, plan, deployments);
    }

    /** How reports call it. */
    String about() {
        return order.id() + " " + order.head().description();
    }

    // ---- who was told

    private List<OrderStory.Notification> told() {
        List<String> about = new ArrayList<>(List.of(order.id().text()));
        requests.forEach(one -> about.add(one.id().text()));
        problems.forEach(one -> about.add(one.id().text()));
        List<OrderStory.Notification> told = new ArrayList<>();
        for (String one : about) {
            pages.chronicle().told(one, TOLD_MAX - told.size()).forEach(line -> told.add(notification(line)));
        }
        told.sort(Comparator.comparing(OrderStory.Notification::due));
        return told;
    }

    private static OrderStory.Notification notification(OutboxBook.Delivery line) {
        String trouble = line.reason().isEmpty() ? "" : ": " + line.reason();
        return new OrderStory.Notification(
                line.entry().due(),
                line.entry().stakeholder(),
                line.entry().means().name(),
                line.entry().address(),
                line.entry().message().subject(),
                switch (line.state()) {
                    case TOLD -> "told at " + line.told().orElse(line.entry().due()) + " by " + line.by();
                    case WAITING ->
                        "waiting" + (line.tries() == 0 ? "" : " after " + line.tries() + " tries" + trouble);
                    case DEAD -> "given up after " + line.tries() + " tries" + trouble;
                });
    }

    // ---- what was decided

    /** The audit trail's links about the order and whatever belongs to it. */
    Iterator<BoundLink> links() {
        Set<String> names = new HashSet<>(Set.of(order.id().text()));
        requests.forEach(one -> names.add(one.id().text()));
        problems.forEach(one -> names.add(one.id().text()));
        Lists.of(pages, Kinds.DEFECT, order.id().text())
                .forEach(one -> names.add(one.id().text()));
        String below = order.id() + "/";
        Instant first = requests.stream()
                .flatMap(one -> one.history().stream())
                .map(entry -> entry.at())
                .min(Comparator.naturalOrder())
                .orElse(Instant.EPOCH);
        return pages.chronicle().links(first.minus(CLOCKS), entry -> {
            String order = entry.details().getOrDefault("order", "");
            return names.contains(entry.subject()) || entry.subject().startsWith(below) || names.contains(order);
        });
    }

    // ---- all of it

    EvidenceContents evidence() {
        Chronicle.Head head = pages.chronicle().head();
        return new EvidenceContents(
                story(),
                Deployments.digested(pages, order),
                log(),
                links(),
                new EvidenceContents.Head(head.number(), head.digest()),
                kept(),
                attachments().stream()
                        .map(one ->
                                new EvidenceContents.Attached(packed(one), () -> AttachmentOffice.bytes(pages, one)))
                        .iterator());
    }

    private List<Attachment> attachments() {
        return Lists.of(pages, OfficeKinds.ATTACHMENT, order.id().text());
    }

    /** Its id keeps those apart whose names differ only where no file system's may. */
    private static String packed(Attachment one) {
        String name = one.id() + "-" + one.name().replaceAll("[^A-Za-z0-9._-]", "_");
        return name.length() <= Attachment.NAME_CHARS_MAX ? name : name.substring(0, Attachment.NAME_CHARS_MAX);
    }

    /** What is kept beside the order's own record. */
    private SortedMap<String, byte[]> kept() {
        SortedMap<String, byte[]> kept = new TreeMap<>();
        for (Stored<WrittenReport> one :
                Lists.all(pages, OfficeKinds.REPORT, Optional.of(order.id().text()))) {
            kept.put(
                    one.id() + "-" + one.value().form().name().toLowerCase(java.util.Locale.ROOT) + ".md",
                    one.value().body().getBytes(StandardCharsets.UTF_8));
        }
        list(
                kept,
                "test-results.json",
                Lists.of(pages, OfficeKinds.TEST_RESULT, order.id().text()));
        list(kept, "defects.json", Lists.of(pages, Kinds.DEFECT, order.id().text()));
        list(kept, "problems.json", problems);
        list(kept, "retired.json", ReleaseOffice.retired(pages, order));
        list(kept, "attachments.json", attachments());
        pages.find(OfficeKinds.SCAN, order.id().text()).ifPresent(scan -> put(kept, "scan.json", scan.value()));
        for (Deployment deployment : deployments) {
            pages.find(Kinds.READINESS, deployment.id().toString())
                    .ifPresent(
                            found -> put(kept, "readiness-D" + deployment.id().number() + ".json", found.value()));
        }
        return kept;
    }

    private static void list(SortedMap<String, byte[]> kept, String name, List<?> values) {
        if (!values.isEmpty()) {
            put(kept, name, values);
        }
    }

    private static void put(SortedMap<String, byte[]> kept, String name, Object value) {
        kept.put(name, Records.write(value).getBytes(StandardCharsets.UTF_8));
    }
}
