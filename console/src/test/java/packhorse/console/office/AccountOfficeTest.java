package packhorse.console.office;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static packhorse.console.office.House.any;
import static packhorse.console.office.House.refused;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import packhorse.console.change.Actor;
import packhorse.console.change.PersonId;
import packhorse.console.change.Role;
import packhorse.console.json.Records;
import packhorse.console.ledger.Database;
import packhorse.console.ledger.Refusal.Why;
import packhorse.console.ledger.Stored;
import packhorse.console.office.AccountOffice.AccountForm;
import packhorse.console.office.AccountOffice.Shown;
import packhorse.console.office.AccountOffice.TokenForm;

final class AccountOfficeTest {
    private static final char[] WORDS = "correct horse battery".toCharArray();

    @TempDir
    private Path folder = Path.of("");

    private static Actor.Person administrator(House house, AccountOffice accounts) {
        String secret = accounts.firstSecret().orElseThrow();
        Stored<Account> first = accounts.first(secret, "adam", "Adam First", WORDS);
        assertEquals(house.now(), first.at());
        return first.value().person();
    }

    @ParameterizedTest
    @EnumSource
    void theFirstAdministratorShowsASecretThatIsGoodOnce(Database database) {
        try (House house = new House(database, folder)) {
            AccountOffice accounts = new AccountOffice(house.books, new SecureRandom());
            String void_ = accounts.firstSecret().orElseThrow();
            String secret = accounts.firstSecret().orElseThrow();
            assertEquals(
                    Why.FORBIDDEN,
                    refused(() -> accounts.first(void_, "eve", "Eve", WORDS)).why(),
                    "a later one voids it");
            house.later(AccountOffice.FIRST_TIME);
            assertEquals(
                    Why.FORBIDDEN,
                    refused(() -> accounts.first(secret, "eve", "Eve", WORDS)).why(),
                    "too late");
            Actor.Person adam = administrator(house, accounts);
            assertEquals(Set.of(Role.ADMINISTRATOR), adam.roles());
            assertEquals(Optional.empty(), accounts.firstSecret(), "there is an account");
            assertEquals(
                    Why.FORBIDDEN,
                    refused(() -> accounts.first(secret, "eve", "Eve", WORDS)).why());
        }
    }

    @Test
    void aTokenOpensUntilItRunsOutIsTakenBackOrItsAccountIsShut() {
        try (House house = new House(Database.SQLITE, folder)) {
            AccountOffice accounts = new AccountOffice(house.books, new SecureRandom());
            Actor.Person adam = administrator(house, accounts);
            accounts.add(adam, new AccountForm("gerd", "Gerd", Set.of(Role.VIEWER, Role.APPROVER), Optional.empty()));
            Actor.Person gerd = new Actor.Person(new PersonId("gerd"), Set.of(Role.VIEWER, Role.APPROVER));
            Shown token = accounts.token(
                    gerd, new TokenForm("reports", Optional.of(Set.of(Role.VIEWER)), Duration.ofDays(30)), "");
            assertTrue(token.token().startsWith("pht_"), token.token());
            assertEquals(
                    Optional.of(new Actor.Person(gerd.id(), Set.of(Role.VIEWER))),
                    accounts.authenticate(token.token()),
                    "no more than it was made for");
            assertFalse(
                    Records.write(accounts.tokens(gerd, gerd.id()).get(0).value())
                            .contains(token.token().substring(21)),
                    "its secret is nowhere");
            String other = token.token().substring(0, token.token().length() - 1)
                    + (token.token().endsWith("A") ? "B" : "A");
            assertEquals(Optional.empty(), accounts.authenticate(other));
            assertEquals(Optional.empty(), accounts.authenticate("pht_"));
            assertEquals(
                    Why.FORBIDDEN,
                    refused(() -> accounts.token(
                                    gerd,
                                    new TokenForm("more", Optional.of(Set.of(Role.ADMINISTRATOR)), Duration.ofDays(1)),
                                    ""))
                            .why());

            accounts.roles(adam, gerd.id(), any(), Set.of(Role.APPROVER));
            assertEquals(
                    Optional.of(new Actor.Person(gerd.id(), Set.of())),
                    accounts.authenticate(token.token()),
                    "nor than its person has now");
            Stored<Account> shut = accounts.open(adam, gerd.id(), any(), false);
            assertEquals(Optional.empty(), accounts.authenticate(token.token()));
            accounts.open(adam, gerd.id(), OptionalLong.of(shut.version()), true);
            assertTrue(accounts.authenticate(token.token()).isPresent());
            accounts.revoke(gerd, token.stored().id());
            assertEquals(Optional.empty(), accounts.authenticate(token.token()));

            Shown short_ = accounts.token(gerd, new TokenForm("now", Optional.empty(), Duration.ofMinutes(5)), "");
            house.later(Duration.ofMinutes(5));
            assertEquals(Optional.empty(), accounts.authenticate(short_.token()), "it ran out");
        }
    }

    @Test
    void aNarrowTokenDoesNotWidenItself() {
        try (House house = new House(Database.SQLITE, folder)) {
            AccountOffice accounts = new AccountOffice(house.books, new SecureRandom());
            Actor.Person adam = administrator(house, accounts);
            accounts.add(adam, new AccountForm("gerd", "Gerd", Set.of(Role.VIEWER, Role.APPROVER), Optional.empty()));
            Actor.Person gerd = new Actor.Person(new PersonId("gerd"), Set.of(Role.VIEWER, Role.APPROVER));
            Shown narrow = accounts.token(
                    gerd, new TokenForm("reports", Optional.of(Set.of(Role.VIEWER)), Duration.ofDays(30)), "");
            Actor.Person viewer = accounts.authenticate(narrow.token()).orElseThrow();

            Shown another = accounts.token(viewer, new TokenForm("more", Optional.empty(), Duration.ofDays(30)), "");
            assertEquals(Optional.of(viewer), accounts.authenticate(another.token()));
            assertEquals(
                    Why.FORBIDDEN,
                    refused(() -> accounts.password(
                                    viewer, gerd.id(), Optional.empty(), "words that only I know".toCharArray()))
                            .why());
            Shown whole = accounts.token(gerd, new TokenForm("all", Optional.empty(), Duration.ofDays(30)), "");
            assertEquals(Optional.of(gerd), accounts.authenticate(whole.token()));
            accounts.password(gerd, gerd.id(), Optional.empty(), "words that only I know".toCharArray());
        }
    }

    @Test
    void onesOwnPasswordIsGuessedAtNoFasterThanALogin() {
        try (House house = new House(Database.SQLITE, folder)) {
            AccountOffice accounts = new AccountOffice(house.books, new SecureRandom());
            Actor.Person adam = administrator(house, accounts);
            char[] fresh = "words that only I know".toCharArray();
            accounts.roles(adam, adam.id(), any(), Set.of(Role.ADMINISTRATOR, Role.VIEWER));
            Actor.Person viewer = new Actor.Person(adam.id(), Set.of(Role.VIEWER));
            Actor.Person whole = new Actor.Person(adam.id(), Set.of(Role.ADMINISTRATOR, Role.VIEWER));
            assertEquals(
                    "a token with fewer roles than its person has does not set the password: sign in for that",
                    refused(() -> accounts.password(viewer, adam.id(), Optional.of(WORDS), fresh))
                            .line(),
                    "though the old one is right");
            for (int i = 0; i < LoginBrake.FREE; i++) {
                assertEquals(
                        "your old password is needed, and this is not it",
                        refused(() -> accounts.password(
                                        whole, adam.id(), Optional.of("another password".toCharArray()), fresh))
                                .line());
            }
            assertEquals(
                    "tried too often: try again in 1 seconds",
                    refused(() -> accounts.password(whole, adam.id(), Optional.of(WORDS), fresh))
                            .line());
            assertEquals(
                    LoginBrake.FREE,
                    house.audit.about("adam", 0, 100).stream()
                            .filter(line -> line.entry().what().equals("password.refused"))
                            .count());
            house.later(Duration.ofSeconds(1));
            accounts.password(whole, adam.id(), Optional.of(WORDS), fresh);
        }
    }

    @Test
    void aTokenEndsNoLaterThanTheOneThatMadeItUnlessThatIsALogins() {
        try (House house = new House(Database.SQLITE, folder)) {
            AccountOffice accounts = new AccountOffice(house.books, new SecureRandom());
            Actor.Person adam = administrator(house, accounts);
            Shown login = accounts.login("adam", WORDS);
            Shown week =
                    accounts.token(adam, new TokenForm("a week", Optional.empty(), Duration.ofDays(7)), login.token());
            TokenForm longer = new TokenForm("for ever", Optional.empty(), Duration.ofDays(8));
            String line =
                    refused(() -> accounts.token(adam, longer, week.token())).line();
            assertTrue(line.startsWith("a token lasts no longer than the one that makes it, until "), line);
            accounts.token(adam, new TokenForm("a day", Optional.empty(), Duration.ofDays(1)), week.token());
            assertEquals(
                    Why.INVALID,
                    refused(() -> accounts.token(
                                    adam, new TokenForm("login", Optional.empty(), Duration.ofDays(1)), login.token()))
                            .why(),
                    "it would count as one");
        }
    }

    @Test
    void whoGuessesAPasswordWaitsLongerAndLonger() {
        try (House house = new House(Database.SQLITE, folder)) {
            AccountOffice accounts = new AccountOffice(house.books, new SecureRandom());
            Actor.Person adam = administrator(house, accounts);
            Shown login = accounts.login("adam", WORDS);
            assertEquals(Optional.of(adam), accounts.authenticate(login.token()));
            String wrong = "";
            for (String name : List.of("adam", "nobody")) {
                for (int i = 0; i < LoginBrake.FREE; i++) {
                    wrong = refused(() -> accounts.login(name, "another password".toCharArray()))
                            .line();
                    assertEquals("name or password are wrong", wrong, "of both the same");
                }
            }
            assertEquals(
                    "tried too often: try again in 1 seconds",
                    refused(() -> accounts.login("adam", WORDS)).line(),
                    "even the right one");
            house.later(Duration.ofSeconds(1));
            assertTrue(
                    accounts.authenticate(accounts.login("adam", WORDS).token()).isPresent());
        }
    }

    @Test
    void anotherPasswordEndsTheLoginsAndAdministratorsRemain() {
        try (House house = new House(Database.SQLITE, folder)) {
            AccountOffice accounts = new AccountOffice(house.books, new SecureRandom());
            Actor.Person adam = administrator(house, accounts);
            Shown login = accounts.login("adam", WORDS);
            assertEquals(
                    Why.FORBIDDEN,
                    refused(() -> accounts.password(
                                    adam, adam.id(), Optional.empty(), "other words than these".toCharArray()))
                            .why());
            accounts.password(adam, adam.id(), Optional.of(WORDS), "other words than these".toCharArray());
            assertEquals(Optional.empty(), accounts.authenticate(login.token()));
            assertEquals(
                    "a password has 12 to 1024 characters; take a few words",
                    refused(() -> accounts.password(
                                    adam,
                                    adam.id(),
                                    Optional.of("other words than these".toCharArray()),
                                    "short".toCharArray()))
                            .line());
            assertTrue(refused(() -> accounts.open(adam, adam.id(), any(), false))
                    .line()
                    .contains("the last administrator"));
            assertTrue(refused(() -> accounts.roles(adam, adam.id(), any(), Set.of()))
                    .line()
                    .contains("the last administrator"));
            assertEquals(
                    Why.FORBIDDEN,
                    refused(() -> accounts.add(House.GERD, new AccountForm("eve", "Eve", Set.of(), Optional.empty())))
                            .why());
            assertEquals(
                    Why.EXISTS,
                    refused(() -> accounts.add(adam, new AccountForm("adam", "Adam", Set.of(), Optional.empty())))
                            .why());
        }
    }
}
