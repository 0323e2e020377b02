package packhorse.console.cli;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import packhorse.console.cli.ApiOperation.Parameter;

/**
 * How each command that is made of an operation is typed: its things by names as they look in life, and the options without which it does
 * nothing useful. An operation that needs no option needs no line here.
 */
final class Examples {
    private static final Map<String, String> THINGS = Map.ofEntries(
            Map.entry("account", "anna"),
            Map.entry("calendar", "holidays"),
            Map.entry("requirement", "editor"),
            Map.entry("defect", "DF-2026-0001"),
            Map.entry("endpoint", "pc-17"),
            Map.entry("order", "CO-2026-0001"),
            Map.entry("attachment", "A01"),
            Map.entry("deployment", "D1"),
            Map.entry("wave", "W1"),
            Map.entry("group", "pilots"),
            Map.entry("token", "4f2c9d1e7a"),
            Map.entry("notice", "7f83b1657ff1fc53b92dc18148a1d65d"),
            Map.entry("problem", "PR-2026-0001"),
            Map.entry("publisher", "acme"),
            Map.entry("product", "editor"),
            Map.entry("version", "1.2"),
            Map.entry("platform", "linux-x86_64"),
            Map.entry("request", "CR-2026-0001"),
            Map.entry("site", "berlin"),
            Map.entry("template", "monthly-patches"));

    private static final String BERLIN = "--zone Europe/Berlin --subnets 10.1.0.0/16 --down 100Mbit --up 20Mbit";
    private static final String RELEASE = "--release acme/editor/1.2/linux-x86_64";
    private static final String SHIPMENT = RELEASE + " --site berlin --medium \"DVD 1\"";

    private static final Map<String, String> OPTIONS = Map.ofEntries(
            // People.
            Map.entry("addAccount", "--id anna --name \"Anna Ott\" --roles APPROVER --password-file anna.txt"),
            Map.entry("sayAway", "--until 2026-12-24T00:00:00Z"),
            Map.entry("openAccount", "--open"),
            Map.entry("setPassword", "--password-file new.txt"),
            Map.entry("giveRoles", "--roles APPROVER --roles VIEWER"),
            Map.entry("makeToken", "--purpose \"nightly report\" --lasts 90d --roles VIEWER"),
            Map.entry("listAudit", "--subject CO-2026-0001"),
            Map.entry("listNotices", "--state DEAD"),
            // Sites and calendars.
            Map.entry("addCalendar", "--name holidays --blackouts blackouts.json"),
            Map.entry("writeCalendar", "--blackouts blackouts.json"),
            Map.entry("importCalendar", "--name holidays --file holidays.ics"),
            Map.entry("writeOrigins", "--addresses 192.0.2.10"),
            Map.entry("addSite", "--name berlin " + BERLIN),
            Map.entry("writeSite", BERLIN),
            Map.entry("importSites", "--file sites.yaml --zone Europe/Berlin"),
            // Endpoints and groups.
            Map.entry("listEndpoints", "--filter 'site==berlin;label.ring==first'"),
            Map.entry("labelEndpoint", "--labels ring=first"),
            Map.entry("importLabels", "--file rings.csv"),
            Map.entry("denyEndpoint", "--endpoint pc-17 --why stolen"),
            Map.entry("makeJoinToken", "--site berlin --lasts 2h"),
            Map.entry("replaceEntitlements", "--lines lines.json"),
            Map.entry("addGroup", "--name pilots --query 'label.ring==first'"),
            Map.entry("writeGroup", "--query 'label.ring==first;site==berlin'"),
            Map.entry("importGroup", "--name pilots --file pilots.csv"),
            // Compliance.
            Map.entry("addRequirement", "--name editor --group pilots " + RELEASE),
            Map.entry("writeRequirement", "--group pilots " + RELEASE),
            Map.entry("listDeviations", "--why FAILED"),
            Map.entry("previewRemedies", "--requirements editor"),
            Map.entry("orderRemedies", "--requirements editor --deadline 2026-12-24T00:00:00Z"),
            // Requests.
            Map.entry("listRequests", "--state SUBMITTED"),
            Map.entry("draftRequest", "--document request.json"),
            Map.entry("editRequest", "--document request.json"),
            Map.entry("acceptRequest", "--accepted --satisfaction 5"),
            Map.entry("assessRequest", "--feasible --preliminary-cost \"two days\""),
            Map.entry("approveRequest", "--remarks \"as discussed\""),
            Map.entry("rejectRequest", "--remarks \"not this year\""),
            Map.entry("returnRequest", "--remarks \"which sites?\""),
            Map.entry("reviewRequest", "--justified"),
            Map.entry("withdrawRequest", "--remarks \"asked twice\""),
            Map.entry("addTemplate", "--name monthly-patches --template template.json"),
            Map.entry("writeTemplate", "--document template.json"),
            // Orders and plans.
            Map.entry("listOrders", "--filter 'state==PRODUCTION;at=gt=now-7d'"),
            Map.entry("openOrder", "--requests CR-2026-0001"),
            Map.entry("fileOrder", "--document head.json"),
            Map.entry("moveOrder", "--move ENTER_BUILDING"),
            Map.entry("planOrder", "--document plans.json"),
            Map.entry("planWaves", "--document waves.json"),
            Map.entry("previewOther", "--document waves.json"),
            Map.entry("carryReleases", "--document releases.json"),
            Map.entry("estimateOrder", "--work-hours 8 --cost nothing"),
            Map.entry("speakAtGate", "--move CONFIRM_RESOURCES"),
            Map.entry("signPlan", "--capacity BOARD --digest DIGEST"),
            Map.entry("tickItem", "--step CHANGE_ORDER --key sites --note \"all three\""),
            Map.entry("commentOrder", "--text \"berlin asks for Friday\""),
            Map.entry("holdOrder", "--why \"calls from berlin\""),
            Map.entry("writeHandover", "--document handover.json"),
            // Builds and tests.
            Map.entry("catalogueRelease", RELEASE + " --manifest DIGEST --size 1048576 --kind PACKAGE"),
            Map.entry("retireRelease", "--archive"),
            Map.entry("listReleases", "--state OFFERED"),
            Map.entry("promoteReleases", "--to TEST"),
            Map.entry("importBuildReport", "--document build.json"),
            Map.entry("reportBuild", "--document build.json"),
            Map.entry("reportScan", "--at 2026-11-22T08:00:00Z --scanner ClamAV"),
            Map.entry("attach", "--file build.md"),
            Map.entry("readAttachment", "--out build.md"),
            Map.entry("scanContent", "--file editor.deb --name editor.deb"),
            Map.entry("reportShipment", SHIPMENT + " --carrier post"),
            Map.entry("receiveShipment", SHIPMENT),
            Map.entry("reportRehearsal", "--good --took 5m"),
            Map.entry("reportTestResult", "--test-case install --kind laptop --verdict PASS"),
            Map.entry("importTestResults", "--file junit.xml --kind laptop"),
            Map.entry("reportDefect", "--title \"no menu\" --severity SEVERE"),
            Map.entry("moveDefect", "--move CONFIRM --fault PACKAGE"),
            Map.entry("listDefects", "--order CO-2026-0001"),
            Map.entry("openProblem", "--title \"disk full\" --endpoints pc-17"),
            Map.entry("moveProblem", "--move ASSIGN --assignee dora"),
            Map.entry("listProblems", "--state OPEN"),
            Map.entry("readEvidence", "--out CO-2026-0001-evidence.zip"),
            Map.entry("writeReport", "--form STATUS --body \"on time\""),
            Map.entry("signReport", "--form EVALUATION --remarks \"two sites follow in May\""),
            // Deployments and waves.
            Map.entry("listDeployments", "--state ROLLING"),
            Map.entry("decideDeployment", "--decision GO --remarks \"the flags are known\""),
            Map.entry("holdDeployment", "--why \"calls from berlin\""),
            Map.entry("liftHold", "--kind OPERATOR"),
            Map.entry("abortDeployment", "--remarks \"wrong release\""),
            Map.entry("backOutDeployment", "--remarks \"it loses files\""),
            Map.entry("evaluateDeployment", "--remarks \"as planned\""),
            Map.entry("judgeWave", "--verdict PASS --why \"the two silent ones are in a drawer\""),
            Map.entry("forceWave", "--site berlin --until 2026-11-23T04:00:00Z --why \"agreed with the shift\""),
            Map.entry("skipWave", "--remarks \"the site is closed\""));

    private Examples() {}

    /** One command line. */
    static String of(String group, String name, ApiOperation operation) {
        String things = operation.things().stream()
                .map(thing -> " " + thing.stream().map(Examples::named).collect(Collectors.joining("/")))
                .collect(Collectors.joining());
        String options = OPTIONS.getOrDefault(operation.name(), "");
        return "packhorse " + group + " " + name + things + (options.isEmpty() ? "" : " " + options);
    }

    private static String named(Parameter parameter) {
        return THINGS.getOrDefault(parameter.name(), parameter.name().toUpperCase(Locale.ROOT));
    }

    /** Operations that have options here, for whoever asks whether they are still there. */
    static List<String> operations() {
        return OPTIONS.keySet().stream().sorted().toList();
    }
}
