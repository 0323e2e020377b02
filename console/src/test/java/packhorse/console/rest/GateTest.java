package packhorse.console.rest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.javalin.http.Context;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import packhorse.console.change.Actor;
import packhorse.console.change.PersonId;
import packhorse.console.change.Role;
import packhorse.console.fleet.rsql.RsqlReader;
import packhorse.console.ledger.Refusal;
import packhorse.console.office.AccountOffice;

/** Passwords are made and looked at few at a time, whoever asks. */
final class GateTest {
    private static final Actor.Person VIEWER = new Actor.Person(new PersonId("vera"), Set.of(Role.VIEWER));

    private static final Actor.Person ADMINISTRATOR =
            new Actor.Person(new PersonId("administrator"), Set.of(Role.ADMINISTRATOR));
    private static final Instant NOW = Instant.parse("2026-11-22T08:00:00Z");

    /** As many as may sign in at once, until this is closed. */
    private static final class Crowd implements AutoCloseable {
        private final CountDownLatch inside = new CountDownLatch(Gate.ATTEMPTS_MAX);
        private final CountDownLatch over = new CountDownLatch(1);
        private final List<Thread> people = new ArrayList<>();

        Crowd(Gate gate) throws InterruptedException {
            for (int i = 0; i < Gate.ATTEMPTS_MAX; i++) {
                people.add(Thread.ofVirtual()
                        .start(() -> gate.guarded(InetAddress.getLoopbackAddress(), () -> {
                            inside.countDown();
                            try {
                                over.await();
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                            }
                            return true;
                        })));
            }
            inside.await();
        }

        long waiting() {
            return people.stream().filter(Thread::isAlive).count();
        }

        @Override
        public void close() {
            over.countDown();
            for (Thread person : people) {
                try {
                    person.join();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        }
    }

    private static Gate gate() {
        Doorkeeper nobody = new Doorkeeper() {
            @Override
            public Optional<Actor.Person> whoShows(String token) {
                return Optional.empty();
            }

            @Override
            public Session signIn(String name, String password) {
                throw new IllegalStateException(name + " does not sign in here");
            }

            @Override
            public void signOut(Actor.Person who, String token) {
                throw new IllegalStateException(who + " did not sign in here");
            }
        };
        return new Gate(nobody, () -> NOW, Duration.ofMillis(1));
    }

    private static Answer ask(List<Route> routes, String name, Map<String, String> path, Object body) {
        return ask(ADMINISTRATOR, routes, name, path, body);
    }

    private static Answer ask(
            Actor.Person who, List<Route> routes, String name, Map<String, String> path, Object body) {
        Context none = (Context) Proxy.newProxyInstance(
                Context.class.getClassLoader(), new Class<?>[] {Context.class}, (unused, method, arguments) -> {
                    throw new IllegalStateException(method + " is not for this route");
                });
        Call call = new Call(who, none, path, Map.of(), OptionalLong.empty(), new byte[0], body, new RsqlReader());
        return routes.stream()
                .filter(route -> route.name().equals(name))
                .findFirst()
                .orElseThrow()
                .act()
                .on(call);
    }

    @Test
    @Timeout(60)
    void anAdministratorSetsPasswordsNoMoreAtOnceThanPeopleSignIn(@TempDir Path folder) throws InterruptedException {
        try (RestWorld world = new RestWorld(folder)) {
            Gate gate = gate();
            List<Route> routes = AccountRoutes.of(new AccountOffice(world.books(), new SecureRandom()), gate);
            AccountOffice.AccountForm olga = new AccountOffice.AccountForm(
                    "olga", "Olga", Set.of(Role.VIEWER), Optional.of("correct horse battery"));
            AccountOffice.AccountForm nils =
                    new AccountOffice.AccountForm("nils", "Nils", Set.of(Role.VIEWER), Optional.empty());
            AccountRoutes.Passwords passwords = new AccountRoutes.Passwords(Optional.empty(), "another horse battery");
            try (Crowd crowd = new Crowd(gate)) {
                assertEquals(Gate.ATTEMPTS_MAX, crowd.waiting());
                assertEquals(
                        Problem.Kind.WAIT,
                        assertThrows(Turned.class, () -> ask(routes, "addAccount", Map.of(), olga))
                                .kind());
                ask(routes, "addAccount", Map.of(), nils);
                assertEquals(
                        Problem.Kind.WAIT,
                        assertThrows(
                                        Turned.class,
                                        () -> ask(routes, "setPassword", Map.of("account", "nils"), passwords))
                                .kind());
                assertEquals(
                        Refusal.Why.FORBIDDEN,
                        assertThrows(
                                        Refusal.class,
                                        () -> ask(VIEWER, routes, "setPassword", Map.of("account", "nils"), passwords))
                                .why(),
                        "whoever may not does not wait for a place");
            }
            ask(routes, "addAccount", Map.of(), olga);
            ask(routes, "setPassword", Map.of("account", "nils"), passwords);
        }
    }

    @Test
    void whatAnAdministratorIsRefusedIsNoGuessOfTheirAddress() {
        Gate gate = gate();
        for (int i = 0; i < 100; i++) {
            assertThrows(
                    Refusal.class,
                    () -> gate.set(() -> {
                        throw new Refusal(Refusal.Why.FORBIDDEN, "not for you");
                    }));
        }
        assertEquals("in", gate.guarded(InetAddress.getLoopbackAddress(), () -> "in"));
    }
}
