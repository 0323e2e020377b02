package packhorse.console.rest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import packhorse.console.calendar.Blackout;
import packhorse.console.change.Actor;
import packhorse.console.change.Baseline;
import packhorse.console.change.BuildReport;
import packhorse.console.change.Finding;
import packhorse.console.change.PersonId;
import packhorse.console.change.Role;
import packhorse.console.fleet.rsql.RsqlReader;
import packhorse.console.json.Records;
import packhorse.console.ledger.AuditBook;
import packhorse.console.ledger.Books;
import packhorse.console.ledger.Ledger;
import packhorse.console.ledger.LedgerConfig;
import packhorse.console.ledger.Pages;
import packhorse.console.ledger.Refusal;
import packhorse.console.notice.Notifier;
import packhorse.console.notice.Quiet;
import packhorse.console.notice.Templates;
import packhorse.console.office.AccountOffice;
import packhorse.console.office.AdmissionOffice;
import packhorse.console.office.AttachmentOffice;
import packhorse.console.office.AuditOffice;
import packhorse.console.office.BoundsForecast;
import packhorse.console.office.CalendarOffice;
import packhorse.console.office.ComplianceOffice;
import packhorse.console.office.DeploymentOffice;
import packhorse.console.office.DeploymentView;
import packhorse.console.office.EndpointOffice;
import packhorse.console.office.EntitlementOffice;
import packhorse.console.office.ExternalOffice;
import packhorse.console.office.FleetFacts;
import packhorse.console.office.GroupOffice;
import packhorse.console.office.NoticeOffice;
import packhorse.console.office.OrderFiller;
import packhorse.console.office.OrderOffice;
import packhorse.console.office.PlanOffice;
import packhorse.console.office.Population;
import packhorse.console.office.ProblemOffice;
import packhorse.console.office.ReadinessLook;
import packhorse.console.office.ReleaseOffice;
import packhorse.console.office.ReportOffice;
import packhorse.console.office.RequestOffice;
import packhorse.console.office.SiteOffice;
import packhorse.console.office.Teller;
import packhorse.console.office.TemplateOffice;
import packhorse.console.office.TestOffice;
import packhorse.console.office.WaveOffice;
import packhorse.console.retrospect.Retrospect;
import packhorse.console.wave.Candidate;
import packhorse.console.wave.Plan;
import packhorse.console.wave.Readiness;
import packhorse.core.content.Sha256;
import packhorse.core.trust.SigningKey;

/** A console's interface over a real ledger, with people whose tokens are their names. */
final class RestWorld implements AutoCloseable {
    static final Instant NOW = Instant.parse("2026-11-22T08:00:00Z");

    private static final AdmissionOffice.Pins PINS = new AdmissionOffice.Pins(
            URI.create("https://tracker.example.org:7302"), Sha256.of(new byte[] {1}), Sha256.of(new byte[] {2}));

    static final SigningKey KEY = SigningKey.generate(new SecureRandom());

    private final Books books;
    private final LongReads reads;
    private final RestDoor door;
    private final HttpClient client = HttpClient.newHttpClient();
    private final Map<String, Actor.Person> people = new ConcurrentHashMap<>();
    private volatile Instant now = NOW;

    RestWorld(Path folder) {
        reads = LongReads.in(folder.resolve("on-its-way"), Duration.ofMillis(1));
        InstantSource clock = () -> now;
        books = new Books(Ledger.open(new LedgerConfig.Embedded(folder.resolve("ledger.db"))), clock);
        door = RestDoor.open(
                List.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)), Optional.empty(), parts(clock));
        for (Role role : Role.values()) {
            person(nameOf(role), role);
        }
    }

    private RestParts parts(InstantSource clock) {
        OrderFiller filler = new OrderFiller();
        Nobody fleet = new Nobody();
        FleetFacts facts = new FleetFacts(new RsqlReader());
        Teller teller = new Teller(new Notifier(Templates.builtIn(), Quiet.never(), List.of()));
        RequestOffice requests = new RequestOffice(books, filler, teller);
        OrderOffice orders = new OrderOffice(books, filler, plan -> List.of());
        PlanOffice plans = new PlanOffice(books, filler, fleet, new BoundsForecast());
        ComplianceOffice compliance = new ComplianceOffice(books, facts, requests, orders, plans);
        return new RestParts(
                new Offices(
                        new AccountOffice(books, new SecureRandom()),
                        requests,
                        orders,
                        plans,
                        new Offices.DeploymentOffices(
                                new DeploymentOffice(books, filler, fleet, new ReadinessLook(fleet), teller),
                                new WaveOffice(books, filler, teller),
                                new DeploymentView(books, fleet)),
                        new TestOffice(
                                books,
                                filler,
                                content ->
                                        new BuildReport.Scan(Optional.empty(), List.of(), List.of("no scanner"), now)),
                        new ProblemOffice(books, filler, teller),
                        new ReleaseOffice(books, filler),
                        new TemplateOffice(books),
                        new ReportOffice(books, filler),
                        new AttachmentOffice(books, filler),
                        new Retrospect(books, filler, fleet, compliance, KEY),
                        new EntitlementOffice(books),
                        new Offices.FleetOffices(
                                new EndpointOffice(books, facts),
                                new GroupOffice(books, facts),
                                new SiteOffice(books),
                                new CalendarOffice(books),
                                new AdmissionOffice(books, Optional.of(PINS), new SecureRandom())),
                        compliance,
                        new NoticeOffice(books),
                        new ExternalOffice(books),
                        new AuditOffice(books)),
                new Names(),
                books,
                Callbacks.none(),
                new AuditBook(books.ledger()),
                new RsqlReader(),
                () -> new Health(true, "nobody", List.of()),
                reads,
                List.of(),
                clock);
    }

    /** A fleet without anybody. */
    private static final class Nobody implements Population {
        @Override
        public List<Candidate> named(Pages pages, Plan plan) {
            return List.of();
        }

        @Override
        public Map<String, Place> places(Pages pages) {
            return Map.of();
        }

        @Override
        public List<Blackout> blackouts(Pages pages) {
            return List.of();
        }

        @Override
        public List<Baseline.SiteFacts> siteFacts(Pages pages, Collection<Candidate> candidates) {
            return List.of();
        }

        @Override
        public Map<Readiness.Question, List<Finding>> look(Pages pages, Plan plan, Collection<Candidate> candidates) {
            return Map.of();
        }
    }

    /** Knows everybody by his name. */
    private final class Names implements Doorkeeper {
        @Override
        public Optional<Actor.Person> whoShows(String token) {
            return Optional.ofNullable(people.get(token));
        }

        @Override
        public Session signIn(String name, String password) {
            if (people.containsKey(name) && password.equals("the password of " + name)) {
                return new Session(name, name, now.plus(Duration.ofHours(8)));
            }
            throw new Refusal(Refusal.Why.FORBIDDEN, "name or password are wrong");
        }

        @Override
        public void signOut(Actor.Person who, String token) {
            people.remove(token);
        }
    }

    static String nameOf(Role role) {
        return role.name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
    }

    void person(String name, Role... roles) {
        people.put(name, new Actor.Person(new PersonId(name), Set.copyOf(Arrays.asList(roles))));
    }

    void later(Duration by) {
        now = now.plus(by);
    }

    Books books() {
        return books;
    }

    LongReads reads() {
        return reads;
    }

    RestDoor door() {
        return door;
    }

    URI uri(String path) {
        return URI.create("http://127.0.0.1:" + door.addresses().getFirst().getPort() + path);
    }

    /** What came back. */
    record Reply(int status, String body, HttpResponse<String> whole) {
        Optional<String> header(String name) {
            return whole.headers().firstValue(name);
        }

        Problem problem() {
            return Records.read(Problem.class, body, "the answer");
        }

        /** The line of the problem, for asserting. */
        String detail() {
            return status + " " + problem().detail();
        }

        long version() {
            String tag = header("ETag").orElseThrow();
            return Long.parseLong(tag.substring(1, tag.length() - 1));
        }
    }

    /** A request that is being written. */
    final class Asking {
        private final HttpRequest.Builder request;
        private final List<String> headers = new ArrayList<>();

        private Asking(String verb, String path, Optional<String> body) {
            request = HttpRequest.newBuilder(uri(path))
                    .timeout(Duration.ofSeconds(20))
                    .method(
                            verb,
                            body.map(HttpRequest.BodyPublishers::ofString)
                                    .orElseGet(HttpRequest.BodyPublishers::noBody));
            if (body.isPresent()) {
                with("Content-Type", "application/json");
            }
        }

        Asking with(String name, String value) {
            headers.add(name);
            request.setHeader(name, value);
            return this;
        }

        Asking as(String person) {
            return with("Authorization", "Bearer " + person);
        }

        Asking seen(long version) {
            return with("If-Match", "\"" + version + "\"");
        }

        Reply send() {
            try {
                HttpResponse<String> answer = client.send(request.build(), HttpResponse.BodyHandlers.ofString());
                return new Reply(answer.statusCode(), answer.body(), answer);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }
    }

    Asking get(String path) {
        return new Asking("GET", path, Optional.empty());
    }

    Asking post(String path) {
        return new Asking("POST", path, Optional.empty());
    }

    Asking post(String path, Object body) {
        return new Asking("POST", path, Optional.of(body instanceof String text ? text : Records.write(body)));
    }

    Asking put(String path, Object body) {
        return new Asking("PUT", path, Optional.of(body instanceof String text ? text : Records.write(body)));
    }

    Asking ask(String verb, String path, Optional<String> body) {
        return new Asking(verb, path, body);
    }

    HttpClient client() {
        return client;
    }

    @Override
    public void close() {
        door.close();
        books.close();
        client.close();
    }
}
