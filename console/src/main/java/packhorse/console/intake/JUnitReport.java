package packhorse.console.intake;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import packhorse.console.change.PersonId;
import packhorse.console.change.TestPlan;
import packhorse.console.change.TestResult;
import packhorse.console.change.TestResult.Verdict;
import packhorse.core.PlainText;
import packhorse.core.UsageException;
import packhorse.core.content.Sha256;
import packhorse.core.topology.EndpointId;

/**
 * Test results as most test runners write them: XML with {@code testsuite}, {@code testcase}, {@code failure}, {@code error} and
 * {@code skipped}, as JUnit's and Ant's. A test case is one of the plan's by its property {@code packhorse.case}, its name, its class and name, or its class; a name
 * goes without what stands behind it in parentheses. Several for one case on one machine are one result, the worst.
 *
 * <p>Properties of a test case, or of its suite: {@code packhorse.case}, {@code packhorse.endpoint} (its id), {@code packhorse.kind} (of machine),
 * {@code packhorse.transmission} and {@code packhorse.installation} (seconds). The time of a test case is how long the test took, which is
 * neither.
 *
 * <p>The file may be hostile: a document type is refused, so there are no entities; size, depth and elements are bounded.
 *
 * @param results in the order of the plan's names
 * @param notes what somebody should know, one line each
 */
public record JUnitReport(List<TestResult> results, List<String> notes) {
    public static final int BYTES_MAX = 32 * 1024 * 1024;

    static final int DEPTH_MAX = 32;
    static final int TEST_CASES_MAX = 200_000;

    private static final int NOTE_CHARS_MAX = 1_000;
    private static final int NAMED_MAX = 5;
    private static final String PROPERTY = "packhorse.";

    public JUnitReport {
        results = List.copyOf(results);
        notes = List.copyOf(notes);
    }

    /**
     * What a file does not say.
     *
     * @param manifests the releases that were tested
     * @param kind of machine, where a test says none
     */
    public record Tested(
            TestPlan plan,
            List<Sha256> manifests,
            Optional<EndpointId> endpoint,
            String kind,
            PersonId by,
            Instant at) {
        public Tested {
            manifests = List.copyOf(manifests);
        }
    }

    /** One test case of the file. */
    private static final class Case {
        final String name;
        final String className;
        final Map<String, String> properties;
        final int line;
        Verdict verdict = Verdict.PASS;
        final StringBuilder note = new StringBuilder();

        Case(String name, String className, Map<String, String> properties, int line) {
            this.name = name;
            this.className = className;
            this.properties = new HashMap<>(properties);
            this.line = line;
        }
    }

    /**
     * Reads a file.
     *
     * @param name what errors call it
     * @throws UsageException with the line, when it is no such file
     * @throws IOException when it cannot be read
     */
    public static JUnitReport read(InputStream file, String name, Tested tested) throws IOException {
        XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        List<Case> cases = new ArrayList<>();
        try {
            XMLStreamReader reader = factory.createXMLStreamReader(new Bounded(file, name));
            try {
                parse(reader, name, cases);
            } catch (XMLStreamException e) {
                throw new UsageException(name + " line " + reader.getLocation().getLineNumber() + ": " + reason(e), e);
            } finally {
                reader.close();
            }
        } catch (XMLStreamException e) {
            throw new UsageException(name + ": " + reason(e), e);
        }
        return report(cases, name, tested);
    }

    private static String reason(XMLStreamException e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof UsageException usage) {
                throw usage;
            }
        }
        return "it is no XML: " + PlainText.line(String.valueOf(e.getMessage()).replaceFirst("(?s)^.*?Message: ", ""));
    }

    private static void parse(XMLStreamReader reader, String name, List<Case> cases) throws XMLStreamException {
        int depth = 0;
        List<Map<String, String>> suites = new ArrayList<>(List.of(new HashMap<>()));
        @org.jspecify.annotations.Nullable Case open = null;
        boolean telling = false;
        while (reader.hasNext()) {
            switch (reader.next()) {
                case XMLStreamConstants.DTD, XMLStreamConstants.ENTITY_REFERENCE ->
                    throw new UsageException(
                            name + " line " + reader.getLocation().getLineNumber()
                                    + ": a document type or entity, which test results have no use for; leave it out");
                case XMLStreamConstants.START_ELEMENT -> {
                    depth++;
                    String element = reader.getLocalName();
                    if (depth > DEPTH_MAX) {
                        throw new UsageException(
                                name + " line " + reader.getLocation().getLineNumber() + ": elements are more than "
                                        + DEPTH_MAX + " deep");
                    }
                    if (depth == 1 && !element.equals("testsuite") && !element.equals("testsuites")) {
                        throw new UsageException(name + ": it begins with <" + shown(element)
                                + ">, not with <testsuite> or <testsuites>");
                    }
                    switch (element) {
                        case "testsuite" -> suites.add(new HashMap<>(suites.getLast()));
                        case "testcase" -> {
                            if (cases.size() == TEST_CASES_MAX) {
                                throw new UsageException(
                                        name + ": it has more than " + TEST_CASES_MAX + " test cases; split it");
                            }
                            open = new Case(
                                    attribute(reader, "name"),
                                    attribute(reader, "classname"),
                                    suites.getLast(),
                                    reader.getLocation().getLineNumber());
                            if (open.name.isEmpty()) {
                                throw new UsageException(name + " line " + open.line + ": a test case has no name");
                            }
                            cases.add(open);
                        }
                        case "property" -> {
                            Map<String, String> into = open == null ? suites.getLast() : open.properties;
                            String key = attribute(reader, "name");
                            if (key.startsWith(PROPERTY)) {
                                into.put(key.substring(PROPERTY.length()), attribute(reader, "value"));
                            }
                        }
                        case "failure", "error", "skipped" -> {
                            if (open != null) {
                                Verdict said = element.equals("skipped") ? Verdict.BLOCKED : Verdict.FAIL;
                                open.verdict = worse(open.verdict, said);
                                tell(open, attribute(reader, "message"));
                                telling = open.note.isEmpty();
                            }
                        }
                        default -> {
                            // Output and whatever else a runner writes.
                        }
                    }
                }
                case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA -> {
                    if (telling && open != null) {
                        tell(open, reader.getText());
                    }
                }
                case XMLStreamConstants.END_ELEMENT -> {
                    depth--;
                    switch (reader.getLocalName()) {
                        case "testsuite" -> suites.removeLast();
                        case "testcase" -> open = null;
                        case "failure", "error", "skipped" -> telling = false;
                        default -> {
                            // Nothing was begun.
                        }
                    }
                }
                default -> {
                    // Comments, processing instructions, space.
                }
            }
        }
    }

    private static void tell(Case open, String text) {
        int left = NOTE_CHARS_MAX - open.note.length();
        if (left > 0) {
            open.note.append(text, 0, Math.min(left, text.length()));
        }
    }

    private static String attribute(XMLStreamReader reader, String name) {
        String value = reader.getAttributeValue(null, name);
        return value == null ? "" : value.strip();
    }

    private static Verdict worse(Verdict one, Verdict other) {
        return one == Verdict.FAIL || other == Verdict.FAIL
                ? Verdict.FAIL
                : one == Verdict.BLOCKED || other == Verdict.BLOCKED ? Verdict.BLOCKED : Verdict.PASS;
    }

    /** What several test cases are one result for. */
    private record Place(String testCase, String kind, Optional<EndpointId> endpoint) {}

    private static JUnitReport report(List<Case> cases, String name, Tested tested) {
        Map<Place, TestResult> results = new LinkedHashMap<>();
        TreeSet<String> unplanned = new TreeSet<>();
        for (Case one : cases) {
            Optional<String> planned = planned(one, tested.plan());
            if (planned.isEmpty()) {
                unplanned.add(one.className.isEmpty() ? one.name : one.className + "." + one.name);
                continue;
            }
            TestResult result;
            try {
                result = result(one, planned.get(), tested);
            } catch (IllegalArgumentException e) {
                throw new UsageException(name + " line " + one.line + ": " + e.getMessage(), e);
            }
            results.merge(new Place(result.testCase(), result.kind(), result.endpoint()), result, JUnitReport::worst);
        }
        List<String> notes = new ArrayList<>();
        note(notes, name, unplanned, "test cases are none of the plan's and were left out");
        TreeSet<String> missing = new TreeSet<>();
        for (TestPlan.Case planned : tested.plan().cases()) {
            if (planned.required()
                    && results.keySet().stream()
                            .noneMatch(place -> place.testCase().equals(planned.name()))) {
                missing.add(planned.name());
            }
        }
        note(notes, name, missing, "required cases of the plan are not in it");
        if (cases.isEmpty()) {
            notes.add(name + ": it has no test case");
        }
        return new JUnitReport(List.copyOf(results.values()), notes);
    }

    private static void note(List<String> notes, String name, TreeSet<String> which, String what) {
        if (!which.isEmpty()) {
            notes.add(name + ": " + which.size() + " " + what + ": "
                    + String.join(
                            ", ",
                            which.stream()
                                    .limit(NAMED_MAX)
                                    .map(JUnitReport::shown)
                                    .toList())
                    + (which.size() > NAMED_MAX ? ", …" : ""));
        }
    }

    private static Optional<String> planned(Case one, TestPlan plan) {
        String plain = one.name.replaceFirst("\\s*[(\\[].*$", "");
        List<String> candidates = List.of(
                one.properties.getOrDefault("case", ""),
                one.name,
                plain,
                one.className + "." + one.name,
                one.className + "." + plain,
                one.className);
        return candidates.stream()
                .filter(candidate -> plan.find(candidate).isPresent())
                .findFirst();
    }

    private static TestResult result(Case one, String planned, Tested tested) {
        String note = one.verdict == Verdict.PASS
                ? ""
                : PlainText.line(one.name + ": " + (one.note.isEmpty() ? "nothing more is said" : one.note));
        return new TestResult(
                planned,
                tested.manifests(),
                one.verdict,
                Optional.ofNullable(one.properties.get("endpoint"))
                        .map(EndpointId::parse)
                        .or(tested::endpoint),
                one.properties.getOrDefault("kind", tested.kind()),
                seconds(one, "transmission"),
                seconds(one, "installation"),
                note,
                tested.by(),
                tested.at());
    }

    private static Optional<Duration> seconds(Case one, String property) {
        String text = one.properties.get(property);
        if (text == null) {
            return Optional.empty();
        }
        if (!text.matches("[0-9]{1,9}(\\.[0-9]{1,9})?")) {
            throw new IllegalArgumentException(
                    "packhorse." + property + " is \"" + shown(text) + "\"; write seconds, such as 12.5");
        }
        return Optional.of(
                Duration.ofNanos(new BigDecimal(text).movePointRight(9).longValueExact()));
    }

    private static TestResult worst(TestResult one, TestResult other) {
        Verdict verdict = worse(one.verdict(), other.verdict());
        TestResult kept = one.verdict() == verdict ? one : other;
        return new TestResult(
                kept.testCase(),
                kept.manifests(),
                verdict,
                kept.endpoint(),
                kept.kind(),
                longer(one.transmission(), other.transmission()),
                longer(one.installation(), other.installation()),
                kept.note(),
                kept.by(),
                kept.at());
    }

    private static Optional<Duration> longer(Optional<Duration> one, Optional<Duration> other) {
        if (one.isEmpty() || other.isEmpty()) {
            return one.or(() -> other);
        }
        return one.get().compareTo(other.get()) >= 0 ? one : other;
    }

    private static String shown(String text) {
        String line = PlainText.line(text);
        return line.length() <= 80 ? line : line.substring(0, 80) + "…";
    }

    /** So many bytes and no more. */
    private static final class Bounded extends FilterInputStream {
        private final String name;
        private long left = BYTES_MAX;

        Bounded(InputStream in, String name) {
            super(in);
            this.name = name;
        }

        private int counted(int read) {
            left -= Math.max(0, read);
            if (left < 0) {
                throw new UsageException(name + ": it is larger than " + BYTES_MAX / (1024 * 1024) + " MiB; split it");
            }
            return read;
        }

        @Override
        public int read() throws IOException {
            int read = super.read();
            counted(read < 0 ? 0 : 1);
            return read;
        }

        @Override
        public int read(byte[] into, int from, int length) throws IOException {
            return counted(super.read(into, from, length));
        }
    }
}
