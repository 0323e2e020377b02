package packhorse.console.rest;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import packhorse.console.change.PersonId;
import packhorse.console.change.Role;
import packhorse.console.ledger.Stored;
import packhorse.console.office.Account;
import packhorse.console.office.AccountOffice;

/** Accounts and their tokens. */
final class AccountRoutes {
    private static final String ONE = "/accounts/{account}";
    private static final String ID = "The account's name, as it signs in.";
    private static final Access ADMINISTRATORS = Access.to(Role.ADMINISTRATOR);

    private AccountRoutes() {}

    /** The first administrator, for whoever shows the secret that the console printed. */
    public record First(String secret, String id, String name, String password) {
        @Override
        public String toString() {
            return id;
        }
    }

    /** The roles that an account has from now on. */
    public record Roles(Set<Role> roles) {
        public Roles {
            roles = Set.copyOf(roles);
        }
    }

    /** Whether an account may be used. */
    public record Opening(boolean open) {}

    /** Until when somebody is away; absent: they are back. */
    public record Absence(Optional<Instant> until) {}

    /**
     * A new password.
     *
     * @param old needed for one's own, where there is one
     */
    public record Passwords(Optional<String> old, String password) {
        @Override
        public String toString() {
            return "passwords";
        }
    }

    /** A token, shown this once. */
    public record NewToken(String token, Versioned<TokenView> stored) {
        @Override
        public String toString() {
            return stored.id();
        }
    }

    static List<Route> of(AccountOffice office, Gate gate) {
        return List.of(
                Route.post(
                                "/accounts/first",
                                "makeFirstAccount",
                                "Makes the first administrator, by the secret that the" + " console printed.")
                        .access(Access.anybody())
                        .body(First.class)
                        .stored(AccountView.class)
                        .secret()
                        .does(call -> {
                            First first = call.body(First.class);
                            return view(gate.shown(
                                    call.from(),
                                    () -> office.first(
                                            first.secret(),
                                            first.id(),
                                            first.name(),
                                            first.password().toCharArray())));
                        }),
                Route.get("/accounts", "listAccounts", "Lists accounts by name.")
                        .access(ADMINISTRATORS)
                        .storedPage(AccountView.class)
                        .does(call -> {
                            int limit = call.limit();
                            return Answer.storedPage(
                                    office.list(call.who(), call.after(), limit + 1), limit, AccountView::of);
                        }),
                Route.post("/accounts", "addAccount", "Adds an account.")
                        .access(ADMINISTRATORS)
                        .body(AccountOffice.AccountForm.class)
                        .created(AccountView.class, "/accounts")
                        .secret()
                        .does(call -> {
                            AccountOffice.AccountForm form = call.body(AccountOffice.AccountForm.class);
                            Supplier<Stored<Account>> add = () -> office.add(call.who(), form);
                            return view(form.password().isPresent() ? gate.set(add) : add.get());
                        }),
                one(Route.get(ONE, "readAccount", "Shows an account: one's own, or an administrator anybody's."))
                        .access(Access.signedIn())
                        .stored(AccountView.class)
                        .does(call -> view(office.get(call.who(), id(call)))),
                one(Route.put(ONE + "/roles", "giveRoles", "Gives an account these roles and no others."))
                        .access(ADMINISTRATORS)
                        .versioned()
                        .body(Roles.class)
                        .stored(AccountView.class)
                        .secret()
                        .does(call -> view(office.roles(
                                call.who(),
                                id(call),
                                call.seen(),
                                call.body(Roles.class).roles()))),
                one(Route.put(ONE + "/open", "openAccount", "Opens an account, or shuts it."))
                        .access(ADMINISTRATORS)
                        .versioned()
                        .body(Opening.class)
                        .stored(AccountView.class)
                        .secret()
                        .does(call -> view(office.open(
                                call.who(),
                                id(call),
                                call.seen(),
                                call.body(Opening.class).open()))),
                one(Route.put(ONE + "/absence", "sayAway", "Says until when somebody is away."))
                        .access(Access.signedIn())
                        .versioned()
                        .body(Absence.class)
                        .stored(AccountView.class)
                        .secret()
                        .does(call -> view(office.away(
                                call.who(),
                                id(call),
                                call.seen(),
                                call.body(Absence.class).until()))),
                one(Route.put(ONE + "/password", "setPassword", "Sets a password, and ends the account's sessions."))
                        .access(Access.signedIn())
                        .body(Passwords.class)
                        .stored(AccountView.class)
                        .secret()
                        .does(call -> {
                            Passwords passwords = call.body(Passwords.class);
                            Supplier<Stored<Account>> set = () -> office.password(
                                    call.who(),
                                    id(call),
                                    passwords.old().map(String::toCharArray),
                                    passwords.password().toCharArray());
                            if (!call.who().is(id(call))) {
                                // Nobody's old password is looked at; whoever may not takes no place from anybody.
                                office.requireMaySet(call.who(), id(call));
                                return view(gate.set(set));
                            }
                            // Refused before: it shows nothing of the password and is no guess.
                            office.requireWhole(call.who(), id(call));
                            return view(gate.guarded(call.from(), set));
                        }),
                one(Route.get(ONE + "/tokens", "listTokens", "Lists a person's tokens; their secrets are nowhere."))
                        .access(Access.signedIn())
                        .storedList(TokenView.class)
                        .does(call -> Answer.storedList(
                                office.tokens(
                                        call.who(),
                                        office.get(call.who(), id(call)).value().id()),
                                TokenView::of)),
                Route.post("/tokens", "makeToken", "Makes a token for oneself; it is shown this once.")
                        .access(Access.signedIn())
                        .body(AccountOffice.TokenForm.class)
                        .one(NewToken.class)
                        .secret()
                        .does(call -> {
                            String by = call.credentials() instanceof Credentials.Bearer(String token) ? token : "";
                            AccountOffice.Shown shown =
                                    office.token(call.who(), call.body(AccountOffice.TokenForm.class), by);
                            return Answer.of(new NewToken(shown.token(), Versioned.of(shown.stored(), TokenView::of)));
                        }),
                Route.post("/tokens/{token}/revoke", "revokeToken", "Takes a token back.")
                        .with("token", "The token's own name, which stands in it.")
                        .access(Access.signedIn())
                        .stored(TokenView.class)
                        .secret()
                        .does(call -> Answer.of(office.revoke(call.who(), call.path("token")), TokenView::of)));
    }

    private static Answer view(Stored<Account> stored) {
        return Answer.of(stored, AccountView::of);
    }

    private static Route.Draft one(Route.Draft draft) {
        return draft.with("account", ID);
    }

    private static PersonId id(Call call) {
        return call.path("account", PersonId::new);
    }
}
