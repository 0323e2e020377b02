package packhorse.dist.demo;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import packhorse.core.topology.IpAddress;
import packhorse.core.topology.Subnet;

/**
 * One office of the demo.
 *
 * @param name of the site
 * @param subnet its addresses
 * @param sitePeer the machine that pulls for it
 * @param endpoints the others
 */
record Office(String name, Subnet subnet, Machine sitePeer, List<Machine> endpoints) {
    Office {
        endpoints = List.copyOf(endpoints);
    }

    /** All its machines, the site peer first. */
    List<Machine> machines() {
        return Stream.concat(Stream.of(sitePeer), endpoints.stream()).toList();
    }

    /**
     * One machine with its agent.
     *
     * @param id its name within the demo, {@code office-1/endpoint-2}
     * @param site its office's number, from 1
     * @param data its store
     * @param ip the address it is bound to, in and out
     * @param agent how to speak to it
     */
    record Machine(String id, int site, IpAddress ip, Path data, LocalAgent agent) {
        /** The name of its folder, its configuration and its log. */
        String folder() {
            return String.valueOf(data.getFileName());
        }

        /** Where its store keeps the content with that hash. */
        Path copy(String sha256) {
            return data.resolve("store/packs").resolve(sha256).resolve(sha256);
        }
    }
}
