package packhorse.console.rest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import packhorse.console.change.Actor;
import packhorse.console.fleet.EndpointFacts;
import packhorse.console.json.Records;
import packhorse.console.json.Shape;
import packhorse.console.office.AdmissionOffice;
import packhorse.console.office.CertifiedMachine;
import packhorse.core.content.Version;
import packhorse.core.identity.JoinToken;
import packhorse.core.state.LineState;
import packhorse.core.topology.EndpointId;

/** The fleet as people ask for it: endpoints, groups, sites, calendars, who may join. */
final class FleetRoutesTest {
    private static final String OPERATOR = "installation-coordinator";
    private static final String ADMINISTRATOR = "administrator";
    private static final String TABLE = "text/csv";

    private RestWorld world;

    @BeforeEach
    void open(@TempDir Path folder) {
        world = new RestWorld(folder);
        world.books().write(Actor.product(), pages -> {
            for (int i = 1; i <= 5; i++) {
                pages.fleet().enrol(endpoint(i), "pc-" + i, i % 2 == 1 ? "berlin" : "tokyo", RestWorld.NOW);
            }
            return 0;
        });
    }

    @AfterEach
    void close() {
        world.close();
    }

    private static EndpointId endpoint(int number) {
        byte[] bytes = new byte[EndpointId.LENGTH_BYTES];
        bytes[EndpointId.LENGTH_BYTES - 1] = (byte) number;
        return EndpointId.ofBytes(bytes);
    }

    private Page<EndpointLine> endpoints(String path) {
        RestWorld.Reply reply = world.get(path).as("viewer").send();
        assertEquals(200, reply.status(), reply.body());
        return Records.read(new Shape<Page<EndpointLine>>() {}, reply.body(), "the answer");
    }

    private static List<String> names(Page<EndpointLine> page) {
        return page.items().stream().map(EndpointLine::name).toList();
    }

    private RestWorld.Reply table(String path, String text) {
        return world.post(path, text).with("Content-Type", TABLE).as(OPERATOR).send();
    }

    @Test
    void endpointsAreFilteredAndPaged() {
        Page<EndpointLine> first = endpoints("/api/v1/endpoints?filter=site%3D%3Dberlin&limit=2");
        assertEquals(List.of("pc-1", "pc-3"), names(first));
        Page<EndpointLine> second = endpoints("/api/v1/endpoints?filter=site%3D%3Dberlin&limit=2&after="
                + first.next().orElseThrow());
        assertEquals(List.of("pc-5"), names(second));
        assertEquals(Optional.empty(), second.next());
        assertTrue(world.get("/api/v1/endpoints?filter=siet%3D%3Dberlin")
                .as("viewer")
                .send()
                .detail()
                .contains("siet"));
        assertEquals(
                400, world.get("/api/v1/endpoints?after=x").as("viewer").send().status());
    }

    @Test
    void aLabelIsWrittenOverWhatWasSeenOnly() {
        RestWorld.Reply seen = world.get("/api/v1/endpoints/pc-3").as("viewer").send();
        String labels = "/api/v1/endpoints/" + endpoint(3) + "/labels";
        RestWorld.Reply done = world.post(labels, "{\"labels\":{\"ring\":\"first\",\"room\":\"7\"}}")
                .as(OPERATOR)
                .seen(seen.version())
                .send();
        assertEquals(200, done.status(), done.body());
        RestWorld.Reply late = world.post(labels, "{\"labels\":{\"ring\":\"second\"}}")
                .as(OPERATOR)
                .seen(seen.version())
                .send();
        assertEquals(412, late.status());
        RestWorld.Reply less = world.post(labels, "{\"labels\":{},\"away\":[\"room\"]}")
                .as(OPERATOR)
                .seen(done.version())
                .send();
        assertEquals(200, less.status(), less.body());
        assertEquals(
                Map.of("ring", "first"),
                endpoints("/api/v1/endpoints?filter=label.ring%3D%3Dfirst")
                        .items()
                        .getFirst()
                        .labels());
    }

    @Test
    void aTableOfLabelsIsTakenWholeOrNotAtAll() {
        RestWorld.Reply bad = table("/api/v1/endpoints/labels", "name,ring\npc-1,first\npc-77,first\n");
        assertEquals(400, bad.status());
        assertTrue(bad.problem().detail().contains("the table: row 3"), bad.body());
        assertEquals(
                List.of(),
                endpoints("/api/v1/endpoints?filter=label.ring%3D%3Dfirst").items());
        RestWorld.Reply good = table("/api/v1/endpoints/labels", "name,ring\npc-1,first\npc-2,first\n");
        assertTrue(good.body().contains("2 endpoints: 2 labels set"), good.body());
        assertEquals(List.of("pc-1", "pc-2"), names(endpoints("/api/v1/endpoints?filter=label.ring%3D%3Dfirst")));
    }

    @Test
    void groupsComeOfQueriesAndTables() {
        assertEquals(
                201,
                world.post(
                                "/api/v1/groups",
                                "{\"name\":\"berlin\",\"about\":\"the office\",\"query\":\"site==berlin\"}")
                        .as(OPERATOR)
                        .send()
                        .status());
        RestWorld.Reply again = world.post(
                        "/api/v1/groups", "{\"name\":\"berlin\",\"about\":\"\",\"query\":\"site==tokyo\"}")
                .as(OPERATOR)
                .send();
        assertEquals(409, again.status(), again.body());
        assertEquals(List.of("pc-1", "pc-3", "pc-5"), names(endpoints("/api/v1/groups/berlin/members")));
        assertEquals(List.of("pc-1"), names(endpoints("/api/v1/groups/berlin/members?limit=1")));
        RestWorld.Reply listed = table("/api/v1/groups/import?name=pilots", "name\npc-2\npc-4\n");
        assertTrue(listed.body().contains("2 endpoints: 2 added"), listed.body());
        assertEquals(List.of("pc-2", "pc-4"), names(endpoints("/api/v1/groups/pilots/members")));
        RestWorld.Reply group = world.get("/api/v1/groups/pilots").as("viewer").send();
        assertEquals(
                204,
                world.ask("DELETE", "/api/v1/groups/pilots", Optional.empty())
                        .as(OPERATOR)
                        .seen(group.version())
                        .send()
                        .status());
        assertEquals(404, world.get("/api/v1/groups/pilots").as("viewer").send().status());
    }

    @Test
    void sitesComeFromTheTrackersFile() {
        String yaml = """
            origins: [192.0.2.10]
            sites:
              - name: berlin
                subnets: [10.1.0.0/16]
                wan: {down: 100Mbit, up: 20Mbit}
            """;
        RestWorld.Reply taken = world.post("/api/v1/sites/import?zone=Europe%2FBerlin", yaml)
                .with("Content-Type", "application/yaml")
                .as(ADMINISTRATOR)
                .send();
        assertEquals("{\"sites\":[\"berlin\"],\"notes\":[]}", taken.body());
        RestWorld.Reply unzoned = world.post(
                        "/api/v1/sites/import", yaml.replace("berlin", "rome").replace("10.1", "10.2"))
                .with("Content-Type", "application/yaml")
                .as(ADMINISTRATOR)
                .send();
        assertTrue(unzoned.body().contains("rome: nobody said its clock, so UTC counts"), unzoned.body());
        RestWorld.Reply berlin = world.get("/api/v1/sites/berlin").as("viewer").send();
        assertTrue(berlin.body().contains("\"zone\":\"Europe/Berlin\""), berlin.body());
        assertTrue(berlin.body().contains("\"down\":\"100Mbit\""), berlin.body());
        assertTrue(world.get("/api/v1/origins").as("viewer").send().body().contains("192.0.2.10"));
        RestWorld.Reply bad = world.post("/api/v1/sites/import", "sites:\n  - nam: x\n")
                .with("Content-Type", "application/yaml")
                .as(ADMINISTRATOR)
                .send();
        assertTrue(bad.detail().startsWith("400 the file:2:"), bad.body());
        assertEquals(
                200,
                world.put("/api/v1/sites/berlin", Samples.SITE)
                        .as(ADMINISTRATOR)
                        .seen(berlin.version())
                        .send()
                        .status());
        assertEquals(
                412,
                world.put("/api/v1/sites/berlin", Samples.SITE)
                        .as(ADMINISTRATOR)
                        .seen(berlin.version())
                        .send()
                        .status());
    }

    @Test
    void aCalendarComesFromACalendarFile() {
        String file = """
            BEGIN:VCALENDAR
            BEGIN:VEVENT
            UID:1
            DTSTART;VALUE=DATE:20261224
            DTEND;VALUE=DATE:20261227
            SUMMARY:Christmas
            END:VEVENT
            END:VCALENDAR
            """.replace("\n", "\r\n");
        RestWorld.Reply taken = world.post("/api/v1/calendars/import?name=holidays", file)
                .with("Content-Type", "text/calendar")
                .as(OPERATOR)
                .send();
        assertTrue(taken.body().contains("\"blackouts\":1"), taken.body());
        assertTrue(world.get("/api/v1/calendars/holidays")
                .as("viewer")
                .send()
                .body()
                .contains("Christmas"));
    }

    @Test
    void aJoinTokenIsShownOnceAndOpensOneMachine() {
        world.post("/api/v1/sites", Samples.BERLIN).as(ADMINISTRATOR).send();
        RestWorld.Reply made = world.post("/api/v1/join-tokens", "{\"site\":\"berlin\"}")
                .as(OPERATOR)
                .send();
        assertEquals(200, made.status(), made.body());
        String text = Records.read(AdmissionRoutes.NewJoinToken.class, made.body(), "the answer")
                .token();
        JoinToken token = JoinToken.parse(text);
        String listed = world.get("/api/v1/join-tokens").as(OPERATOR).send().body();
        assertTrue(listed.contains("\"state\":\"OPEN\""), listed);
        assertFalse(listed.contains(token.secret()), listed);
        assertFalse(listed.contains(JoinToken.digest(token.secret()).hex()), listed);
        new AdmissionOffice(world.books(), Optional.empty(), new java.security.SecureRandom())
                .certified(List.of(new CertifiedMachine(
                        endpoint(9), "agent", "berlin", "a1", RestWorld.NOW, Optional.of(token.id()))));
        assertTrue(world.get("/api/v1/join-tokens").as(OPERATOR).send().body().contains("\"state\":\"USED\""));
        assertEquals(
                409,
                world.post("/api/v1/join-tokens/" + token.id() + "/revoke")
                        .as(OPERATOR)
                        .send()
                        .status());
        assertTrue(world.get("/api/v1/machines")
                .as("viewer")
                .send()
                .body()
                .contains(endpoint(9).toString()));
    }

    @Test
    void whoIsDeniedIsListedUntilAdmitted() {
        assertEquals(
                201,
                world.post("/api/v1/denials", "{\"endpoint\":\"pc-2\",\"why\":\"stolen\"}")
                        .as(OPERATOR)
                        .send()
                        .status());
        assertTrue(world.get("/api/v1/denials").as("viewer").send().body().contains("stolen"));
        assertEquals(
                403,
                world.ask("DELETE", "/api/v1/denials/pc-2", Optional.empty())
                        .as(OPERATOR)
                        .send()
                        .status());
        assertEquals(
                204,
                world.ask("DELETE", "/api/v1/denials/pc-2", Optional.empty())
                        .as(ADMINISTRATOR)
                        .send()
                        .status());
        assertEquals(
                "{\"items\":[]}",
                world.get("/api/v1/denials").as("viewer").send().body());
    }

    @Test
    void whoHasNotWhatIsWantedIsSaidWithReasons() {
        world.post("/api/v1/releases", Samples.body(release()).orElseThrow())
                .as("package-builder")
                .send();
        world.post("/api/v1/groups", "{\"name\":\"pilots\",\"about\":\"\",\"query\":\"site==berlin\"}")
                .as(OPERATOR)
                .send();
        RestWorld.Reply added = world.post("/api/v1/compliance/requirements", Samples.EDITOR)
                .as(OPERATOR)
                .send();
        assertEquals(201, added.status(), added.body());
        String state = world.get("/api/v1/compliance/requirements/editor/state")
                .as("viewer")
                .send()
                .body();
        assertTrue(state.contains("0 of 3 comply, 3 unreachable"), state);
        String deviations = world.get("/api/v1/compliance/requirements/editor/deviations?limit=1&why=UNREACHABLE")
                .as("viewer")
                .send()
                .body();
        assertTrue(deviations.contains("never heard of since it joined"), deviations);
        assertTrue(deviations.contains("\"next\":\"" + endpoint(1) + "\""), deviations);
        String remedies = world.get("/api/v1/compliance/remedies?requirements=editor&also=UNREACHABLE")
                .as("viewer")
                .send()
                .body();
        assertTrue(remedies.contains("on 3 endpoints: 3 unreachable"), remedies);
        RestWorld.Reply ordered = world.post(
                        "/api/v1/compliance/remedies",
                        "{\"requirements\":[\"editor\"],\"also\":[\"UNREACHABLE\"],\"deadline\":\"2026-12-24T00:00:00Z\"}")
                .as("requester")
                .send();
        assertEquals(200, ordered.status(), ordered.body());
        assertTrue(ordered.body().contains("\"request\":\"CR-2026-0001\""), ordered.body());
    }

    @Test
    void whereAReleaseIsInPlaceIsCountedAndListed() {
        world.post("/api/v1/releases", Samples.body(release()).orElseThrow())
                .as("package-builder")
                .send();
        LineState line = new LineState(
                Samples.RELEASE.name(),
                Samples.RELEASE.platform(),
                Optional.of(Version.parse("1.1")),
                Optional.empty(),
                LineState.Presence.INSTALLED,
                LineState.TransactionState.COMMITTED,
                LineState.Activation.ACTIVE,
                LineState.Health.OK,
                false,
                "");
        world.books().write(Actor.product(), pages -> {
            for (int i = 6; i <= 8; i++) {
                pages.fleet()
                        .add(List.of(EndpointFacts.enrolled(endpoint(i), "pc-" + i, "tokyo", RestWorld.NOW)
                                .withLines(List.of(line))));
            }
            return 0;
        });
        String installed = "/api/v1/releases/acme/editor/1.0/linux-x86_64/installed";
        String counts = world.get(installed).as("viewer").send().body();
        assertTrue(counts.contains("still in place on 3 of 3 endpoints that told what they have; 5 of 8"), counts);
        assertTrue(counts.contains("\"sites\":{\"tokyo\":3}"), counts);
        String first =
                world.get(installed + "/endpoints?limit=2").as("viewer").send().body();
        assertTrue(first.contains("\"next\":\"" + endpoint(7) + "\""), first);
        assertTrue(first.contains("\"inPlace\":\"1.1\""), first);
        String second = world.get(installed + "/endpoints?limit=2&after=" + endpoint(7))
                .as("viewer")
                .send()
                .body();
        assertTrue(second.contains("pc-8") && !second.contains("next"), second);
    }

    @Test
    void otherListsAreFilteredToo() {
        world.post("/api/v1/releases", Samples.body(release()).orElseThrow())
                .as("package-builder")
                .send();
        for (int i = 0; i < 3; i++) {
            world.post("/api/v1/requests", RestDoorTest.form()).as("requester").send();
        }
        String one = world.get(
                        "/api/v1/requests?limit=1&filter=what%3D%3D%22a%20newer%20editor%22%3Bid%21%3DCR-2026-0001")
                .as("viewer")
                .send()
                .body();
        assertTrue(one.contains("\"id\":\"CR-2026-0002\"") && one.contains("\"next\":\"CR-2026-0002\""), one);
        assertFalse(one.contains("CR-2026-0003"), one);
        assertEquals(
                "{\"items\":[]}",
                world.get("/api/v1/requests?filter=state%3D%3DCLOSED")
                        .as("viewer")
                        .send()
                        .body());
        assertTrue(world.get("/api/v1/releases?filter=name%3D%3Dacme%2F*%3Bversion%3Dge%3D1.0")
                .as("viewer")
                .send()
                .body()
                .contains("acme/editor"));
        for (String list : List.of("orders", "deployments", "problems")) {
            assertEquals(
                    "{\"items\":[]}",
                    world.get("/api/v1/" + list + "?filter=id%3D%3D*")
                            .as("viewer")
                            .send()
                            .body());
            RestWorld.Reply bad = world.get("/api/v1/" + list + "?filter=colour%3D%3Dred")
                    .as("viewer")
                    .send();
            assertTrue(bad.detail().startsWith("400") && bad.detail().contains("has no \"colour\""), bad.body());
        }
    }

    private Route release() {
        return world.door().routes().stream()
                .filter(route -> route.name().equals("catalogueRelease"))
                .findFirst()
                .orElseThrow();
    }
}
