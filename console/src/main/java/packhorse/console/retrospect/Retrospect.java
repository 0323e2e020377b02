package packhorse.console.retrospect;

import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import packhorse.console.change.ChangeOrder;
import packhorse.console.change.ChangeRequest;
import packhorse.console.change.Measurements;
import packhorse.console.change.OrderId;
import packhorse.console.change.Stage;
import packhorse.console.change.StageEntry;
import packhorse.console.evidence.EvidencePack;
import packhorse.console.fleet.GroupName;
import packhorse.console.ledger.Books;
import packhorse.console.ledger.Kinds;
import packhorse.console.ledger.Pages;
import packhorse.console.ledger.Stored;
import packhorse.console.office.ComplianceOffice;
import packhorse.console.office.Lists;
import packhorse.console.office.OrderFiller;
import packhorse.console.office.Population;
import packhorse.console.report.ComplianceReport;
import packhorse.console.report.DistributionLine;
import packhorse.console.report.DistributionLog;
import packhorse.console.report.EvaluationReport;
import packhorse.console.report.Format;
import packhorse.console.report.Html;
import packhorse.console.report.MeasurementsReport;
import packhorse.console.report.OrderRecord;
import packhorse.console.report.Report;
import packhorse.console.report.Savings;
import packhorse.console.report.StatusReport;
import packhorse.core.OperationException;
import packhorse.core.content.Sha256;
import packhorse.core.durable.DurableFiles;
import packhorse.core.trust.SigningKey;
import packhorse.core.trust.VerifyingKey;

/**
 * Everything that can be reported, and the evidence. Each look is one transaction that reads; what may be long is written to a file while
 * that lasts, so that whoever reads slowly keeps nothing of the ledger busy.
 */
public final class Retrospect {
    private final Books books;
    private final OrderFiller filler;
    private final Population population;
    private final ComplianceOffice compliance;
    private final SigningKey key;

    /**
     * @param population whom targets name
     * @param compliance what groups should have
     * @param key signs evidence
     */
    public Retrospect(
            Books books, OrderFiller filler, Population population, ComplianceOffice compliance, SigningKey key) {
        this.books = books;
        this.filler = filler;
        this.population = population;
        this.compliance = compliance;
        this.key = key;
    }

    /** What is told of an order from its story alone. */
    public enum Telling {
        STATUS,
        EVALUATION,
        RECORD,
        SAVINGS
    }

    /** By what auditors verify evidence. */
    public VerifyingKey publicKey() {
        return key.publicKey();
    }

    /** A report of an order, as of now. */
    public Report report(Telling telling, OrderId id) {
        return books.read(pages -> {
            Looking looking = looking(pages, id);
            return switch (telling) {
                case STATUS -> StatusReport.of(looking.story());
                case EVALUATION -> EvaluationReport.of(looking.story());
                case RECORD -> OrderRecord.of(looking.story());
                case SAVINGS -> Savings.report(looking.about(), looking.story().sites(), pages.now());
            };
        });
    }

    private Looking looking(Pages pages, OrderId id) {
        return new Looking(pages, population, filler, id);
    }

    /**
     * Writes an order's distribution log to {@code file}, one line in memory at a time.
     *
     * @param columns how wide lines may be, of a format that has lines
     */
    public void distributionLog(OrderId id, Format format, int columns, Path file) {
        books.read(pages -> {
            Looking looking = looking(pages, id);
            try (Writer out = Files.newBufferedWriter(file)) {
                Iterator<DistributionLine> log = looking.log();
                switch (format) {
                    case CSV -> DistributionLog.csv(log, out);
                    case JSON -> DistributionLog.json(looking.about(), log, pages.now(), out);
                    case HTML, TEXT ->
                        out.write(format.of(
                                DistributionLog.report(looking.about(), log, pages.now(), Html.ROWS_MAX),
                                Optional.empty(),
                                columns));
                }
                return file;
            } catch (IOException e) {
                throw new OperationException(
                        "the distribution log cannot be written to " + file + ": " + DurableFiles.reason(e), e);
            }
        });
    }

    /** Writes an order's evidence to {@code file}; the digest of its manifest names it. */
    public Sha256 evidence(OrderId id, Path file) {
        return books.read(pages -> EvidencePack.write(looking(pages, id).evidence(), key, file));
    }

    /** Whether there is such an order; refused otherwise. */
    public OrderId known(OrderId id) {
        return books.read(pages -> pages.get(Kinds.ORDER, id.text()).value().id());
    }

    // ---- not of one order

    /** Who of a group has not what it should have. */
    public Report compliance(GroupName group) {
        ComplianceOffice.Look look = compliance.look(group);
        return ComplianceReport.of(
                group.word(),
                look.wanted().stream()
                        .map(one -> new ComplianceReport.Wanted(
                                one.requirement().text(),
                                one.size(),
                                one.deviations().stream()
                                        .map(deviation -> new ComplianceReport.Lacking(
                                                deviation.place().endpoint().toString(),
                                                look.siteOf(deviation.place().endpoint()),
                                                deviation
                                                        .inPlace()
                                                        .map(Object::toString)
                                                        .orElse(""),
                                                Optional.of(deviation.since()),
                                                deviation.why().title() + ": " + deviation.text()))
                                        .toList()))
                        .toList(),
                look.at());
    }

    /**
     * What the trade measures itself by.
     *
     * @param since counts only requests that were submitted then or later
     */
    public Report measurements(Optional<Instant> since) {
        return books.read(pages -> {
            List<Measurements.Measured> all = new ArrayList<>();
            for (Stored<ChangeRequest> stored : Lists.all(pages, Kinds.REQUEST, Optional.empty())) {
                ChangeRequest request = stored.value();
                if (since.isEmpty()
                        || request.submitted()
                                .filter(at -> !at.isBefore(since.get()))
                                .isPresent()) {
                    all.add(measured(
                            request,
                            request.order()
                                    .flatMap(id -> pages.find(Kinds.ORDER, id.text()))
                                    .map(Stored::value)));
                }
            }
            return MeasurementsReport.of(
                    since.map(at -> "requests since " + at).orElse("all requests"), Measurements.of(all), pages.now());
        });
    }

    /** What is built is planned to be so by the time at which its distribution begins. */
    private static Measurements.Measured measured(ChangeRequest request, Optional<ChangeOrder> order) {
        return new Measurements.Measured(
                request,
                order.flatMap(one -> one.plans().distribution().start()),
                order.flatMap(
                        one -> one.builds().stream().map(build -> build.done()).max(Comparator.naturalOrder())),
                order.filter(Retrospect::hasPassedItsTest).isPresent(),
                order.map(ChangeOrder::reworks).orElse(0));
    }

    private static boolean hasPassedItsTest(ChangeOrder order) {
        List<Stage> stages = order.stages().stream().map(StageEntry::stage).toList();
        int tested = stages.lastIndexOf(Stage.TEST);
        return tested >= 0
                && (stages.lastIndexOf(Stage.PRODUCTION) > tested
                        || (stages.lastIndexOf(Stage.BUILDING) < tested
                                && order.stages().get(tested).left().isPresent()
                                && order.ending()
                                        .filter(ChangeOrder.Ending.CANCELLED::equals)
                                        .isEmpty()));
    }
}
