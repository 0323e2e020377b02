package packhorse.console.rest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import packhorse.console.change.Role;

/** What every route refuses, drawn from the routing table: a new route is tested by being there. */
final class BadInputTest {
    private static RestWorld world;

    @BeforeAll
    static void open(@TempDir Path folder) {
        world = new RestWorld(folder);
        world.person("zoe", Role.values());
    }

    @AfterAll
    static void close() {
        world.close();
    }

    private static RestWorld.Reply refused(RestWorld.Asking asking, int status) {
        // Long enough for wrong tokens of the tests before to be forgotten.
        world.later(Duration.ofMinutes(20));
        RestWorld.Reply reply = asking.send();
        assertEquals(status, reply.status(), reply.body());
        assertEquals(Optional.of(Problem.MEDIA_TYPE), reply.header("Content-Type"));
        Problem problem = reply.problem();
        assertEquals(status, problem.status());
        assertFalse(problem.detail().isBlank());
        assertFalse(problem.detail().contains("Exception"), problem.detail());
        assertTrue(problem.detail().lines().count() == 1, problem.detail());
        return reply;
    }

    private static RestWorld.Asking ask(Route route, String query) {
        return ask(route, query, Samples.body(route));
    }

    private static RestWorld.Asking ask(Route route, String query, Optional<String> body) {
        RestWorld.Asking asking = world.ask(route.verb().name(), Samples.path(route) + query, body);
        if (route.body() instanceof Body.File file) {
            asking.with("Content-Type", file.mediaType());
        }
        if (route.versioned()) {
            asking.seen(1);
        }
        return route.access() instanceof Access.Holders ? asking.as("zoe") : asking;
    }

    @TestFactory
    Stream<DynamicNode> everyRouteRefuses() {
        return world.door().routes().stream()
                .map(route -> DynamicContainer.dynamicContainer(route.name(), tests(route)));
    }

    private static List<DynamicTest> tests(Route route) {
        List<DynamicTest> tests = new ArrayList<>();
        add(tests, "pages of other sites", () -> refused(ask(route, "").with("Origin", "https://evil.example"), 403));
        add(tests, "an unknown parameter", () -> refused(ask(route, "?nothing=1"), 400));
        add(tests, "a broken query", () -> refused(ask(route, "?%FF=1"), 400));
        for (Parameter parameter : route.query()) {
            String name = parameter.name();
            add(tests, name + " without a value", () -> refused(ask(route, "?" + name + "="), 400));
            add(tests, name + " twice", () -> refused(ask(route, "?" + name + "=1&" + name + "=2"), 400));
            add(
                    tests,
                    name + " over-long",
                    () -> refused(ask(route, "?" + name + "=" + "x".repeat(Parameter.LENGTH_MAX + 1)), 400));
            if (parameter.type() != Parameter.Type.TEXT) {
                add(tests, name + " of no meaning", () -> refused(ask(route, "?" + name + "=sometimes"), 400));
            }
        }
        if (route.query().stream().anyMatch(one -> one.name().equals("limit"))) {
            add(tests, "no items", () -> refused(ask(route, "?limit=0"), 400));
            add(tests, "too many items", () -> refused(ask(route, "?limit=" + (Call.LIMIT_MAX + 1)), 400));
        }
        if (route.access() instanceof Access.Holders(var roles)) {
            add(
                    tests,
                    "who shows nothing",
                    () -> refused(world.ask(route.verb().name(), Samples.path(route), Samples.body(route)), 401));
            add(
                    tests,
                    "who shows a token that is none",
                    () -> refused(ask(route, "").as("nobody"), 401));
            add(
                    tests,
                    "who shows a password",
                    () -> refused(ask(route, "").with("Authorization", "Basic em9lOnNlY3JldA=="), 401));
            add(tests, "who shows rubbish", () -> refused(ask(route, "").with("Authorization", "Negotiate x y"), 401));
            for (Role role : Role.values()) {
                if (!roles.contains(role)) {
                    add(tests, "the role " + role, () -> refused(ask(route, "").as(RestWorld.nameOf(role)), 403));
                }
            }
        }
        if (route.versioned()) {
            add(tests, "who does not say what he saw", () -> {
                RestWorld.Asking asking = world.ask(route.verb().name(), Samples.path(route), Samples.body(route))
                        .as("zoe");
                refused(asking, 428);
            });
            add(tests, "who saw no version", () -> refused(ask(route, "").with("If-Match", "3"), 400));
        }
        add(tests, "a key that is none", () -> refused(ask(route, "").with("Idempotency-Key", "k".repeat(129)), 400));
        if (route.verb() != Verb.POST) {
            add(tests, "a key", () -> refused(ask(route, "").with("Idempotency-Key", "k"), 400));
        }
        body(route, tests);
        if (route.parameters().stream().anyMatch(one -> one.place() == Parameter.Place.PATH)) {
            add(tests, "what is not there", () -> {
                RestWorld.Reply reply = refused(ask(route, ""), 404);
                assertEquals("/problems/not-there", reply.problem().type());
            });
            add(tests, "a name that is none", () -> {
                String path = route.path().replaceAll("\\{[a-zA-Z]+}", "%22%3Cscript%3E");
                RestWorld.Asking asking = world.ask(route.verb().name(), path, Samples.body(route))
                        .as("zoe");
                if (route.versioned()) {
                    asking.seen(1);
                }
                if (route.body() instanceof Body.File file) {
                    asking.with("Content-Type", file.mediaType());
                }
                RestWorld.Reply reply = asking.send();
                assertTrue(reply.status() == 400 || reply.status() == 404, reply.status() + " " + reply.body());
            });
        }
        return tests;
    }

    private static void body(Route route, List<DynamicTest> tests) {
        switch (route.body()) {
            case Body.None none -> {
                if (route.verb().changes()) {
                    add(tests, "a body", () -> refused(ask(route, "", Optional.of("{}")), 413));
                }
            }
            case Body.Json json -> {
                add(tests, "no body", () -> refused(ask(route, "", Optional.of("")), 400));
                add(
                        tests,
                        "a key that is none of its",
                        () -> refused(ask(route, "", Optional.of("{\"nothing\":1}")), 400));
                add(tests, "a list", () -> refused(ask(route, "", Optional.of("[]")), 400));
                add(tests, "half of it", () -> refused(ask(route, "", Optional.of("{")), 400));
                add(tests, "a key twice", () -> refused(ask(route, "", Optional.of("{\"a\":1,\"a\":1}")), 400));
                add(tests, "a tower", () -> refused(ask(route, "", Optional.of("[".repeat(100_000))), 400));
                add(
                        tests,
                        "an over-long one",
                        () -> refused(ask(route, "", Optional.of(" ".repeat(Body.JSON_BYTES_MAX + 1))), 413));
                add(tests, "another type", () -> refused(ask(route, "").with("Content-Type", "text/plain"), 415));
                add(
                        tests,
                        "another character set",
                        () -> refused(ask(route, "").with("Content-Type", "application/json; charset=latin1"), 415));
            }
            case Body.File file -> {
                add(tests, "no file", () -> refused(ask(route, "", Optional.of("")), 400));
                add(tests, "another type", () -> refused(ask(route, "").with("Content-Type", "image/png"), 415));
            }
        }
    }

    private static void add(List<DynamicTest> tests, String what, Executable test) {
        tests.add(DynamicTest.dynamicTest(what, test));
    }
}
