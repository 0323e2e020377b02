package packhorse.console.office;

import packhorse.console.change.Attachment;
import packhorse.console.change.CataloguedRelease;
import packhorse.console.fleet.Group;
import packhorse.console.fleet.Requirement;
import packhorse.console.ledger.Kind;

/** The kinds of records that only offices know. */
public final class OfficeKinds {
    /** Results of tests, by order. */
    public static final Kind<TestRecord> TEST_RESULT = Kind.of("test_result", TestRecord.class)
            .byState(one -> one.result().verdict().name())
            .byParent(one -> one.order().text());

    /** The last scan of an order's releases; its id is the order's. */
    public static final Kind<OrderScan> SCAN = Kind.of("scan", OrderScan.class);

    /** Reports that were written, by order. */
    public static final Kind<WrittenReport> REPORT = Kind.of("report", WrittenReport.class)
            .byState(one -> one.form().name())
            .byParent(one -> one.order().text());

    /** What is attached to orders, by the order's id and theirs; their bytes are kept beside. */
    public static final Kind<Attachment> ATTACHMENT =
            Kind.of("attachment", Attachment.class).byParent(one -> one.order().text());

    /** The catalogue, by {@link CataloguedRelease#key}. */
    public static final Kind<CataloguedRelease> RELEASE = Kind.of("release", CataloguedRelease.class)
            .byState(one -> one.state().name());

    /** Accounts, by name. */
    public static final Kind<Account> ACCOUNT =
            Kind.of("account", Account.class).byState(one -> one.open() ? "OPEN" : "SHUT");

    /** Tokens by their ids, of a person. */
    public static final Kind<ApiToken> API_TOKEN = Kind.of("api_token", ApiToken.class)
            .byState(one -> one.revoked().isPresent() ? "REVOKED" : "OPEN")
            .byParent(one -> one.person().name());

    /** The one secret of the first administrator, while there is no account. */
    public static final Kind<FirstSecret> FIRST_SECRET = Kind.of("first_secret", FirstSecret.class);

    /** Groups, by name. */
    public static final Kind<Group> GROUP = Kind.of("group", Group.class);

    /** Sites, by name. */
    public static final Kind<KnownSite> SITE = Kind.of("site", KnownSite.class);

    /** Where origins are; one record. */
    public static final Kind<Origins> ORIGINS = Kind.of("origins", Origins.class);

    /** Freeze calendars, by name. */
    public static final Kind<FreezeCalendar> CALENDAR = Kind.of("calendar", FreezeCalendar.class);

    /** Join tokens, by the ids that stand in them. */
    public static final Kind<KeptToken> JOIN_TOKEN = Kind.of("join_token", KeptToken.class);

    /** Machines that may not take part. */
    public static final Kind<Denied> DENIED = Kind.of("denied", Denied.class);

    /** Machines that hold a certificate, by endpoint. */
    public static final Kind<CertifiedMachine> MACHINE = Kind.of("machine", CertifiedMachine.class)
            .byState(CertifiedMachine::role)
            .byParent(CertifiedMachine::site);

    /** What trackers count, by tracker. */
    public static final Kind<SiteTraffic> TRAFFIC = Kind.of("traffic", SiteTraffic.class);

    /** The revisions of what trackers keep. */
    public static final Kind<Revision> REVISION = Kind.of("revision", Revision.class);

    /** What groups should have, by name. */
    public static final Kind<Requirement> REQUIREMENT = Kind.of("requirement", Requirement.class)
            .byParent(one -> one.group().word());

    private OfficeKinds() {}
}
