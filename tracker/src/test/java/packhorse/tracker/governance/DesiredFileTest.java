package packhorse.tracker.governance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import packhorse.core.UsageException;
import packhorse.core.state.InstallPolicy;
import packhorse.core.state.Operation;
import packhorse.core.state.Priority;
import packhorse.core.testing.Cases;
import packhorse.core.topology.EndpointId;
import packhorse.tracker.desired.Sheet;
import packhorse.tracker.desired.Wish;

/** What people write, and what they are told when it is wrong. */
final class DesiredFileTest {
    private static final Instant SAVED = Instant.parse("2026-01-01T00:00:00Z");
    private static final String ID = "00000000000000000000000000000001";

    private static final String GOOD = """
        groups:
          tills: [00000000000000000000000000000001]
        labels:
          00000000000000000000000000000001: {role: till, floor: 2}
        desired:
          - release: acme/editor@2.0(linux-amd64)
            operation: install
            groups: tills
            labels: {role: [till, kiosk]}
            fetchNotBefore: 2026-11-21T18:00:00Z
            activateNotBefore: 2026-11-21T22:00:00+01:00
            deadline: 2026-11-23T00:00:00Z
            priority: user
            lease: 2026-11-22T00:00:00Z
            leaseFor: 10m
            policy: {deferUntil: 2026-11-22T12:00:00Z, sandbox: true, mayReboot: true, commitAtOnce: true}
            action: editor-2
          - bundle: acme/suite@1.0
            all: true
        entitlements:
          - release: acme/*
            sites: [berlin, paris]
        variables:
          - all: true
            set: {proxy: none, editor_port: 8080}
          - sites: [berlin]
            set: {proxy: "http://proxy.berlin:3128"}
        """;

    private static Sheet parse(String text) {
        return DesiredFile.parse("desired.yaml", text, SAVED);
    }

    @Test
    void everythingThatIsWrittenIsRead() {
        Sheet sheet = parse(GOOD);
        assertEquals(SAVED, sheet.edition());
        EndpointId one = EndpointId.parse(ID);
        assertEquals(Map.of("tills", Set.of(one)), sheet.roster().groups());
        assertEquals(
                Map.of("role", "till", "floor", "2"), sheet.roster().labels().get(one));
        Wish install = sheet.wishes().getFirst();
        assertEquals("desired.yaml:6", install.place());
        assertEquals(Operation.INSTALL, install.operation());
        assertEquals(Set.of("tills"), install.whom().groups());
        assertEquals(Map.of("role", Set.of("till", "kiosk")), install.whom().labels());
        assertEquals(Optional.of(Instant.parse("2026-11-21T21:00:00Z")), install.activateNotBefore());
        assertEquals(Priority.USER, install.priority());
        assertEquals(Optional.of("editor-2"), install.action());
        assertEquals(Optional.of(Duration.ofMinutes(10)), install.leaseFor());
        assertEquals(
                new InstallPolicy(Optional.of(Instant.parse("2026-11-22T12:00:00Z")), true, true, false, false, true),
                install.policy());
        assertEquals(
                Map.of("proxy", "none", "editor_port", "8080"),
                sheet.settings().getFirst().values());
        Wish bundle = sheet.wishes().get(1);
        assertTrue(bundle.bundle() && bundle.whom().all());
        assertEquals(Operation.DISTRIBUTE, bundle.operation());
        assertEquals(
                Set.of("berlin", "paris"),
                sheet.entitlements().getFirst().whom().sites());
    }

    @Test
    void anEditionMayBeWritten() {
        assertEquals(
                Instant.parse("2026-05-05T05:05:05Z"),
                parse("edited: 2026-05-05T05:05:05Z").edition());
    }

    @Test
    void theSampleIsRead() {
        assertFalse(DesiredFile.read(Path.of("samples/desired.yaml"), SAVED)
                .wishes()
                .isEmpty());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        desire: []                                                    | 1:1  | unknown key "desire"
        desired: [{release: acme/editor@2.0}]                         | 1:11 | whom it is for is said once
        desired: [{release: acme/editor@2.0, all: true, sites: [a]}]  | 1:11 | whom it is for is said once
        desired: [{release: acme/editor, all: true}]                  | 1:21 | is not publisher/product@version
        desired: [{release: "acme/editor@2 .0", all: true}]           | 1:21 | is not publisher/product@version
        desired: [{bundle: acme/s@1(any), all: true}]                 | 1:20 | a bundle has no platform
        desired: [{bundle: acme/s@1, release: acme/s@1, all: true}]   | 1:11 | one release or one bundle
        desired: [{all: true}]                                        | 1:11 | one release or one bundle
        desired: [{release: a/b@1, all: true, operation: install!}]   | 1:50 | is none of distribute, install
        desired: [{release: a/b@1, all: true, priority: 7}]           | 1:49 | is none of background, normal, user
        desired: [{release: a/b@1, all: true, deadline: tomorrow}]    | 1:49 | write RFC 3339
        desired: [{release: a/b@1, all: true, deadline: 2026-01-01T00:00:00}] | 1:49 | write RFC 3339
        desired: [{release: a/b@1, all: true, digest: 12}]            | 1:47 | 12
        desired: [{release: a/b@1, groups: [x]}]                      | 1:37 | there is no group "x"
        desired: [{release: a/b@1, sites: [Berlin]}]                  | 1:36 | a site is called by
        desired: [{release: a/b@1, endpoints: [7]}]                   | 1:40 | is no endpoint id
        desired: [{release: a/b@1, all: maybe}]                       | 1:33 | true or false
        desired: {release: a/b@1}                                     | 1:10 | is a list
        desired: [{release: a/b@1, all: true, deadline: 2026-01-01T00:00:00Z, fetchNotBefore: 2026-01-02T00:00:00Z}] | 1:49 | may not fetch before
        desired: [{release: a/b@1, all: true, deadline: 2026-01-01T00:00:00Z, activateNotBefore: 2026-01-02T00:00:00Z}] | 1:49 | may not be activated before
        desired: [{release: a/b@1, all: true, action: x}, {release: a/c@1, all: true, action: x}] | 1:87 | is another item's, at desired.yaml:1
        groups: {"a b": []}                                           | 1:10 | a group is called by
        labels: {x: {a: b}}                                           | 1:10 | is no endpoint id
        entitlements: [{release: acme, all: true}]                    | 1:26 | is not a release name
        entitlements: [{release: acme/*@2, all: true}]                | 1:26 | is not a release name
        variables: [{all: true}]                                      | 1:13 | "set" is missing
        variables: [{set: {a: b}}]                                    | 1:13 | whom it is for is said once
        variables: [{all: true, set: {1a: b}}]                        | 1:31 | a variable is called by
        desired: [{release: a/b@1, all: true, operation: install, policy: {hurry: true}}] | 1:68 | unknown key "hurry"
        desired: [{release: a/b@1, all: true, policy: {sandbox: true}}] | 1:47 | puts nothing in place
        desired: [{release: a/b@1, all: true, operation: install, leaseFor: long}] | 1:69 | long
        edited: yesterday                                             | 1:9  | write RFC 3339
        """)
    void badInputIsOneLineWithItsPlace(String text, String place, String words) {
        UsageException refused = assertThrows(UsageException.class, () -> parse(text));
        String line = String.valueOf(refused.getMessage());
        assertTrue(line.startsWith("desired.yaml:" + place + ": "), line);
        assertTrue(line.contains(words), line);
        assertFalse(line.contains("\n"), line);
    }

    @Test
    void whateverIsBentIsAUsageExceptionInOneLine() {
        byte[] good = GOOD.getBytes(StandardCharsets.UTF_8);
        Cases.run(2_000, random -> {
            byte[] bent = good.clone();
            for (int i = 0; i <= random.nextInt(3); i++) {
                bent[random.nextInt(bent.length)] = (byte) (32 + random.nextInt(95));
            }
            try {
                Sheet unused = parse(new String(bent, StandardCharsets.UTF_8));
            } catch (UsageException e) {
                assertFalse(String.valueOf(e.getMessage()).contains("\n"), e.getMessage());
            }
        });
    }
}
