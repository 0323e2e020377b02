package packhorse.console.office;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import packhorse.console.change.Actor;
import packhorse.console.change.PersonId;
import packhorse.console.change.Role;
import packhorse.console.ledger.Books;
import packhorse.console.ledger.Pages;
import packhorse.console.ledger.Refusal;
import packhorse.console.ledger.Refusal.Why;
import packhorse.console.ledger.Stored;
import packhorse.core.content.Sha256;
import packhorse.core.trust.PasswordHash;

/**
 * Who may ask, and how they show it: accounts with roles, passwords (Argon2id), tokens for programs. The first administrator shows a secret that the
 * console prints while there is no account. Every login, refused ones too, is in the audit trail.
 */
public final class AccountOffice {
    /** How long a login lasts: a working day. */
    public static final Duration LOGIN_TIME = Duration.ofHours(12);

    /** The longest a token lasts: whoever needs it longer makes another. */
    public static final Duration TOKEN_TIME_MAX = Duration.ofDays(366);

    /** How long the first secret is good for; a restart prints another. */
    public static final Duration FIRST_TIME = Duration.ofDays(1);

    /** What a token begins with, so that scanners of source code find lost ones. */
    public static final String TOKEN_PREFIX = "pht_";

    private static final int SECRET_BYTES = 32;
    private static final int ID_BYTES = 8;
    private static final String FIRST = "first";
    private static final Pattern TOKEN = Pattern.compile(TOKEN_PREFIX + "([0-9a-f]{16})_([A-Za-z0-9_-]{43})");

    /** Of a password nobody has; whoever asks for an account that is not there waits as long as others. */
    private static final String NOBODY =
            "$argon2id$v=19$m=65536,t=3,p=1$AAAAAAAAAAAAAAAAAAAAAA" + "$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

    private final Desk desk;
    private final SecureRandom random;
    private final LoginBrake brake = new LoginBrake();

    public AccountOffice(Books books, SecureRandom random) {
        this.desk = new Desk(books);
        this.random = random;
    }

    /**
     * A new account.
     *
     * @param password absent: it gets one later, or works with tokens alone
     */
    public record AccountForm(String id, String name, Set<Role> roles, Optional<String> password) {
        /** Says nothing of the password. */
        @Override
        public String toString() {
            return "account " + id;
        }
    }

    /**
     * A new token.
     *
     * @param roles absent: all of the person's, but no more than the token has by which this one is asked for
     * @param lasts at most {@link #TOKEN_TIME_MAX}
     */
    public record TokenForm(String purpose, Optional<Set<Role>> roles, Duration lasts) {}

    /** A token as it is shown, once. */
    public record Shown(String token, Stored<ApiToken> stored) {
        /** Says nothing of the secret. */
        @Override
        public String toString() {
            return "token " + stored.id();
        }
    }

    /** The secret that makes the first account; empty where there is an account already. Each call makes the one before void. */
    public Optional<String> firstSecret() {
        byte[] bytes = new byte[SECRET_BYTES];
        random.nextBytes(bytes);
        String secret = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        return desk.write(Actor.product(), pages -> {
            if (hasAccounts(pages)) {
                return Optional.empty();
            }
            FirstSecret first = new FirstSecret(digest(secret), pages.now().plus(FIRST_TIME));
            Optional<Stored<FirstSecret>> before = pages.find(OfficeKinds.FIRST_SECRET, FIRST);
            if (before.isPresent()) {
                pages.change(before.get(), first);
            } else {
                pages.add(OfficeKinds.FIRST_SECRET, FIRST, first);
            }
            return Optional.of(secret);
        });
    }

    /** Makes the first account, an administrator's, for whoever shows the secret; the secret is void then. */
    public Stored<Account> first(String secret, String id, String name, char[] password) {
        PersonId person = Desk.valid(() -> new PersonId(id));
        String hash = Desk.valid(() -> PasswordHash.of(password, random));
        return desk.write(new Actor.Person(person, Set.of(Role.ADMINISTRATOR)), pages -> {
            if (hasAccounts(pages)) {
                throw new Refusal(Why.FORBIDDEN, "there is an account already: ask an administrator for yours");
            }
            Optional<Stored<FirstSecret>> kept = pages.find(OfficeKinds.FIRST_SECRET, FIRST);
            if (kept.isEmpty()
                    || !pages.now().isBefore(kept.get().value().expires())
                    || !isSame(kept.get().value().secret(), digest(secret))) {
                throw new Refusal(
                        Why.FORBIDDEN,
                        "this is not the secret that the console printed when it started last, or it is too old: start"
                                + " the console again for another");
            }
            pages.remove(kept.get());
            Account account = new Account(
                    person, name, Set.of(Role.ADMINISTRATOR), Optional.of(hash), true, Optional.empty(), pages.now());
            Stored<Account> stored = pages.add(OfficeKinds.ACCOUNT, person.name(), account);
            pages.audit(
                    "account.first",
                    person.name(),
                    Desk.details("roles", account.roles().toString()));
            return stored;
        });
    }

    /** Adds an account. */
    public Stored<Account> add(Actor.Person who, AccountForm form) {
        requireAdministrator(who, "an account is added");
        PersonId id = Desk.valid(() -> new PersonId(form.id()));
        Optional<String> hash =
                form.password().map(password -> Desk.valid(() -> PasswordHash.of(password.toCharArray(), random)));
        return desk.write(who, pages -> {
            Account account = new Account(id, form.name(), form.roles(), hash, true, Optional.empty(), pages.now());
            Stored<Account> stored = pages.add(OfficeKinds.ACCOUNT, id.name(), account);
            pages.audit(
                    "account.add",
                    id.name(),
                    Desk.details("roles", account.roles().toString()));
            return stored;
        });
    }

    /** Gives an account these roles and no others. */
    public Stored<Account> roles(Actor.Person who, PersonId id, OptionalLong seen, Set<Role> roles) {
        requireAdministrator(who, "roles are given");
        return act(who, id, seen, "account.roles", "roles", roles.toString(), account -> account.with(roles));
    }

    /** Opens an account, or shuts it; its tokens open nothing while it is shut. */
    public Stored<Account> open(Actor.Person who, PersonId id, OptionalLong seen, boolean open) {
        requireAdministrator(who, "an account is opened or shut");
        return act(who, id, seen, open ? "account.open" : "account.shut", "", "", account -> account.opened(open));
    }

    /** Says until when somebody is away: themselves, or an administrator. */
    public Stored<Account> away(Actor.Person who, PersonId id, OptionalLong seen, Optional<Instant> until) {
        requireSelfOrAdministrator(who, id, "an absence is written down");
        return act(
                who,
                id,
                seen,
                "account.away",
                "until",
                until.map(Instant::toString).orElse(""),
                account -> account.away(until));
    }

    /** Refused where somebody sets a password who is neither that person nor an administrator. */
    public void requireMaySet(Actor.Person who, PersonId id) {
        requireSelfOrAdministrator(who, id, "a password is set");
    }

    /**
     * Sets a password: one's own, or an administrator somebody else's. It voids the person's logins.
     *
     * @param old needed for one's own, where there is one
     */
    public Stored<Account> password(Actor.Person who, PersonId id, Optional<char[]> old, char[] password) {
        requireMaySet(who, id);
        if (who.is(id)) {
            requireKnown(who, id, old);
        }
        String hash = Desk.valid(() -> PasswordHash.of(password, random));
        return desk.write(who, pages -> {
            Stored<Account> stored = pages.get(OfficeKinds.ACCOUNT, id.name());
            Stored<Account> kept = pages.change(stored, stored.value().withPassword(hash));
            for (Stored<ApiToken> token : Lists.all(pages, OfficeKinds.API_TOKEN, Optional.of(id.name()))) {
                if (token.value().purpose().equals(LOGIN) && token.value().holds(pages.now())) {
                    pages.change(token, token.value().revoked(pages.now()));
                }
            }
            pages.audit("account.password", id.name(), Desk.details());
            return kept;
        });
    }

    /** One's own password is not set by a token that has not all of one's roles, whatever old one is shown. */
    public void requireWhole(Actor.Person who, PersonId id) {
        Account account =
                desk.read(pages -> pages.get(OfficeKinds.ACCOUNT, id.name()).value());
        if (!who.roles().containsAll(account.roles())) {
            throw new Refusal(
                    Why.FORBIDDEN,
                    "a token with fewer roles than its person has does not set the password: sign in for that");
        }
    }

    /** One's own password is guessed at like a login: it waits like one, and a wrong one is in the trail. */
    private void requireKnown(Actor.Person who, PersonId id, Optional<char[]> old) {
        requireWhole(who, id);
        Account account =
                desk.read(pages -> pages.get(OfficeKinds.ACCOUNT, id.name()).value());
        if (account.password().isEmpty()) {
            return;
        }
        Instant now = desk.read(Pages::now);
        requireNoWait(id.name(), now);
        boolean known = old.filter(
                        text -> PasswordHash.matches(text, account.password().orElseThrow()))
                .isPresent();
        if (!known) {
            brake.failed(id.name(), now);
            desk.write(who, pages -> {
                pages.audit("password.refused", id.name(), Desk.details());
                return 0;
            });
            throw new Refusal(Why.FORBIDDEN, "your old password is needed, and this is not it");
        }
        brake.succeeded(id.name());
    }

    private void requireNoWait(String name, Instant now) {
        Duration wait = brake.wait(name, now);
        if (!wait.isZero()) {
            throw new Refusal(
                    Why.FORBIDDEN, "tried too often: try again in " + Math.max(1, wait.toSeconds()) + " seconds");
        }
    }

    private static final String LOGIN = "login";

    /**
     * Logs somebody in: a token for a working day. A refusal says nothing of what was wrong.
     *
     * @throws Refusal FORBIDDEN where name or password are wrong, or it was tried too often
     */
    public Shown login(String name, char[] password) {
        Instant now = desk.read(Pages::now);
        requireNoWait(name, now);
        Optional<Account> account = desk.read(pages -> find(pages, name))
                .filter(one -> one.open() && one.password().isPresent());
        boolean right = PasswordHash.matches(
                password, account.flatMap(Account::password).orElse(NOBODY));
        if (account.isEmpty() || !right) {
            brake.failed(name, now);
            desk.write(Actor.product(), pages -> {
                pages.audit("login.refused", name.isBlank() ? "nobody" : cut(name), Desk.details());
                return 0;
            });
            throw new Refusal(Why.FORBIDDEN, "name or password are wrong");
        }
        brake.succeeded(name);
        return issue(account.get().person(), new TokenForm(LOGIN, Optional.empty(), LOGIN_TIME), "login");
    }

    private static Optional<Account> find(Pages pages, String name) {
        return name.isEmpty() || name.length() > Pages.ID_LENGTH_MAX
                ? Optional.empty()
                : pages.find(OfficeKinds.ACCOUNT, name).map(Stored::value);
    }

    private static String cut(String name) {
        return name.length() <= 64 ? name : name.substring(0, 64);
    }

    /**
     * Makes a token for oneself; it is shown once. It lasts no longer than the one by which it is asked for, unless that is a login's.
     *
     * @param by the token that was shown for this
     */
    public Shown token(Actor.Person who, TokenForm form, String by) {
        if (form.lasts().isNegative() || form.lasts().isZero() || form.lasts().compareTo(TOKEN_TIME_MAX) > 0) {
            throw Desk.invalid("a token lasts longer than nothing and at most " + TOKEN_TIME_MAX.toDays()
                    + " days, not " + form.lasts());
        }
        if (form.roles().isPresent() && !who.roles().containsAll(form.roles().get())) {
            throw new Refusal(
                    Why.FORBIDDEN, "a token has no more roles than its person: " + who.name() + " has " + who.roles());
        }
        if (form.purpose().strip().equals(LOGIN)) {
            throw Desk.invalid("logins are called \"" + LOGIN + "\"; say what the token is for");
        }
        Matcher shown = TOKEN.matcher(by);
        if (shown.matches()) {
            desk.read(pages -> pages.find(OfficeKinds.API_TOKEN, shown.group(1)))
                    .map(Stored::value)
                    .filter(one -> !one.purpose().equals(LOGIN))
                    .filter(one -> desk.read(Pages::now).plus(form.lasts()).isAfter(one.expires()))
                    .ifPresent(one -> {
                        throw new Refusal(
                                Why.FORBIDDEN,
                                "a token lasts no longer than the one that makes it, until " + one.expires()
                                        + ": sign in for a longer one");
                    });
        }
        return issue(who, form, "token.add");
    }

    private Shown issue(Actor.Person who, TokenForm form, String what) {
        byte[] idBytes = new byte[ID_BYTES];
        random.nextBytes(idBytes);
        byte[] bytes = new byte[SECRET_BYTES];
        random.nextBytes(bytes);
        String id = HexFormat.of().formatHex(idBytes);
        String secret = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        Stored<ApiToken> stored = desk.write(who, pages -> {
            Account account = pages.get(OfficeKinds.ACCOUNT, who.name()).value();
            Stored<ApiToken> kept = pages.add(
                    OfficeKinds.API_TOKEN,
                    id,
                    new ApiToken(
                            id,
                            who.id(),
                            form.purpose(),
                            digest(secret),
                            who.roles().containsAll(account.roles())
                                    ? form.roles()
                                    : Optional.of(form.roles().orElse(who.roles())),
                            pages.now(),
                            pages.now().plus(form.lasts()),
                            Optional.empty()));
            pages.audit(what, id, Desk.details("person", who.name(), "purpose", form.purpose()));
            return kept;
        });
        return new Shown(TOKEN_PREFIX + id + "_" + secret, stored);
    }

    /** Takes a token back: one's own, or an administrator anybody's. */
    public Stored<ApiToken> revoke(Actor.Person who, String token) {
        return desk.write(who, pages -> {
            Stored<ApiToken> stored = pages.get(OfficeKinds.API_TOKEN, token);
            requireSelfOrAdministrator(who, stored.value().person(), "a token is taken back");
            if (stored.value().revoked().isPresent()) {
                throw Desk.refused("the token " + token + " was taken back already, at "
                        + stored.value().revoked().get());
            }
            Stored<ApiToken> kept = pages.change(stored, stored.value().revoked(pages.now()));
            pages.audit(
                    "token.revoke",
                    token,
                    Desk.details("person", stored.value().person().name()));
            return kept;
        });
    }

    /** Who shows this token; empty where it opens nothing: unknown, run out, taken back, its account shut. */
    public Optional<Actor.Person> authenticate(String token) {
        Matcher form = TOKEN.matcher(token);
        if (!form.matches()) {
            return Optional.empty();
        }
        String id = form.group(1);
        Sha256 secret = digest(form.group(2));
        return desk.read(pages -> pages.find(OfficeKinds.API_TOKEN, id)
                .map(Stored::value)
                .filter(one -> isSame(one.secret(), secret) && one.holds(pages.now()))
                .flatMap(one -> pages.find(OfficeKinds.ACCOUNT, one.person().name())
                        .map(Stored::value)
                        .filter(Account::open)
                        .map(account -> new Actor.Person(account.id(), roles(account, one)))));
    }

    private static Set<Role> roles(Account account, ApiToken token) {
        EnumSet<Role> roles = EnumSet.noneOf(Role.class);
        roles.addAll(account.roles());
        token.roles().ifPresent(roles::retainAll);
        return roles;
    }

    /** A page of accounts. */
    public List<Stored<Account>> list(Actor.Person who, String after, int limit) {
        requireAdministrator(who, "accounts are listed");
        return desk.read(
                pages -> Lists.page(pages, OfficeKinds.ACCOUNT, Optional.empty(), Optional.empty(), after, limit));
    }

    /** One account: one's own, or an administrator anybody's. */
    public Stored<Account> get(Actor.Person who, PersonId id) {
        requireSelfOrAdministrator(who, id, "an account is shown");
        return desk.read(pages -> pages.get(OfficeKinds.ACCOUNT, id.name()));
    }

    /** A person's tokens; their secrets are nowhere. */
    public List<Stored<ApiToken>> tokens(Actor.Person who, PersonId id) {
        requireSelfOrAdministrator(who, id, "tokens are listed");
        return desk.read(pages -> Lists.all(pages, OfficeKinds.API_TOKEN, Optional.of(id.name())));
    }

    private interface Act {
        Account on(Account account);
    }

    private Stored<Account> act(
            Actor.Person who, PersonId id, OptionalLong seen, String what, String detail, String text, Act act) {
        return desk.write(who, pages -> {
            Stored<Account> stored = pages.get(OfficeKinds.ACCOUNT, id.name(), seen);
            Stored<Account> kept = pages.change(stored, act.on(stored.value()));
            if (isAdministrator(stored.value()) && !isAdministrator(kept.value())) {
                requireAnother(pages, id);
            }
            pages.audit(what, id.name(), Desk.details(detail, text));
            return kept;
        });
    }

    private static boolean isAdministrator(Account account) {
        return account.open() && account.roles().contains(Role.ADMINISTRATOR);
    }

    private static void requireAnother(Pages pages, PersonId id) {
        boolean another = Lists.all(pages, OfficeKinds.ACCOUNT, Optional.empty()).stream()
                .anyMatch(one -> isAdministrator(one.value()));
        if (!another) {
            throw Desk.refused(id + " is the last administrator: make another one first");
        }
    }

    private static boolean hasAccounts(Pages pages) {
        return !Lists.page(pages, OfficeKinds.ACCOUNT, Optional.empty(), Optional.empty(), "", 1)
                .isEmpty();
    }

    private static void requireAdministrator(Actor.Person who, String what) {
        Desk.requireRole(who, Set.of(Role.ADMINISTRATOR), what);
    }

    private static void requireSelfOrAdministrator(Actor.Person who, PersonId id, String what) {
        if (!who.is(id)) {
            requireAdministrator(who, what);
        }
    }

    private static Sha256 digest(String secret) {
        return Sha256.of(secret.strip().getBytes(StandardCharsets.UTF_8));
    }

    private static boolean isSame(Sha256 one, Sha256 other) {
        return MessageDigest.isEqual(
                one.hex().toLowerCase(Locale.ROOT).getBytes(StandardCharsets.US_ASCII),
                other.hex().toLowerCase(Locale.ROOT).getBytes(StandardCharsets.US_ASCII));
    }
}
