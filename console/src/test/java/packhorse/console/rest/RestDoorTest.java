package packhorse.console.rest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import packhorse.console.change.Actor;
import packhorse.console.change.Category;
import packhorse.console.change.ChangeRequest;
import packhorse.console.change.PersonId;
import packhorse.console.change.RequestForm;
import packhorse.console.change.RequestState;
import packhorse.console.change.RequestType;
import packhorse.console.change.RiskClass;
import packhorse.console.change.Role;
import packhorse.console.json.Records;
import packhorse.console.json.Shape;
import packhorse.console.office.AccountOffice;
import packhorse.core.content.ReleaseName;
import packhorse.core.identity.WrongSecrets;

final class RestDoorTest {
    private RestWorld world;

    @BeforeEach
    void open(@TempDir Path folder) {
        world = new RestWorld(folder);
    }

    @AfterEach
    void close() {
        world.close();
    }

    static RequestForm form() {
        return new RequestForm(
                "a newer editor",
                "the old one loses files",
                "all of sales, ten minutes each",
                Optional.of(Category.of(RequestType.PREPARE_PACKAGE, RequestType.TEST_PACKAGE, RequestType.INSTALL)),
                List.of(ReleaseName.parse("acme/editor")),
                "site==berlin",
                Optional.of(RestWorld.NOW.plus(Duration.ofDays(20))),
                Optional.of(RiskClass.NORMAL),
                Optional.empty(),
                Set.of());
    }

    private RestWorld.Reply draft() {
        RestWorld.Reply drafted =
                world.post("/api/v1/requests", form()).as("requester").send();
        assertEquals(201, drafted.status(), drafted.body());
        return drafted;
    }

    @Test
    void aRequestIsBegunHandedInAndShown() {
        RestWorld.Reply drafted = draft();
        String place = drafted.header("Location").orElseThrow();
        assertEquals("/api/v1/requests/CR-2026-0001", place);
        RestWorld.Reply submitted = world.post(place + "/submit")
                .as("requester")
                .seen(drafted.version())
                .send();
        assertEquals(200, submitted.status(), submitted.body());
        Versioned<ChangeRequest> shown = Records.read(
                new Shape<Versioned<ChangeRequest>>() {},
                world.get(place).as("viewer").send().body(),
                "the answer");
        assertEquals(RequestState.SUBMITTED, shown.value().state());
        assertEquals("requester", shown.by());
        assertEquals(submitted.version(), shown.version());
    }

    @Test
    void whoSawAnOlderVersionIsToldWhoChangedItAndNothingIsOverwritten() {
        RestWorld.Reply drafted = draft();
        String place = drafted.header("Location").orElseThrow();
        assertEquals(
                200,
                world.put(place + "/form", form())
                        .as("requester")
                        .seen(drafted.version())
                        .send()
                        .status());
        RestWorld.Reply second = world.put(place + "/form", RequestForm.empty())
                .as("requester")
                .seen(drafted.version())
                .send();
        assertEquals(412, second.status());
        assertTrue(second.detail().contains("requester"), second.detail());
        assertTrue(second.detail().contains("2026-11-22T08:00:00"), second.detail());
        assertTrue(world.get(place).as("viewer").send().body().contains("a newer editor"));
    }

    @Test
    void whoDoesNotSayWhichVersionHeSawIsAsked() {
        String place = draft().header("Location").orElseThrow();
        RestWorld.Reply blind =
                world.put(place + "/form", form()).as("requester").send();
        assertEquals(428, blind.status(), blind.body());
        for (String tag : List.of("3", "*", "\"3\", \"4\"", "W/\"3\"", "\"-1\"", "\"\"")) {
            RestWorld.Reply wrong = world.put(place + "/form", form())
                    .as("requester")
                    .with("If-Match", tag)
                    .send();
            assertEquals(400, wrong.status(), tag + ": " + wrong.body());
        }
    }

    @Test
    void whatIsKnownIsNotSentAgain() {
        RestWorld.Reply drafted = draft();
        String place = drafted.header("Location").orElseThrow();
        RestWorld.Reply same = world.get(place)
                .as("viewer")
                .with("If-None-Match", "\"7\", \"" + drafted.version() + "\"")
                .send();
        assertEquals(304, same.status());
        assertEquals("", same.body());
        assertEquals(
                200,
                world.get(place)
                        .as("viewer")
                        .with("If-None-Match", "\"7\"")
                        .send()
                        .status());
    }

    @Test
    void whatComesTwiceWithOneKeyIsDoneOnce() {
        RestWorld.Reply first = world.post("/api/v1/requests", form())
                .as("requester")
                .with("Idempotency-Key", "5f1d")
                .send();
        RestWorld.Reply again = world.post("/api/v1/requests", form())
                .as("requester")
                .with("Idempotency-Key", "5f1d")
                .send();
        assertEquals(201, first.status(), first.body());
        assertEquals(201, again.status(), again.body());
        assertEquals(first.body(), again.body());
        assertEquals(first.header("ETag"), again.header("ETag"));
        assertEquals(first.header("Location"), again.header("Location"));
        assertEquals(Optional.of("true"), again.header("Idempotency-Replayed"));
        RestWorld.Reply another = world.post("/api/v1/requests", RequestForm.empty())
                .as("requester")
                .with("Idempotency-Key", "5f1d")
                .send();
        assertEquals(409, another.status());
        assertEquals("/problems/twice", another.problem().type());
        String all = world.get("/api/v1/requests").as("viewer").send().body();
        assertTrue(all.contains("CR-2026-0001") && !all.contains("CR-2026-0002"), all);
    }

    @Test
    void aKeyIsItsOwnersAlone() {
        world.person("anna", packhorse.console.change.Role.REQUESTER);
        RestWorld.Reply one = world.post("/api/v1/requests", form())
                .as("requester")
                .with("Idempotency-Key", "k")
                .send();
        RestWorld.Reply other = world.post("/api/v1/requests", form())
                .as("anna")
                .with("Idempotency-Key", "k")
                .send();
        assertEquals(201, other.status());
        assertFalse(one.header("Location").equals(other.header("Location")));
    }

    @Test
    void listsAreReadPageByPage() {
        for (int i = 0; i < 5; i++) {
            var unusedRequest = draft();
        }
        String path = "/api/v1/requests?limit=2";
        StringBuilder seen = new StringBuilder();
        Optional<String> next = Optional.of("");
        int pages = 0;
        while (next.isPresent()) {
            RestWorld.Reply reply = world.get(path + (next.get().isEmpty() ? "" : "&after=" + next.get()))
                    .as("viewer")
                    .send();
            assertEquals(200, reply.status(), reply.body());
            Page<Versioned<ChangeRequest>> page =
                    Records.read(new Shape<Page<Versioned<ChangeRequest>>>() {}, reply.body(), "the answer");
            page.items().forEach(item -> seen.append(item.id()).append(' '));
            next = page.next();
            pages++;
        }
        assertEquals(3, pages);
        assertEquals("CR-2026-0001 CR-2026-0002 CR-2026-0003 CR-2026-0004 CR-2026-0005 ", seen.toString());
        RestWorld.Reply none =
                world.get("/api/v1/requests?state=CLOSED").as("viewer").send();
        assertEquals("{\"items\":[]}", none.body());
    }

    @Test
    void aPasswordGivesATokenAndSigningOutEndsIt() {
        world.person("anna", packhorse.console.change.Role.REQUESTER);
        RestWorld.Reply session = world.post(
                        "/api/v1/sessions", new SessionRoutes.SignIn("anna", "the password of anna"))
                .send();
        assertEquals(200, session.status(), session.body());
        String token = Records.read(Doorkeeper.Session.class, session.body(), "the answer")
                .token();
        assertEquals(
                "{\"person\":\"anna\",\"roles\":[\"REQUESTER\"]}",
                world.get("/api/v1/sessions/current").as(token).send().body());
        assertEquals(
                204,
                world.ask("DELETE", "/api/v1/sessions/current", Optional.empty())
                        .as(token)
                        .send()
                        .status());
        assertEquals(401, world.get("/api/v1/sessions/current").as(token).send().status());
    }

    @Test
    void whoGuessesWaitsAndAGoodTokenNeverDoes() {
        for (int i = 0; i <= WrongSecrets.FREE; i++) {
            assertEquals(
                    401,
                    world.post("/api/v1/sessions", new SessionRoutes.SignIn("viewer", "guess" + i))
                            .send()
                            .status());
        }
        RestWorld.Reply waiting = world.post(
                        "/api/v1/sessions", new SessionRoutes.SignIn("viewer", "the password of viewer"))
                .send();
        assertEquals(429, waiting.status());
        assertEquals(Optional.of("2"), waiting.header("Retry-After"));
        assertEquals(200, world.get("/api/v1/requests").as("viewer").send().status());
        world.later(Duration.ofSeconds(2));
        assertEquals(
                200,
                world.post("/api/v1/sessions", new SessionRoutes.SignIn("viewer", "the password of viewer"))
                        .send()
                        .status());
    }

    @Test
    void onlyAWrongPasswordOfOnesOwnMakesAnAddressWait() {
        new AccountOffice(world.books(), new SecureRandom())
                .add(
                        new Actor.Person(new PersonId("adam"), Set.of(Role.ADMINISTRATOR)),
                        new AccountOffice.AccountForm(
                                "anna",
                                "Anna",
                                Set.of(Role.REQUESTER, Role.APPROVER),
                                Optional.of("a long enough password")));
        world.person("anna", Role.REQUESTER);
        String place = "/api/v1/accounts/anna/password";
        AccountRoutes.Passwords guess =
                new AccountRoutes.Passwords(Optional.of("a guess at hers"), "another long password");
        SessionRoutes.SignIn viewer = new SessionRoutes.SignIn("viewer", "the password of viewer");
        for (int i = 0; i <= WrongSecrets.FREE; i++) {
            String narrow = world.put(place, guess).as("anna").send().detail();
            assertTrue(narrow.startsWith("403 a token with fewer roles"), narrow);
            assertEquals(403, world.put(place, guess).as("viewer").send().status(), "not theirs");
        }
        assertEquals(200, world.post("/api/v1/sessions", viewer).send().status(), "nobody guessed");

        world.person("anna", Role.REQUESTER, Role.APPROVER);
        for (int i = 0; i <= WrongSecrets.FREE; i++) {
            assertEquals(403, world.put(place, guess).as("anna").send().status());
        }
        assertEquals(429, world.put(place, guess).as("anna").send().status());
        assertEquals(429, world.post("/api/v1/sessions", viewer).send().status());
        RestWorld.Reply reset =
                world.put(place, guess).as(RestWorld.nameOf(Role.ADMINISTRATOR)).send();
        assertEquals(200, reset.status(), reset.body());
    }

    @Test
    void whoeverWouldBeTheThirdToReadForLongIsAskedToComeBackAndAHoldIsNot() {
        world.reads()
                .read(() -> world.reads().read(() -> {
                    RestWorld.Reply third = world.post("/api/v1/audit/verification")
                            .as("approver")
                            .send();
                    assertEquals(503, third.status(), third.body());
                    assertEquals(Optional.of("11"), third.header("Retry-After"));
                    RestWorld.Reply hold = world.post("/api/v1/orders/CO-2026-9999/hold", "{\"why\":\"calls\"}")
                            .as("change-coordinator")
                            .send();
                    assertEquals(404, hold.status(), "it is looked up at once");
                    return true;
                }));
        assertEquals(
                200,
                world.post("/api/v1/audit/verification").as("approver").send().status());
    }

    @Test
    void pagesOfOtherSitesAreNotAnswered() {
        assertEquals(
                403,
                world.get("/api/v1/requests")
                        .as("viewer")
                        .with("Origin", "https://evil.example")
                        .send()
                        .status());
        assertEquals(
                403,
                world.get("/health").with("Sec-Fetch-Site", "cross-site").send().status());
        RestWorld.Reply own = world.get("/health")
                .with("Origin", world.uri("").toString())
                .with("Sec-Fetch-Site", "same-origin")
                .send();
        assertEquals(200, own.status(), own.body());
        assertEquals(Optional.empty(), own.header("Access-Control-Allow-Origin"));
        assertEquals(Optional.of("nosniff"), own.header("X-Content-Type-Options"));
        assertEquals(Optional.of("no-store"), own.header("Cache-Control"));
    }

    @Test
    void whatIsNotThereIsToldInTheSameForm() {
        assertEquals(
                "/problems/not-there",
                world.get("/api/v1/nothing").as("viewer").send().problem().type());
        RestWorld.Reply wrong = world.ask("PUT", "/api/v1/requests", Optional.of("{}"))
                .as("viewer")
                .send();
        assertEquals(405, wrong.status(), wrong.body());
        assertEquals("/problems/wrong-verb", wrong.problem().type());
        assertEquals(404, world.get("/").send().status());
    }

    @Test
    void theNumbersSayHowOftenAndHowLong() {
        var unusedRequest = draft();
        String numbers = world.get("/metrics").as("viewer").send().body();
        assertTrue(
                numbers.contains(
                        "packhorse_console_requests_seconds_count{operation=\"draftRequest\",status=\"201\"} 1"),
                numbers);
        assertEquals(401, world.get("/metrics").send().status());
    }
}
