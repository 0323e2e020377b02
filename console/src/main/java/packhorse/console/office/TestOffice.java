package packhorse.console.office;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import packhorse.console.change.Actor;
import packhorse.console.change.BuildReport;
import packhorse.console.change.ChangeOrder;
import packhorse.console.change.Defect;
import packhorse.console.change.DefectId;
import packhorse.console.change.DefectMachine;
import packhorse.console.change.OrderId;
import packhorse.console.change.Outcome;
import packhorse.console.change.Role;
import packhorse.console.change.TestDesk;
import packhorse.console.change.TestReport;
import packhorse.console.change.TestResult;
import packhorse.console.intake.JUnitReport;
import packhorse.console.ledger.Books;
import packhorse.console.ledger.Kinds;
import packhorse.console.ledger.Pages;
import packhorse.console.ledger.Stored;
import packhorse.core.OperationException;
import packhorse.core.content.Sha256;
import packhorse.core.topology.EndpointId;

/** What testers write down: scans, results, defects; and how a test stands. */
public final class TestOffice {
    private final Desk desk;
    private final OrderFiller filler;
    private final ContentScanner scanner;

    /** A file's name as a scan tells it. */
    private static final Pattern NAME = Pattern.compile("[\\p{L}\\p{N}._ +-]{1,120}");

    /**
     * @param filler keeps the order's checklist in step with what was tried
     * @param scanner looks at what people send to be looked at
     */
    public TestOffice(Books books, OrderFiller filler, ContentScanner scanner) {
        this.desk = new Desk(books);
        this.filler = filler;
        this.scanner = scanner;
    }

    /**
     * What became of a case, tried once with what the order carries now.
     *
     * @param kind what kind of machine it was
     * @param transmission how long the content took to get there
     * @param installation how long it took to put it in place
     */
    public record ResultForm(
            String testCase,
            TestResult.Verdict verdict,
            Optional<EndpointId> endpoint,
            String kind,
            Optional<Duration> transmission,
            Optional<Duration> installation,
            String note) {}

    /** A defect that was found. */
    public record DefectForm(Optional<String> testCase, String title, Defect.Severity severity) {}

    /**
     * A move of a defect.
     *
     * @param fault whose it is, for CONFIRM
     */
    public record DefectMove(DefectMachine.Move move, Optional<Defect.Fault> fault, String why) {}

    /** Writes down what a scanner said of an order's releases at the test stage. The product scans, or a tester says what was scanned elsewhere. */
    public Stored<OrderScan> scanned(Actor who, OrderId id, BuildReport.Scan scan) {
        return desk.write(who, pages -> {
            ChangeOrder order = pages.get(Kinds.ORDER, id.text()).value();
            if (who instanceof Actor.Person person) {
                Desk.requireRole(person, Set.of(Role.TEST_SPECIALIST), id + ": a scan is reported");
            }
            return keep(pages, id, Desk.require(TestDesk.scanned(order)), scan);
        });
    }

    private Stored<OrderScan> keep(Pages pages, OrderId id, List<Sha256> manifests, BuildReport.Scan scan) {
        Optional<Stored<OrderScan>> before = pages.find(OfficeKinds.SCAN, id.text());
        OrderScan now = new OrderScan(id, Optional.of(manifests), scan);
        Stored<OrderScan> kept =
                before.isPresent() ? pages.change(before.get(), now) : pages.add(OfficeKinds.SCAN, id.text(), now);
        pages.audit(
                "test.scan",
                id.text(),
                Desk.details(
                        "scanner",
                        scan.scanner().orElse("none"),
                        "found",
                        Integer.toString(scan.found().size())));
        filler.refresh(pages, id);
        return kept;
    }

    /**
     * Has a file looked at, and writes down what was said of it. Nothing of the file is kept.
     *
     * @param name of the file, as what is found in it is called
     * @param add beside what was said of the same releases before, as one of several files; otherwise in place of it
     */
    public Stored<OrderScan> scan(Actor.Person who, OrderId id, String name, boolean add, byte[] content) {
        Desk.requireRole(who, Set.of(Role.TEST_SPECIALIST, Role.PACKAGE_BUILDER), id + ": content is scanned");
        if (!NAME.matcher(name).matches() || name.startsWith(".")) {
            throw Desk.invalid(
                    "\"" + name + "\" is no file's name; write letters, digits, blanks and . _ + -, at most 120");
        }
        List<Sha256> sent = desk.read(pages -> underTest(pages, id));
        BuildReport.Scan said = scanned(name, content);
        return desk.write(who, pages -> {
            if (!underTest(pages, id).equals(sent)) {
                throw Desk.refused(id + " carries other releases since the scan began: scan these");
            }
            return keep(
                    pages,
                    id,
                    sent,
                    pages.find(OfficeKinds.SCAN, id.text())
                            .filter(before -> add && before.value().isOf(sent))
                            .map(before -> both(before.value().scan(), said))
                            .orElse(said));
        });
    }

    private static List<Sha256> underTest(Pages pages, OrderId id) {
        return Desk.require(TestDesk.scanned(pages.get(Kinds.ORDER, id.text()).value()));
    }

    private BuildReport.Scan scanned(String name, byte[] content) {
        try {
            Path folder = Files.createTempDirectory("packhorse-scan");
            Path file = folder.resolve(name);
            try {
                return scanner.scan(Files.write(file, content));
            } finally {
                Files.deleteIfExists(file);
                Files.deleteIfExists(folder);
            }
        } catch (InterruptedIOException e) {
            Thread.currentThread().interrupt();
            throw new OperationException("the scan was interrupted", e);
        } catch (IOException e) {
            throw new OperationException("what is to be scanned cannot be kept for the scan: " + e.getMessage(), e);
        }
    }

    /** Of both: a scanner that was not there once was not there. */
    private static BuildReport.Scan both(BuildReport.Scan before, BuildReport.Scan now) {
        return new BuildReport.Scan(
                before.scanner().flatMap(unused -> now.scanner()),
                Stream.concat(before.found().stream(), now.found().stream()).toList(),
                Stream.concat(before.unscanned().stream(), now.unscanned().stream())
                        .toList(),
                now.at());
    }

    /**
     * Takes results out of a file of JUnit's XML; those of cases that the plan has are written down, all or none.
     *
     * @param endpoint on which it ran, where the file does not say
     * @param kind of machine, where the file does not say
     */
    public ImportedResults importResults(
            Actor.Person who, OrderId id, Optional<EndpointId> endpoint, String kind, byte[] xml) {
        return desk.write(who, pages -> {
            ChangeOrder order = pages.get(Kinds.ORDER, id.text()).value();
            JUnitReport report = read(order, who, endpoint, kind, xml, pages.now());
            Map<TestResult.Verdict, Integer> verdicts = new EnumMap<>(TestResult.Verdict.class);
            for (TestResult result : report.results()) {
                TestResult taken = Desk.require(TestDesk.record(order, result, who));
                pages.add(OfficeKinds.TEST_RESULT, pages.next("TR", Desk.year(pages.now())), new TestRecord(id, taken));
                verdicts.merge(taken.verdict(), 1, Integer::sum);
            }
            pages.audit(
                    "test.import",
                    id.text(),
                    Desk.details(
                            "results", Integer.toString(report.results().size()), "verdicts", verdicts.toString()));
            filler.refresh(pages, id);
            return new ImportedResults(
                    verdicts.getOrDefault(TestResult.Verdict.PASS, 0),
                    verdicts.getOrDefault(TestResult.Verdict.FAIL, 0),
                    verdicts.getOrDefault(TestResult.Verdict.BLOCKED, 0),
                    report.notes());
        });
    }

    private static JUnitReport read(
            ChangeOrder order, Actor.Person who, Optional<EndpointId> endpoint, String kind, byte[] xml, Instant now) {
        try {
            return JUnitReport.read(
                    new ByteArrayInputStream(xml),
                    "the file",
                    new JUnitReport.Tested(
                            order.plans().test(), OrderFiller.manifests(order), endpoint, kind, who.id(), now));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Writes a result down. */
    public Stored<TestRecord> record(Actor.Person who, OrderId id, ResultForm form) {
        return desk.write(who, pages -> {
            ChangeOrder order = pages.get(Kinds.ORDER, id.text()).value();
            TestResult result = new TestResult(
                    form.testCase(),
                    OrderFiller.manifests(order),
                    form.verdict(),
                    form.endpoint(),
                    form.kind(),
                    form.transmission(),
                    form.installation(),
                    form.note(),
                    who.id(),
                    pages.now());
            TestResult taken = Desk.require(TestDesk.record(order, result, who));
            Stored<TestRecord> kept = pages.add(
                    OfficeKinds.TEST_RESULT, pages.next("TR", Desk.year(pages.now())), new TestRecord(id, taken));
            pages.audit(
                    "test.result",
                    kept.id(),
                    Desk.details(
                            "order",
                            id.text(),
                            "case",
                            form.testCase(),
                            "verdict",
                            form.verdict().name()));
            filler.refresh(pages, id);
            return kept;
        });
    }

    /** An order's results, in the order they were written. */
    public List<Stored<TestRecord>> results(OrderId id) {
        return desk.read(pages -> Lists.all(pages, OfficeKinds.TEST_RESULT, Optional.of(id.text())));
    }

    /** How an order's test stands: pass, fail, or not over; with risks, defects and measured times. */
    public TestReport report(OrderId id) {
        return desk.read(pages -> {
            ChangeOrder order = pages.get(Kinds.ORDER, id.text()).value();
            Instant now = pages.now();
            return TestReport.of(
                    order.plans().test(),
                    Lists.of(pages, OfficeKinds.TEST_RESULT, id.text()).stream()
                            .map(TestRecord::result)
                            .toList(),
                    Lists.of(pages, Kinds.DEFECT, id.text()),
                    OrderFiller.manifests(order),
                    now);
        });
    }

    /** Writes down a defect that was found. */
    public Stored<Defect> found(Actor.Person who, OrderId id, DefectForm form) {
        return desk.write(who, pages -> {
            ChangeOrder order = pages.get(Kinds.ORDER, id.text()).value();
            DefectId next = new DefectId(pages.next("DF", Desk.year(pages.now())));
            Defect defect = Desk.require(
                    TestDesk.found(order, next, form.testCase(), form.title(), form.severity(), who, pages.now()));
            Stored<Defect> kept = pages.add(Kinds.DEFECT, next.text(), defect);
            pages.audit(
                    "defect.found",
                    next.text(),
                    Desk.details("order", id.text(), "severity", form.severity().name(), "title", form.title()));
            filler.refresh(pages, id);
            return kept;
        });
    }

    /** Moves a defect. */
    public Stored<Defect> move(Actor.Person who, DefectId id, OptionalLong seen, DefectMove form) {
        return desk.write(who, pages -> {
            Stored<Defect> stored = pages.get(Kinds.DEFECT, id.text(), seen);
            Stored<Defect> kept = pages.change(stored, Desk.require(moved(stored.value(), form, who, pages)));
            pages.audit(
                    "defect." + form.move().name().toLowerCase(java.util.Locale.ROOT),
                    id.text(),
                    Desk.details(
                            "why", form.why(), "state", kept.value().state().name()));
            filler.refresh(pages, kept.value().order());
            return kept;
        });
    }

    private static Outcome<Defect> moved(Defect defect, DefectMove form, Actor.Person who, Pages pages) {
        if (form.move() != DefectMachine.Move.CONFIRM) {
            return DefectMachine.move(defect, form.move(), form.why(), who, pages.now());
        }
        return form.fault()
                .map(fault -> DefectMachine.confirm(defect, fault, who, pages.now()))
                .orElseGet(() -> Outcome.rejected(defect.id() + ": say whose fault it is: PACKAGE or SOURCE"));
    }

    /** One defect. */
    public Stored<Defect> defect(DefectId id) {
        return desk.read(pages -> pages.get(Kinds.DEFECT, id.text()));
    }

    /** A page of an order's defects. */
    public List<Stored<Defect>> defects(Optional<OrderId> order, String after, int limit) {
        return desk.read(
                pages -> Lists.page(pages, Kinds.DEFECT, Optional.empty(), order.map(OrderId::text), after, limit));
    }
}
