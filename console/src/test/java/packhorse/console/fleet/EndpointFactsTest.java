package packhorse.console.fleet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import packhorse.core.content.ReleaseName;
import packhorse.core.content.Version;
import packhorse.core.state.Inventory;
import packhorse.core.state.LineState;
import packhorse.core.unit.ByteCount;

final class EndpointFactsTest {
    @Test
    void anInventoryIsReadForWhatTargetsAskFor() {
        EndpointFacts facts = Machines.desktop(7, "berlin", Map.of());
        assertEquals("pc-0815", facts.name());
        assertEquals(List.of("debian", "linux"), facts.os().words());
        assertEquals(Optional.of(Version.parse("12")), facts.os().version());
        assertEquals(
                Optional.of(new ByteCount(16_777_216_000L)), facts.hardware().memory());
        assertEquals(
                Optional.of(new ByteCount(500_107_862_016L)), facts.hardware().disk());
        assertEquals(List.of("10.1.0.7", "2001:db8::7"), facts.hardware().addresses());
        LineState office = facts.lines(ReleaseName.parse("acme/office")).getFirst();
        assertEquals(Optional.of(Version.parse("2.1")), office.version());
        assertEquals(LineState.Health.DRIFT, office.health());
        assertEquals(1, facts.lines().size());
        assertEquals(
                Map.of("package.bash", List.of("5.2.15-2"), "inventory.disk/sda.bytes", List.of("500107862016")),
                facts.asked());
    }

    @Test
    void packagesAreFoundByNameAndByArchitectureAndInAllTheirVersions() {
        EndpointFacts facts = Machines.desktop(7, "berlin", Map.of())
                .withInventory(
                        Machines.desktop(),
                        Set.of(
                                "package.libc6",
                                "package.libc6:i386",
                                "package.kernel",
                                "package.kernel.x86_64",
                                "package.ba"));
        assertEquals(List.of("2.36-9"), facts.asked().get("package.libc6"));
        assertEquals(List.of("2.36-9"), facts.asked().get("package.libc6:i386"));
        assertEquals(List.of("5.14.0-1", "5.15.0-1"), facts.asked().get("package.kernel"));
        assertEquals(List.of("5.14.0-1", "5.15.0-1"), facts.asked().get("package.kernel.x86_64"));
        assertTrue(!facts.asked().containsKey("package.ba"), "bash is no ba");
    }

    @Test
    void whatAnAgentSaysThatCannotBeIsLeftOutAndNothingElse() {
        Inventory odd = Machines.inventory(Map.of(
                "os", Map.of("id", "Odd OS", "version_id", "in progress"),
                "memory", Map.of("bytes", "lots"),
                "cpu", Map.of("threads", "-"),
                "disk/sda", Map.of("bytes", "9223372036854775807"),
                "disk/sdb", Map.of("bytes", "1000"),
                "release/Acme/office/any", Map.of("version", "1", "presence", "installed"),
                "release/acme/office/any", Map.of("version", "1", "presence", "somewhere"),
                "release/acme/tool/any",
                        Map.of(
                                "version",
                                "1",
                                "presence",
                                "installed",
                                "transaction",
                                "undoable",
                                "activation",
                                "pending-reboot",
                                "health",
                                "unknown",
                                "undoable",
                                "yes")));
        EndpointFacts facts = EndpointFacts.enrolled(Machines.id(1), "given", "", Machines.NOON)
                .withInventory(odd, Set.of("package.x", "nothing", "inventory.x"));
        assertEquals("given", facts.name());
        assertEquals(List.of("odd os"), facts.os().words());
        assertEquals(Optional.empty(), facts.os().version());
        assertEquals(Optional.empty(), facts.hardware().memory());
        assertEquals(0, facts.hardware().threads());
        assertEquals(Optional.of(new ByteCount(1000)), facts.hardware().disk());
        assertEquals(1, facts.lines().size());
        assertEquals(
                LineState.Activation.PENDING_REBOOT, facts.lines().getFirst().activation());
        assertEquals(Map.of(), facts.asked());
    }

    @Test
    void labelsSayMoreThanTheMachineOfPairHostAndKind() {
        EndpointFacts plain = EndpointFacts.enrolled(Machines.id(1), "", "", Machines.NOON);
        assertEquals(EndpointFacts.UNKNOWN_KIND, plain.machineKind());
        assertEquals(Optional.empty(), plain.redundantPair());
        EndpointFacts guest = plain.withInventory(
                Machines.inventory(Map.of(
                        "os", Map.of("id", "ubuntu", "version_id", "24.04"),
                        "system", Map.of("product", "Virtual Machine"),
                        "virtual", Map.of("machine", "microsoft", "host", "hv-1"))),
                Set.of());
        assertEquals("ubuntu 24.04, microsoft guest", guest.machineKind());
        assertEquals(Optional.of("hv-1"), guest.vmHost());
        EndpointFacts labelled =
                guest.withLabels(Map.of("vm-host", "hv-2", "redundant-pair", "db", "machine-kind", "database"));
        assertEquals("database", labelled.machineKind());
        assertEquals(Optional.of("hv-2"), labelled.vmHost());
        assertEquals(Optional.of("db"), labelled.redundantPair());
        assertEquals(
                Optional.of("hv-1"),
                labelled.withLabels(new TreeMap<>(Map.of("vm-host", ""))).vmHost());
    }
}
